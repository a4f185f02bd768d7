import { type Account, sameAccount, sameLink } from '@leadmaster/protocol';
import { inTurns, type SerialQueue } from '@leadmaster/service-kit/wait';
import type { GivenAway, OtherLink } from '../snapshots/session-access.ts';
import { movedTo } from '../state/moved-session.ts';
import { doubleAmong } from './double-among.ts';
import { setOlderLogin } from './held-back.ts';
import { forgetMark } from './profile-mark.ts';
import { comesDouble, sessionExists, sessionNotFound, sessionUnclaimed } from './refusals.ts';
import { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

type Desired = 'running' | 'stopped';

/** Which sessions this machine has: makes, claims and removes names, each change of a name after the other. */
export class SessionRegistry {
  readonly #deps: SupervisorDeps;
  readonly #supervisors = new Map<string, SessionSupervisor>();
  readonly #changes = new Map<string, SerialQueue>();

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
  }

  /** Takes up what the database knows. Starts nothing. */
  async load(): Promise<void> {
    for (const row of this.#deps.store.sessions.all()) {
      const supervisor = await this.#supervise(row.name);
      await supervisor.recover();
    }
  }

  names(): string[] {
    return [...this.#supervisors.keys()];
  }

  has(name: string): boolean {
    return this.#supervisors.has(name);
  }

  supervisors(): readonly SessionSupervisor[] {
    return [...this.#supervisors.values()];
  }

  find(name: string): SessionSupervisor | null {
    return this.#supervisors.get(name) ?? null;
  }

  /** Another session that has this account linked, first one that has this very link; null where none is known to. */
  linkedIn(account: Account, except: string): OtherLink | null {
    const linked = this.supervisors().flatMap(({ name, doubles: { heldLogin } }): OtherLink[] =>
      name === except || heldLogin === null || sameAccount(heldLogin.account, account) !== true
        ? []
        : [{ session: name, ...heldLogin }],
    );
    return linked.find((other) => sameLink(other.account, account) === true) ?? linked[0] ?? null;
  }

  /** Another session as which this account went away from here, also where it was deleted since; null where its login is no copy of this. */
  givenAway(account: Account, except: string): GivenAway | null {
    const { store } = this.#deps;
    const links = store.vault
      .tombstones()
      .flatMap(({ session: name, account: its }) =>
        name === except || sameAccount(its, account) !== true ? [] : [{ name, link: sameLink(its, account) }],
      );
    const gone = links.find(({ link }) => link === true) ?? links.find(({ link }) => link === null);
    if (gone === undefined || this.#runsAgain(account, gone.link)) return null;
    return { session: gone.name, to: movedTo(store, gone.name) };
  }

  /** Whether a session here runs what went away. Of a link that is known, only that very link tells it. */
  #runsAgain(account: Account, link: boolean | null): boolean {
    const here = this.linkedIn(account, '');
    return here?.isRunning === true && (link === null || sameLink(account, here.account) === true);
  }

  /** @throws LeadMasterError `linked_elsewhere` where a login that comes to a session is another session's here. */
  refuseComing(name: string, account: Account): void {
    const supervisor = this.find(name);
    const other =
      supervisor === null ? doubleAmong(account, this.linkedIn(account, name), false) : supervisor.doubles.of(account);
    if (other !== null) throw comesDouble(name, account, other.session);
  }

  /** @throws LeadMasterError `session_not_found`, or `session_unclaimed` when there is an unclaimed profile. */
  async get(name: string): Promise<SessionSupervisor> {
    const supervisor = this.#supervisors.get(name);
    if (supervisor !== undefined) return supervisor;
    await this.#refuseUnclaimed(name);
    throw sessionNotFound(name);
  }

  /** The profiles that no session claims. */
  async unclaimed(): Promise<string[]> {
    const found = await this.#deps.profiles.list((name) => this.#supervisors.has(name));
    // One that has become a session meanwhile is no stranger.
    return found.map(({ name }) => name).filter((name) => !this.#supervisors.has(name));
  }

  /** Makes a session with a new profile. */
  async create(name: string, desired: Desired, metadata: Record<string, string>): Promise<void> {
    await this.#making(name, async () => {
      await this.#refuseUnclaimed(name);
      // The row first: a folder without a row would be taken for an unclaimed profile.
      this.#insert(name, desired, metadata, {});
      try {
        await this.#deps.profiles.create(name, this.#movedGeneration(name));
      } catch (error) {
        this.#forget(name);
        throw error;
      }
    });
  }

  /** Makes a stopped session whose profile is about to be put in place. `loginOf`: its login is as it was then. */
  async createFor(name: string, loginOf: Date, how: 'restored' | 'adopted' | 'transferred'): Promise<void> {
    await this.#making(name, async () => {
      await this.#refuseUnclaimed(name);
      this.#insert(name, 'stopped', {}, { [how]: true });
      // From now on a folder that is not there is a login that is missing, and never a new session.
      this.#deps.store.sessions.tellFrom(name, loginOf);
    });
  }

  /** Makes a stopped session of a profile that was found in its place. */
  async claim(name: string): Promise<void> {
    await this.#making(name, async () => {
      const { account } = await this.#deps.profiles.claim(name, this.#movedGeneration(name));
      // Before there is a session that could start it.
      if (account !== null && this.givenAway(account, name) !== null)
        await this.#deps.profiles.updateRecord(name, { originRetired: false });
      const holdsLogin = (await this.#deps.profiles.loginPresence(name)) === 'present';
      this.#insert(name, 'stopped', {}, { adopted: true });
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
    this.#supervisors.delete(name);
  }

  async #making(name: string, make: () => Promise<void>): Promise<void> {
    await inTurns(this.#changes, name, async () => {
      if (this.#supervisors.has(name)) throw sessionExists(name);
      await make();
      await this.#supervise(name);
    });
  }

  async #supervise(name: string): Promise<SessionSupervisor> {
    const row = this.#deps.store.sessions.get(name);
    if (row === null) throw sessionNotFound(name);
    // A start reports an unreadable record; here only the account's name is missing.
    const record = await this.#deps.profiles.readRecord(name).catch(() => null);
    const supervisor = new SessionSupervisor(this.#deps, {
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
    this.#supervisors.set(name, supervisor);
    return supervisor;
  }

  #insert(
    name: string,
    desired: Desired,
    metadata: Record<string, string>,
    how: { adopted?: true; restored?: true; transferred?: true },
  ): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.insert({ name, metadata, desired });
      setOlderLogin(this.#deps.store.vault, name, null);
      forgetMark(this.#deps.store.vault, name);
      this.#deps.store.events.append({ session: name, type: 'session.created', data: { metadata, ...how } });
    });
  }

  #forget(name: string): void {
    this.#deps.store.atomically(() => {
      this.#deps.store.sessions.remove(name);
      this.#deps.store.events.append({ session: name, type: 'session.deleted', data: {} });
    });
  }

  async #refuseUnclaimed(name: string): Promise<void> {
    const found = await this.unclaimed();
    if (!found.includes(name)) return;
    // A record that says otherwise keeps it from being adopted, and says what to do.
    await this.#deps.profiles.readRecord(name);
    throw sessionUnclaimed(name, this.#deps.profiles.locate(name));
  }

  #movedGeneration(name: string): number {
    return this.#deps.store.vault.movedGeneration(name) ?? 0;
  }
}
