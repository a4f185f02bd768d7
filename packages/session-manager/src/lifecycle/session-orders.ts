import type { SettleAccount } from '@leadmaster/protocol';
import type { Measurements } from '../disk/measurements.ts';
import { movedTo, noteReturn, sessionMoved } from '../state/moved-session.ts';
import { refuseErased } from './erased.ts';
import { olderLogin, refuseHeldBack, setOlderLogin } from './held-back.ts';
import { halfDone, originNotRetired } from './refusals.ts';
import type { SessionGuard } from './session-guard.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

export interface OrderDeps extends Pick<SupervisorDeps, 'store' | 'profiles' | 'log'> {
  registry: SessionRegistry;
  measurements: Measurements;
  /** Who saves logins before they may be lost. */
  guard: () => SessionGuard;
}

/** What the operator confirms with a start. */
export interface StartSaid {
  /** The place that a copied login came from never runs it again. */
  originRetired?: boolean | undefined;
  /** The login in place is to run although the vault has a newer one. */
  olderLogin?: boolean | undefined;
}

/** What people order a session to do. What was ordered last is remembered: a restart of the service goes by it. */
export class SessionOrders {
  readonly #deps: OrderDeps;

  constructor(deps: OrderDeps) {
    this.#deps = deps;
  }

  async start(name: string, { originRetired = false, olderLogin = false }: StartSaid = {}): Promise<void> {
    const { registry, store } = this.#deps;
    const supervisor = await registry.get(name);
    if (supervisor.view.state === 'MOVED') throw sessionMoved(name, movedTo(store, name));
    refuseErased(name, supervisor.view);
    const goesBack = olderLogin && supervisor.view.reason === 'older_than_vault';
    await supervisor.holdIfOther();
    if (!goesBack) refuseHeldBack(name, supervisor.view);
    if (supervisor.liveRun === null) supervisor.doubles.refuseDouble();
    await this.#requireOriginRetired(name, originRetired);
    if (goesBack) await this.#goBack(supervisor);
    store.sessions.setDesired(name, 'running');
    await supervisor.start();
  }

  /** The operator has chosen the login in place: the vault's newer login is known from now on, and not asked about again. */
  async #goBack(supervisor: SessionSupervisor): Promise<void> {
    const { vault } = this.#deps.store;
    const { name } = supervisor;
    const older = olderLogin(vault, name);
    if (older !== null) vault.setHead(older.vault, name, { sequence: older.sequence, id: older.snapshot });
    setOlderLogin(vault, name, null);
    await supervisor.rest('older_login_chosen');
  }

  async #requireOriginRetired(name: string, isSaid: boolean): Promise<void> {
    const { profiles, registry } = this.#deps;
    const record = await profiles.readRecord(name).catch(() => null);
    if (record === null) return;
    if (!record.originRetired) {
      if (!isSaid)
        throw originNotRetired(name, record.account === null ? null : registry.givenAway(record.account, name));
      await profiles.updateRecord(name, { originRetired: true });
    }
    noteReturn(this.#deps.store.vault, name, { ...record, originRetired: true });
  }

  async stop(name: string): Promise<void> {
    const { registry, guard } = this.#deps;
    const { state } = (await registry.get(name)).view;
    await this.#stop(name);
    if (state !== 'STOPPED') guard().stopped(name);
  }

  async #stop(name: string): Promise<void> {
    const supervisor = await this.#deps.registry.get(name);
    const unwritten = this.#unwritten(name, 'stopped');
    // Also where a full disk cannot remember that it shall stay so: the browser must be closed.
    await supervisor.stop();
    await this.#measureStopped(name);
    if (unwritten !== null) throw halfDone(unwritten, `${name} is stopped`, stopAgain(name));
  }

  /** Notes whether it shall run; why that could not be written, or null. */
  #unwritten(name: string, desired: 'running' | 'stopped'): unknown {
    try {
      this.#deps.store.sessions.setDesired(name, desired);
      return null;
    } catch (error) {
      return error;
    }
  }

  async restart(name: string): Promise<void> {
    const { registry, store, guard } = this.#deps;
    const supervisor = await registry.get(name);
    if (supervisor.view.state === 'MOVED') throw sessionMoved(name, movedTo(store, name));
    refuseErased(name, supervisor.view);
    refuseHeldBack(name, supervisor.view);
    supervisor.doubles.refuseDouble();
    await this.#requireOriginRetired(name, false);
    // Written before anything is stopped: a disk that cannot note it leaves the session as it was.
    store.sessions.setDesired(name, 'running');
    await supervisor.stop();
    await this.#measureStopped(name);
    await guard().resting(name);
    await this.start(name);
  }

  async logout(name: string): Promise<void> {
    const { registry, store, profiles, guard } = this.#deps;
    const supervisor = await registry.get(name);
    profiles.refuseFixed(name);
    supervisor.doubles.refuseShared();
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
    // Either word may open the profile.
    refuseHeldBack(name, supervisor.view);
    if ('accept' in word) await supervisor.acceptAccount();
    else await supervisor.unlinkAccount();
  }

  async delete(
    name: string,
    { purge = false, otherWriters = false }: { purge?: boolean; otherWriters?: boolean } = {},
  ): Promise<void> {
    const { registry, profiles } = this.#deps;
    const supervisor = await registry.get(name);
    const guard = this.#deps.guard();
    const refuse = (): Promise<void> => guard.refuseDelete(name);
    await refuse();
    profiles.refuseFixed(name);
    // First, since it is what may fail for reasons of its own: the session is then as it was.
    if (purge) await guard.purge(name, { otherWriters });
    // What has moved away has no login here that could be saved.
    else if (supervisor.view.state !== 'MOVED') await guard.before(name, 'before_delete');
    let done = purge ? `the snapshots of ${name} are destroyed` : null;
    const remove = async (): Promise<void> => {
      await this.#retire(name, supervisor, refuse);
      done = `${name} is stopped and its profile is in the trash`;
    };
    await registry.remove(name, remove).catch((error: unknown) => {
      throw done === null ? error : halfDone(error, done, deleteAgain(name, purge));
    });
  }

  async #retire(name: string, supervisor: SessionSupervisor, refuse: () => Promise<void>): Promise<void> {
    const { store, measurements } = this.#deps;
    store.sessions.setDesired(name, 'stopped');
    await supervisor.retireForever(refuse);
    measurements.forget(name);
  }

  /** A profile that cannot be measured is no reason to fail an order. */
  async #measureStopped(name: string): Promise<void> {
    const { registry, measurements, log } = this.#deps;
    if (!registry.has(name)) return;
    await measurements.measure(name).catch((error: unknown) => {
      log.warn({ session: name, err: error }, 'the profile could not be measured');
    });
  }
}

function stopAgain(name: string): string {
  return (
    'Make room on the disk of the data folder, or mend it, then stop it once more: until that is noted, a restart of the ' +
    `service starts it again ("./leadmaster session stop ${name}").`
  );
}

function deleteAgain(name: string, purge: boolean): string {
  const command = `./leadmaster session delete ${name}${purge ? ' --purge' : ''}`;
  return `Make room on the disk of the data folder, or mend it, then delete it once more: "${command}".`;
}
