import type { SettleAccount } from '@leadmaster/protocol';
import type { StorageCare } from '../disk/storage-care.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import { movedTo, sessionMoved } from '../state/moved-session.ts';
import type { OpenDepartures } from '../transfer/open-departures.ts';
import { refuseHeldBack } from './held-back.ts';
import type { Lifecycle } from './lifecycle.ts';
import { halfDone } from './refusals.ts';
import type { StartSaid } from './session-starts.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

export interface OrderDeps
  extends Pick<Lifecycle, 'roster' | 'registry' | 'starts' | 'measurements' | 'usage'>,
    Pick<SupervisorDeps, 'store' | 'profiles' | 'log'> {
  /** What saves a login before an order may lose it. */
  snapshots: Pick<Snapshots, 'before' | 'later' | 'create' | 'purge'>;
  storage: Pick<StorageCare, 'trimStopped'>;
  departures: Pick<OpenDepartures, 'refuseDelete'>;
}

/** Called once an order is no longer refused and what it ends begins to end: from then on the state tells how it goes. */
export type UnderWay = () => void;

/** What people order a session to do. What was ordered last is remembered: a restart of the service goes by it. */
export class SessionOrders {
  readonly #deps: OrderDeps;
  /** How many orders each session had: one that continues after a wait knows by it whether a later one came. */
  readonly #given = new Map<string, number>();

  constructor(deps: OrderDeps) {
    this.#deps = deps;
  }

  /** Counts an order. What it returns tells whether it is still the newest of its session. */
  #order(name: string): () => boolean {
    const number = (this.#given.get(name) ?? 0) + 1;
    this.#given.set(name, number);
    return () => this.#given.get(name) === number;
  }

  start(name: string, said: StartSaid = {}): Promise<void> {
    this.#order(name);
    return this.#deps.starts.start(name, said);
  }

  async stop(name: string, underWay: UnderWay = () => undefined): Promise<void> {
    const supervisor = await this.#deps.roster.get(name);
    const { state } = supervisor.view;
    this.#order(name);
    const unwritten = this.#unwritten(name, 'stopped');
    // Also where a full disk cannot remember that it is to stay so: the browser must be closed.
    await begun(supervisor.stop(), underWay);
    await this.#measureStopped(name);
    if (unwritten !== null) throw halfDone(unwritten, `${name} is stopped`, stopAgain(name));
    if (state !== 'STOPPED') this.#saveStopped(name);
  }

