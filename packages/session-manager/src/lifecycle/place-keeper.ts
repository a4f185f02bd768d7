import { isDeepStrictEqual } from 'node:util';
import { type AcceptedPlace, type AcceptPlace, isHeldBack, type Place } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { DataPaths } from '../profile/paths.ts';
import {
  comparePlaces,
  lookAtPlace,
  markPlace,
  PLACE_CHANGED,
  type PlaceFacts,
  type PlaceProbe,
  type PlaceVerdict,
  parsePlace,
  placeWords,
  renewMarker,
} from '../profile/place.ts';
import type { SessionRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import { olderLogin, type PlaceChange, placeChange, placeHint, setPlaceChange, setTrashCopied } from './held-back.ts';
import { forgetMark, isOtherProfile, type MarkDeps } from './profile-mark.ts';
import { sessionNotFound } from './refusals.ts';
import type { Roster } from './roster.ts';
import type { SessionStarts } from './session-starts.ts';
import { isStartable } from './startable.ts';

/** Where the data folder's place is remembered. */
export const PLACE_FACT = 'place';

export interface PlaceKeeperDeps {
  paths: Pick<DataPaths, 'root' | 'placeMarker'>;
  profiles: MarkDeps['profiles'];
  store: Pick<StateStore, 'sessions' | 'transitions' | 'facts' | 'browsers' | 'events' | 'atomically'>;
  probe: PlaceProbe;
  roster: Pick<Roster, 'has' | 'get'>;
  /** Starts what is released and was to run; null with the service down, whose next start does. */
  starts: Pick<SessionStarts, 'start'> | null;
  /** Transfers to here and from here that are under way. */
  underWay: () => Pick<PlaceChange, 'arrivals' | 'departures'>;
  /** Finishes them, once the operator has confirmed that the previous place does not. */
  finishArrivals: () => Promise<void>;
  /**
   * Looks again whether the vault has newer logins of these sessions than the folder. `others`: those whose profile is
   * not the one that ran here last, of which what the database remembers says nothing. Never fails.
   */
  compareWithVault: (names: readonly string[], others: ReadonlySet<string>) => Promise<void>;
  log: Logger;
}

/**
 * Knows the place of the data folder, so that a copy of it does not run the sessions of the folder that it was copied from.
 * What cannot be read holds nothing back.
 */
export class PlaceKeeper {
  readonly #deps: PlaceKeeperDeps;

  constructor(deps: PlaceKeeperDeps) {
    this.#deps = deps;
  }

  /**
   * Compares the place with the one remembered, before any session is taken up. Where it has changed, linked sessions wait and
   * the new place is remembered, in one transaction: a crash leaves both or neither.
   *
   * @throws LeadMasterError `storage_failed` where that cannot be written: a copy never starts for want of room.
   */
  arrive(): PlaceVerdict {
    const { paths, probe, log } = this.#deps;
    try {
      markPlace(paths.placeMarker, probe);
    } catch (error) {
      log.warn({ err: error }, 'the data folder could not be marked');
    }
    const known = this.#known();
    const look = lookAtPlace(paths, probe, new Date());
    const { facts } = look;
    const verdict = comparePlaces(known, look);
    if (verdict === 'changed' && known !== null) this.#hold(known, facts);
    else this.#remember(known, merged(known, facts));
    this.renew();
    return verdict;
  }

  /**
   * Marks the place with a new file, so that a backup of the folder's earlier state can be told from the folder itself when
   * it is put back into it. Never fails: the mark then stays. A folder that is not the one remembered is left to be told by
   * the next start.
   */
  renew(): void {
    const { paths, probe, store, log } = this.#deps;
    try {
      const known = this.#known();
      const look = lookAtPlace(paths, probe, new Date());
      const { facts } = look;
      if (known === null || comparePlaces(known, look) !== 'same') return;
      renewMarker(paths, probe, (mark) =>
        store.facts.set(PLACE_FACT, JSON.stringify({ ...known, mark, earlier: facts.mark })),
      );
    } catch (error) {
      log.warn(
        { err: error },
        'the mark of the data folder could not be renewed: a backup put back may not be noticed',
      );
    }
  }

  /** A disk that refuses keeps nothing from starting: it is compared again next time. */
  #remember(known: PlaceFacts | null, facts: PlaceFacts): void {
    const { store, log } = this.#deps;
    if (isDeepStrictEqual(known, facts)) return;
    try {
      store.facts.set(PLACE_FACT, JSON.stringify(facts));
    } catch (error) {
      log.error({ err: error }, 'the place of the data folder could not be written down');
    }
  }

  view(): Place {
    const { paths, probe, store } = this.#deps;
    const look = lookAtPlace(paths, probe, new Date());
    const { facts } = look;
    const known = this.#known();
    return {
      now: known?.seen ?? facts.seen,
      before: placeChange(store.facts)?.before ?? null,
      readable: comparePlaces(known, look) !== 'unknown',
      waiting: this.#waiting(),
    };
  }

  /**
   * Releases sessions that wait because the folder is a copy, lies on another disk or was put back from a backup, and
   * starts those that were to run.
   *
   * @throws LeadMasterError `session_not_found`
   */
  async accept({ sessions: named }: AcceptPlace): Promise<AcceptedPlace> {
    const { roster, compareWithVault, log } = this.#deps;
    for (const name of named ?? []) if (!roster.has(name)) throw sessionNotFound(name);
    const waiting = this.#waiting();
    const accepted = waiting.filter((name) => named?.includes(name) ?? true);
    await compareWithVault(accepted, await this.#others(accepted));
    const started: string[] = [];
    for (const name of accepted) if (await this.#release(name)) started.push(name);
    log.warn(
      { accepted, started },
      'the operator has confirmed that the previous place never runs these sessions again',
    );
    if (this.#waiting().length === 0) await this.#settle();
    return { accepted, started, place: this.view() };
  }

  /** Resolves to whether it is started: it was to run, and the vault has no newer login of it. */
  async #release(name: string): Promise<boolean> {
    const { roster, store, starts } = this.#deps;
    const isOlder = olderLogin(store.facts, name) !== null;
    // The profile in place is the right one from now on, also where the database remembers another.
    forgetMark(store.facts, name);
    await (await roster.get(name)).rest(isOlder ? 'older_than_vault' : 'place_accepted');
    if (starts === null || isOlder || store.sessions.get(name)?.desired !== 'running') return false;
    await starts.start(name);
    return true;
  }

  async #others(names: readonly string[]): Promise<ReadonlySet<string>> {
    const others = new Set<string>();
    for (const name of names) if (await isOtherProfile(this.#deps, name)) others.add(name);
    return others;
  }

  /** No session waits: this is the folder's place, and its machine, from now on. */
  async #settle(): Promise<void> {
    const { paths, probe, store, finishArrivals } = this.#deps;
    const { facts } = lookAtPlace(paths, probe, new Date());
    store.atomically(() => {
      store.facts.set(PLACE_FACT, JSON.stringify({ ...merged(this.#known(), facts), machine: facts.machine }));
      setPlaceChange(store.facts, null);
      setTrashCopied(store.facts, null);
    });
    await finishArrivals();
  }

  #hold(known: PlaceFacts, found: PlaceFacts): void {
    const { store, log } = this.#deps;
    const underWay = this.#deps.underWay();
    const change = { before: known.seen, now: found.seen, ...underWay };
    const held = store.sessions.all().filter(isStartable);
    store.atomically(() => {
      // The previous place may continue with the same log: what is written here is of another one.
      store.events.beginLog();
      for (const row of held) this.#stop(row, change);
      // They belong to the previous place: the next start, which finds this place, must not take them for its own.
      for (const { session } of store.browsers.all()) store.browsers.clear(session);
      store.facts.set(PLACE_FACT, JSON.stringify(found));
      const waits = held.length + underWay.arrivals.length + underWay.departures.length > 0;
      setPlaceChange(store.facts, waits ? change : null);
      setTrashCopied(store.facts, found.seen.since);
    });
    const before = placeWords(known.seen);
    log.warn({ before, sessions: held.map(({ name }) => name) }, `the data folder ${PLACE_CHANGED}`);
  }

  #stop({ name, state }: SessionRow, change: PlaceChange): void {
    const reason = 'place_changed';
    const data = { stateKind: 'needs_person', hint: placeHint(name, change), attempts: 0 } as const;
    this.#deps.store.transitions.record(name, { from: state, to: 'STOPPED', reason, data });
  }

  #known(): PlaceFacts | null {
    return parsePlace(this.#deps.store.facts.get(PLACE_FACT));
  }

  #waiting(): string[] {
    const rows = this.#deps.store.sessions.all().filter((row) => isHeldBack(row) && row.reason === 'place_changed');
    return rows.map(({ name }) => name);
  }
}

/** What is remembered of a place that was not left: what can be read now, and what could be read once. */
function merged(known: PlaceFacts | null, found: PlaceFacts): PlaceFacts {
  if (known === null) return found;
  const { path, host } = found.seen;
  const isSeenAs = known.seen.path === path && known.seen.host === host;
  return {
    mark: found.mark ?? known.mark,
    earlier: found.mark === null ? known.earlier : null,
    folder: found.folder ?? known.folder,
    uuid: found.uuid ?? known.uuid,
    machine: known.machine ?? found.machine,
    seen: isSeenAs ? known.seen : found.seen,
  };
}
