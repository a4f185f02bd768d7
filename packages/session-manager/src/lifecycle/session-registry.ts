import { inTurns, type SerialQueue } from '@leadmaster/service-kit/wait';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { boundsIn } from '../profile/record-bounds.ts';
import type { StateStore } from '../state/state-store.ts';
import { noteBounds } from './bounds-beside-login.ts';
import { setOlderLogin } from './held-back.ts';
import type { LinkedLogins } from './linked-logins.ts';
import type { Outbox } from './outbox.ts';
import { forgetMark } from './profile-mark.ts';
import { sessionExists, sessionNotFound } from './refusals.ts';
import type { Roster } from './roster.ts';
import { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

type Desired = 'running' | 'stopped';

export interface RegistryDeps {
  roster: Roster;
  logins: Pick<LinkedLogins, 'givenAway'>;
  store: StateStore;
  profiles: ProfileStore;
  outbox: Pick<Outbox, 'settleInterrupted'>;
  /** What each supervisor that is made here is given. */
  supervisor: SupervisorDeps;
}

/** Makes, adopts and removes the names of sessions, each change of a name after the other. */
export class SessionRegistry {
  readonly #deps: RegistryDeps;
  readonly #changes = new Map<string, SerialQueue>();
  readonly #beingMade = new Map<string, Promise<void>>();

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
  }

  /** Takes up what the database knows. Starts nothing. */
  async load(): Promise<void> {
    for (const row of this.#deps.store.sessions.all()) {
      const supervisor = await this.#supervise(row.name, true);
      await supervisor.recover();
    }
    this.#deps.outbox.settleInterrupted();
  }

  /** Makes a session with a new profile. One that only listened when it was deleted still does. */
  async create(name: string, desired: Desired, metadata: Record<string, string>): Promise<void> {
    await this.#making(name, async () => {
      await this.#deps.roster.refuseUnclaimed(name);
      // The row first: a folder that no row knows of would be taken for an unclaimed profile.
      this.#deps.store.atomically(() => {
        this.#insert(name, desired, metadata, {});
        this.#deps.store.bounds.madeAgain(name);
      });
      try {
        await this.#deps.profiles.create(name, this.#movedGeneration(name));
      } catch (error) {
        this.#forget(name);
        throw error;
      }
    });
  }

  /**
   * Makes a stopped session whose profile is about to be put in place, bound as one of its name was before. `loginOf`: its login is as
   * it was then.
   */
  async createFor(
    name: string,
    loginOf: Date,
    how: 'restored' | 'adopted' | 'transferred' = 'restored',
  ): Promise<void> {
    await this.#making(name, async () => {
      await this.#deps.roster.refuseUnclaimed(name);
      this.#deps.store.atomically(() => {
        this.#insert(name, 'stopped', {}, { [how]: true });
        this.#deps.store.bounds.cameBack(name);
      });
      // From now on a folder that is not there is a login that is missing, and never a new session.
      this.#deps.store.sessions.tellFrom(name, loginOf);
    });
  }

  /** Makes a stopped session of a profile that was found in its place. */
  async adopt(name: string): Promise<void> {
    await this.#making(name, async () => {
      const record = await this.#deps.profiles.adopt(name, this.#movedGeneration(name));
      const { account } = record;
      // Before there is a session that could start it.
      if (account !== null && this.#deps.logins.givenAway(account, name) !== null)
        await this.#deps.profiles.updateRecord(name, { originRetired: false });
      const holdsLogin = (await this.#deps.profiles.loginPresence(name)) === 'present';
      this.#deps.store.atomically(() => {
        this.#insert(name, 'stopped', {}, { adopted: true });
        this.#deps.store.bounds.cameBack(name);
        this.#deps.store.bounds.tighten(name, boundsIn(record));
      });
      // From now on a folder that is gone is a lost login, not a new session; messages count from now as well.
      if (holdsLogin) this.#deps.store.sessions.tellFrom(name, new Date());
    });
  }

  /** Removes a session once it has been given up. What `giveUp` throws keeps it. */
  async remove(name: string, giveUp: () => Promise<void>): Promise<void> {
    await inTurns(this.#changes, name, async () => {
      await giveUp();
      this.discard(name);
    });
  }

  /** Takes a session off the list, in any state of its profile. */
  discard(name: string): void {
    this.#forget(name);
    this.#deps.roster.remove(name);
  }

  /** Resolves once no session of that name is being made. Its first event may be heard before it is there. */
  async settled(name: string): Promise<void> {
    await this.#beingMade.get(name)?.catch(() => {});
  }

  async #making(name: string, make: () => Promise<void>): Promise<void> {
    await inTurns(this.#changes, name, async () => {
      if (this.#deps.roster.has(name)) throw sessionExists(name);
      const made = make().then(async () => void (await this.#supervise(name)));
      this.#beingMade.set(name, made);
      await made.finally(() => this.#beingMade.delete(name));
    });
  }

  async #supervise(name: string, wasHere = false): Promise<SessionSupervisor> {
    const row = this.#deps.store.sessions.get(name);
    if (row === null) throw sessionNotFound(name);
    // A start reports an unreadable record; here only the account's name is missing.
    const record = await this.#deps.profiles.readRecord(name).catch(() => null);
    if (record !== null) await this.#bound(name, record, wasHere);
    const supervisor = new SessionSupervisor(this.#deps.supervisor, {
      name,
      state: row.state,
      reason: row.reason,
      since: new Date(row.since),
      account: record?.account ?? null,
      owner: row.account,
      wrong: row.wrongAccount,
      health: {
        lastProbeAt: row.lastProbeAt,
        lastInboundAt: row.lastInboundAt,
        lastAckAt: row.lastAckAt,
        lastReadyAt: row.lastReadyAt,
      },
    });
    this.#deps.roster.add(supervisor);
    return supervisor;
  }

  /**
   * A database that was put back may know less than the record. What levels above the session had switched off, their hubs say
   * again: of a session that was here, it holds until then.
   */
  async #bound(name: string, record: ProfileRecord, wasHere: boolean): Promise<void> {
    const { sendingOffBy = [], ...own } = boundsIn(record);
    this.#deps.store.bounds.tighten(name, own);
    if (wasHere) this.#deps.store.bounds.recall(name, sendingOffBy);
    await noteBounds({ ...this.#deps, log: this.#deps.supervisor.log }, name);
  }

  #insert(
    name: string,
    desired: Desired,
    metadata: Record<string, string>,
    how: { adopted?: true; restored?: true; transferred?: true },
  ): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.insert({ name, metadata, desired });
      setOlderLogin(this.#deps.store.facts, name, null);
      forgetMark(this.#deps.store.facts, name);
      this.#deps.store.events.append({ session: name, type: 'session.created', data: { metadata, ...how } });
    });
  }

  #forget(name: string): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.remove(name);
      this.#deps.store.events.append({ session: name, type: 'session.deleted', data: {} });
    });
  }

  #movedGeneration(name: string): number {
    return this.#deps.store.tombstones.generation(name) ?? 0;
  }
}