  /** In the background: a snapshot of the profile at rest, and a trim where it has grown. */
  #saveStopped(name: string): void {
    const { snapshots, storage } = this.#deps;
    snapshots.later((signal) =>
      snapshots.create(name, { reason: 'stopped', signal }).finally(() => storage.trimStopped(name)),
    );
  }

  /** Notes whether it is to run; why that could not be written, or null. */
  #unwritten(name: string, desired: 'running' | 'stopped'): unknown {
    try {
      this.#deps.store.sessions.setDesired(name, desired);
      return null;
    } catch (error) {
      return error;
    }
  }

  async restart(name: string, underWay: UnderWay = () => undefined): Promise<void> {
    const { roster, starts, store, storage } = this.#deps;
    const supervisor = await roster.get(name);
    await starts.refuseRestart(supervisor);
    // Written before anything is stopped: a disk that cannot note it leaves the session as it was.
    store.sessions.setDesired(name, 'running');
    const isNewest = this.#order(name);
    const generation = await this.#generation(name);
    await begun(supervisor.stop(), underWay);
    await this.#measureStopped(name);
    await storage.trimStopped(name);
    // What was ordered meanwhile comes first: a later order is the last word, and so is a profile that was put in place.
    await supervisor.inTurn(async () => undefined);
    if (isNewest() && (await this.#generation(name)) === generation) await starts.start(name);
  }

  /** Of the profile in place: each one that is put there has a later. */
  async #generation(name: string): Promise<number | null> {
    const record = await this.#deps.profiles.readRecord(name).catch(() => null);
    return record?.generation ?? null;
  }

  async logout(name: string, underWay: UnderWay = () => undefined): Promise<void> {
    const { roster, store, profiles, snapshots } = this.#deps;
    const supervisor = await roster.get(name);
    profiles.refuseFixed(name);
    supervisor.doubles.refuseShared();
    this.#refuseAway(name, supervisor);
    await snapshots.before(name, 'before_logout');
    // It may have moved while the snapshot waited for it.
    this.#refuseAway(name, supervisor);
    const before = store.sessions.get(name)?.desired ?? 'stopped';
    // Before it is queued: a start that is asked for afterwards is the later word.
    store.sessions.setDesired(name, 'stopped');
    const isNewest = this.#order(name);
    try {
      await begun(supervisor.logout(), underWay);
    } catch (error) {
      if (isNewest()) store.sessions.setDesired(name, before);
      throw error;
    }
  }

  /** What moved away has no link here that could be ended. */
  #refuseAway(name: string, { view }: SessionSupervisor): void {
    if (view.state === 'MOVED') throw sessionMoved(name, movedTo(this.#deps.store, name));
  }

  async settleAccount(name: string, word: SettleAccount): Promise<void> {
    const supervisor = await this.#deps.roster.get(name);
    // Either word may open the profile.
    refuseHeldBack(name, supervisor.view);
    if ('accept' in word) await supervisor.acceptAccount();
    else await supervisor.unlinkAccount();
  }

  async delete(
    name: string,
    { purge = false, otherWriters = false }: { purge?: boolean; otherWriters?: boolean } = {},
  ): Promise<void> {
    const { roster, registry, profiles, snapshots, departures } = this.#deps;
    const supervisor = await roster.get(name);
    const refuse = (): Promise<void> => departures.refuseDelete(name);
    await refuse();
    profiles.refuseFixed(name);
    // First, since it is what may fail for reasons of its own: the session is then as it was.
    if (purge) await snapshots.purge(name, { otherWriters });
    // What has moved away has no login here that could be saved.
    else if (supervisor.view.state !== 'MOVED') await snapshots.before(name, 'before_delete');
    let done = purge ? `the snapshots of ${name} are destroyed` : null;
    const remove = async (): Promise<void> => {
      await this.#giveUp(name, supervisor, refuse);
      done = `${name} is stopped and its profile is in the trash`;
    };
    await registry.remove(name, remove).catch((error: unknown) => {
      throw done === null ? error : halfDone(error, done, deleteAgain(name, purge));
    });
  }

  async #giveUp(name: string, supervisor: SessionSupervisor, refuse: () => Promise<void>): Promise<void> {
    const { store, measurements, usage } = this.#deps;
    store.sessions.setDesired(name, 'stopped');
    await supervisor.remove(refuse);
    measurements.forget(name);
    usage.forget(name);
    this.#given.delete(name);
  }

  /** A profile that cannot be measured is no reason to fail an order. */
  async #measureStopped(name: string): Promise<void> {
    const { roster, measurements, log } = this.#deps;
    if (!roster.has(name)) return;
    await measurements.measure(name).catch((error: unknown) => {
      log.warn({ session: name, err: error }, 'the profile could not be measured');
    });
  }
}

/** Says that work which was asked for just now is under way. */
function begun(work: Promise<void>, underWay: UnderWay): Promise<void> {
  underWay();
  return work;
}

function stopAgain(name: string): string {
  return (
    'Make room on the disk of the data folder, or repair it, then stop it again: until that is noted, a restart of the ' +
    `service starts it again ("./leadmaster session stop ${name}").`
  );
}

function deleteAgain(name: string, purge: boolean): string {
  const command = `./leadmaster session delete ${name}${purge ? ' --purge' : ''}`;
  return `Make room on the disk of the data folder, or repair it, then delete it again: "${command}".`;
}
