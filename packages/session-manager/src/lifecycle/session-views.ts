import { LeadMasterError, type Session, type SessionPage, type SessionQuery } from '@leadmaster/protocol';
import type { Measurements } from '../disk/measurements.ts';
import { sessionNotFound } from './refusals.ts';
import type { SessionGuard } from './session-guard.ts';
import type { SessionRegistry } from './session-registry.ts';
import { describeSession, describeUnclaimed } from './session-view.ts';
import type { SessionSupervisor } from './supervisor.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

export interface ViewDeps extends Pick<SupervisorDeps, 'store' | 'profiles' | 'engine' | 'config'> {
  registry: SessionRegistry;
  measurements: Measurements;
  /** Who knows of transfers that are open. */
  guard: () => SessionGuard;
}

/** Gathers what is known of sessions, from memory, the database and the profiles, for those who ask. */
export class SessionViews {
  readonly #deps: ViewDeps;

  constructor(deps: ViewDeps) {
    this.#deps = deps;
  }

  /** @throws LeadMasterError `session_not_found` */
  async get(name: string): Promise<Session> {
    const { registry, store, profiles, engine, config, measurements } = this.#deps;
    const supervisor = registry.find(name);
    const row = store.sessions.get(name);
    if (supervisor === null || row === null) {
      if ((await registry.unclaimed()).includes(name)) return await this.#describeUnclaimed(name);
      throw sessionNotFound(name);
    }
    const record = await profiles.readRecord(name).catch(() => null);
    return describeSession({
      name,
      row,
      view: await this.#viewOf(supervisor),
      generation: record?.generation ?? store.vault.movedGeneration(name) ?? 0,
      originRetired: record?.originRetired ?? true,
      engine: engine.name,
      loginMode: config.loginMode,
      storage: measurements.summary(name),
      snapshots: this.#snapshotsOf(name),
    });
  }

  /** Sessions by name, with profiles that no record claims as UNCLAIMED. Only those of the page are looked at. */
  async list({ limit = Number.POSITIVE_INFINITY, after = '', ...wanted }: SessionQuery = {}): Promise<SessionPage> {
    const { registry } = this.#deps;
    const names = [...registry.names(), ...(await registry.unclaimed())]
      .filter((name) => name > after && this.#isWanted(name, wanted))
      .sort((a, b) => (a < b ? -1 : 1));
    const items = await Promise.all(names.slice(0, limit).map((name) => this.#describe(name)));
    return { items, cursor: names.length > limit ? (items.at(-1)?.name ?? null) : null };
  }

  #describe(name: string): Promise<Session> {
    return this.#deps.registry.has(name) ? this.get(name) : this.#describeUnclaimed(name);
  }

  /** By what is in memory. */
  #isWanted(name: string, { state, q }: Pick<SessionQuery, 'state' | 'q'>): boolean {
    const view = this.#deps.registry.find(name)?.view;
    if (state !== undefined && (view?.state ?? 'UNCLAIMED') !== state) return false;
    const texts = [name, view?.account?.phone, view?.account?.name];
    return q === undefined || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));
  }

  /** What another machine may not have taken yet cannot be deleted, and has another hint than what has gone. */
  async #viewOf({ view, name }: SessionSupervisor): Promise<SessionSupervisor['view']> {
    const open = view.state === 'MOVED' ? await this.#deps.guard().openTransfer(name) : null;
    return open === null ? view : { ...view, hint: open };
  }

  #snapshotsOf(name: string): Pick<Session, 'lastSnapshot' | 'snapshotFailure'> {
    const { snapshots } = this.#deps.store;
    const latest = snapshots.latest(name);
    return {
      lastSnapshot:
        latest === null
          ? null
          : {
              id: latest.id,
              at: latest.at,
              verified: latest.verified === true,
              damaged: latest.verified === false,
            },
      snapshotFailure: snapshots.failure(name),
    };
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
