import type { SettleAccount } from '@leadmaster/protocol';
import type { Measurements } from '../disk/measurements.ts';
import { refuseErased } from './erased.ts';
import { originNotRetired, sessionMoved } from './refusals.ts';
import type { SessionGuard } from './session-guard.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

export interface OrderDeps extends Pick<SupervisorDeps, 'store' | 'profiles' | 'log'> {
  registry: SessionRegistry;
  measurements: Measurements;
  /** Who saves logins before they may be lost. */
  guard: () => SessionGuard;
}

/** What people order a session to do. What was ordered last is remembered: a restart of the service goes by it. */
export class SessionOrders {
  readonly #deps: OrderDeps;

  constructor(deps: OrderDeps) {
    this.#deps = deps;
  }

  async start(name: string, { originRetired = false }: { originRetired?: boolean } = {}): Promise<void> {
    const { registry, store } = this.#deps;
    const supervisor = await registry.get(name);
    if (supervisor.view.state === 'MOVED') throw sessionMoved(name);
    refuseErased(name, supervisor.view);
    await this.#requireOriginRetired(name, originRetired);
    store.sessions.setDesired(name, 'running');
    await supervisor.start();
  }

  async #requireOriginRetired(name: string, isSaid: boolean): Promise<void> {
    const { profiles } = this.#deps;
    const record = await profiles.readRecord(name).catch(() => null);
    if (record?.originRetired !== false) return;
    if (!isSaid) throw originNotRetired(name);
    await profiles.updateRecord(name, { originRetired: true });
  }

  async stop(name: string): Promise<void> {
    const { registry, guard } = this.#deps;
    const { state } = (await registry.get(name)).view;
    await this.#stop(name);
    if (state !== 'STOPPED') guard().stopped(name);
  }

  async #stop(name: string): Promise<void> {
    const { registry, store, log } = this.#deps;
    const supervisor = await registry.get(name);
    try {
      store.sessions.setDesired(name, 'stopped');
    } finally {
      // Also where a full disk cannot remember that it shall stay so: the browser must be closed.
      await supervisor.stop();
    }
    await this.#measure(name).catch((error: unknown) => {
      log.warn({ session: name, err: error }, 'the profile could not be measured');
    });
  }

  async restart(name: string): Promise<void> {
    const { registry, guard } = this.#deps;
    const { view } = await registry.get(name);
    if (view.state === 'MOVED') throw sessionMoved(name);
    refuseErased(name, view);
    await this.#stop(name);
    await guard().resting(name);
    await this.start(name);
  }

  async logout(name: string): Promise<void> {
    const { registry, store, guard } = this.#deps;
    const supervisor = await registry.get(name);
    await guard().before(name, 'before_logout');
    const before = store.sessions.get(name)?.desired ?? 'stopped';
    // Before it is queued: a start that is asked for afterwards is the later word.
    store.sessions.setDesired(name, 'stopped');
    try {
      await supervisor.logout();
    } catch (error) {
      store.sessions.setDesired(name, before);
      throw error;
    }
  }

  async settleAccount(name: string, word: SettleAccount): Promise<void> {
    const supervisor = await this.#deps.registry.get(name);
    if ('accept' in word) await supervisor.acceptAccount();
    else await supervisor.unlinkAccount();
  }

  async delete(name: string, { purge = false }: { purge?: boolean } = {}): Promise<void> {
    const { registry, store, measurements } = this.#deps;
    const supervisor = await registry.get(name);
    const guard = this.#deps.guard();
    const refuse = (): Promise<void> => guard.refuseDelete(name);
    await refuse();
    // First, since it is what may fail for reasons of its own: the session is then as it was.
    if (purge) await guard.purge(name);
    else await guard.before(name, 'before_delete');
    await registry.remove(name, async () => {
      store.sessions.setDesired(name, 'stopped');
      await supervisor.retireForever(refuse);
      measurements.forget(name);
    });
  }

  async #measure(name: string): Promise<void> {
    const { registry, measurements } = this.#deps;
    if (registry.has(name)) await measurements.measure(name);
  }
}
