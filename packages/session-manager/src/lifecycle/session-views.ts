import { type Bounds, LeadMasterError, type Session, type SessionPage, type SessionQuery } from '@leadmaster/protocol';
import type { Measurements } from '../disk/measurements.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { NewestSnapshot, SessionRow } from '../state/rows.ts';
import { pageOfEvents } from './event-feed.ts';
import { sessionNotFound } from './refusals.ts';
import type { Roster } from './roster.ts';
import { describeSession, describeUnclaimed } from './session-view.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

const WAIT_STEP_MS = 5_000;

export interface ViewDeps extends Pick<SupervisorDeps, 'store' | 'profiles' | 'engine' | 'config'> {
  roster: Roster;
  measurements: Measurements;
  /** What is to be done about a session that another machine may not have taken yet; null for any other. */
  openTransfer: (session: string) => Promise<string | null>;
  /** Aborted when the service ends. */
  closing: AbortSignal;
}

/** What the database says of some sessions, by name. */
interface Rows {
  sessions: Map<string, SessionRow>;
  snapshots: Map<string, NewestSnapshot>;
  bounds: Map<string, Bounds>;
}

/** Gathers what is known of sessions, from memory, the database and the profiles, for those who ask. */
export class SessionViews {
  readonly #deps: ViewDeps;

  constructor(deps: ViewDeps) {
    this.#deps = deps;
  }

  /** @throws LeadMasterError `session_not_found` */
  async get(name: string): Promise<Session> {
    const found = await this.#describe(name, this.#rowsOf([name]), (session) =>
      this.#deps.profiles.readRecord(session),
    );
    if (found !== null) return found;
    if ((await this.#deps.roster.unclaimed()).includes(name)) return await this.#describeUnclaimed(name);
    throw sessionNotFound(name);
  }

  /** Sessions by name, with profiles that no record claims as UNCLAIMED. Only those of the page are looked at, in memory and by two queries. */
  async list({ limit = Number.POSITIVE_INFINITY, after = '', ...wanted }: SessionQuery = {}): Promise<SessionPage> {
    const { roster, profiles } = this.#deps;
    const names = [...roster.names(), ...(await roster.unclaimed())]
      .filter((name) => name > after && this.#isWanted(name, wanted))
      .sort((a, b) => (a < b ? -1 : 1));
    const page = names.slice(0, limit);
    const rows = this.#rowsOf(page);
    const items = await Promise.all(
      page.map(async (name) => {
        if (!roster.has(name)) return await this.#describeUnclaimed(name);
        return await this.#describe(name, rows, (session) => profiles.knownRecord(session));
      }),
    );
    // One that was deleted meanwhile is left out.
    return {
      items: items.filter((item) => item !== null),
      cursor: names.length > limit ? (page.at(-1) ?? null) : null,
    };
  }

  #rowsOf(names: readonly string[]): Rows {
    const { sessions, snapshots, bounds } = this.#deps.store;
    return { sessions: sessions.some(names), snapshots: snapshots.newest(names), bounds: bounds.some(names) };
  }

  /** Null where no session has that name. */
  async #describe(name: string, rows: Rows, recordOf: ProfileStore['readRecord']): Promise<Session | null> {
    const { roster, store, engine, config, measurements } = this.#deps;
    const supervisor = roster.find(name);
    const row = rows.sessions.get(name);
    const bounds = rows.bounds.get(name);
    if (supervisor === null || row === undefined || bounds === undefined) return null;
    const record = await recordOf(name).catch(() => null);
    return describeSession({
      name,
      row,
      bounds,
      view: await this.#viewOf(supervisor),
      generation: record?.generation ?? store.tombstones.generation(name) ?? 0,
      originRetired: record?.originRetired ?? true,
      engine: engine.name,
      loginMode: config.loginMode,
      storage: measurements.summary(name),
      snapshots: snapshotsIn(rows.snapshots.get(name)),
    });
  }

  /** Resolves once the state is not transient, or after the wait, whichever is first. */
  async settled(name: string, waitMs: number, given: AbortSignal): Promise<Session> {
    const { events } = this.#deps.store;
    const until = performance.now() + waitMs;
    const signal = AbortSignal.any([given, this.#deps.closing]);
    for (;;) {
      // Read before the state: what happens after this is an event to wait for.
      const after = events.lastId();
      const left = until - performance.now();
      const session = await this.get(name);
      if (session.stateKind !== 'transient' || left <= 0 || signal.aborted) return session;
      await pageOfEvents(events, { session: name, after, limit: 1, waitMs: Math.min(left, WAIT_STEP_MS), signal });
    }
  }

  /** By what is in memory. */
  #isWanted(name: string, { state, q }: Pick<SessionQuery, 'state' | 'q'>): boolean {
    const view = this.#deps.roster.find(name)?.view;
    if (state !== undefined && (view?.state ?? 'UNCLAIMED') !== state) return false;
    const texts = [name, view?.account?.phone, view?.account?.name];
    return q === undefined || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));
  }

  /** What another machine may not have taken yet cannot be deleted, and has another hint than what has gone. */
  async #viewOf({ view, name }: SessionSupervisor): Promise<SessionSupervisor['view']> {
    const open = view.state === 'MOVED' ? await this.#deps.openTransfer(name) : null;
    return open === null ? view : { ...view, hint: open };
  }

  async #describeUnclaimed(name: string): Promise<Session> {
    const { profiles, config } = this.#deps;
    // Its record may keep it from being adopted: that is shown instead of an order that would be refused.
    const obstacle = await profiles.readRecord(name).then(
      () => null,
      (error: unknown) => (error instanceof LeadMasterError ? `${error.message}. ${error.hint}` : null),
    );
    return describeUnclaimed(name, profiles.locate(name), config.loginMode, obstacle);
  }
}

function snapshotsIn(newest: NewestSnapshot | undefined): Pick<Session, 'lastSnapshot' | 'snapshotFailure'> {
  const latest = newest?.latest ?? null;
  return {
    lastSnapshot:
      latest === null
        ? null
        : { id: latest.id, at: latest.at, verified: latest.verified === true, damaged: latest.verified === false },
    snapshotFailure: newest?.failure ?? null,
  };
}
