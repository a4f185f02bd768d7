import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { realFs } from '../profile/files.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import { freeBytes, snapshotRoom } from '../profile/room.ts';
import type { StateStore } from '../state/state-store.ts';
import type { DiskFigures } from './disk-metrics.ts';
import type { Measurements } from './measurements.ts';

const MINUTE_MS = 60_000;
/** How often a running session is measured. */
const ROUND_MS = 15 * MINUTE_MS;
/** A profile at rest does not change, except by hand. */
const REST_MS = 6 * 60 * MINUTE_MS;
const LOOK_MS = MINUTE_MS;

/** Told again only after there was so much more room in between. */
const CALM = 1.25;

/** What the monitor sees of a session. */
export interface MonitoredSession {
  readonly name: string;
  readonly view: { since: Date; runtime: object | null };
}

export interface DiskMonitorDeps {
  roster: { supervisors(): readonly MonitoredSession[] };
  measurements: Measurements;
  profiles: Pick<ProfileStore, 'trashBytes'>;
  store: StateStore;
  /** A folder on the disk of the profiles. */
  path: string;
  config: Pick<Config, 'diskMinFreeBytes'>;
  log: Logger;
  now?: () => number;
}

/**
 * Watches the disk: how large each session is, one after the other, spread over time so that sessions do not slow down; what
 * is in the trash; how much is free. Reports it by events and figures, and deletes nothing.
 */
export class DiskMonitor {
  readonly #deps: DiskMonitorDeps;
  readonly #now: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #triedAt = new Map<string, number>();
  #isLow = false;
  #isClosed = false;
  readonly #working = new Set<Promise<void>>();
  #trashBytes: number | null = null;
  #freeBytes: number | null = null;
  #trashSeenAt = Number.NEGATIVE_INFINITY;

  constructor(deps: DiskMonitorDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  start(): void {
    this.#later(0, () => this.#lookAgain());
    this.#later(LOOK_MS, () => this.#measureOn());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#working);
  }

  /** The session whose turn it is; null when all figures are fresh. */
  due(): string | null {
    const waiting = this.#deps.roster
      .supervisors()
      .map((session) => ({ name: session.name, dueAt: this.#dueAt(session) }))
      .filter(({ dueAt }) => dueAt <= this.#now())
      .sort((a, b) => a.dueAt - b.dueAt);
    return waiting[0]?.name ?? null;
  }

  /** Measures the session whose turn it is. One that cannot be measured is logged, and has its turn again later. */
  async measureNext(): Promise<void> {
    const name = this.due();
    if (name === null) return;
    this.#triedAt.set(name, this.#now());
    try {
      await this.#deps.measurements.measure(name);
    } catch (error) {
      this.#deps.log.warn({ session: name, err: error }, 'the profile could not be measured');
    }
  }

  /** Looks how much is free and how much is in the trash. Warns once when there is little room. */
  async look(): Promise<void> {
    const { path, profiles, log } = this.#deps;
    try {
      this.#freeBytes = await freeBytes(realFs, path);
      this.#judge(this.#freeBytes);
      if (this.#now() - this.#trashSeenAt < ROUND_MS) return;
      this.#trashSeenAt = this.#now();
      this.#trashBytes = await profiles.trashBytes();
    } catch (error) {
      log.warn({ err: error }, 'the disk could not be looked at');
    }
  }

  figures(): DiskFigures {
    const { roster, measurements, store } = this.#deps;
    return {
      freeBytes: this.#freeBytes,
      trashBytes: this.#trashBytes,
      sessions: roster.supervisors().flatMap(({ name }) => {
        const last = store.storage.latest(name);
        return last === null ? [] : [{ session: name, last, growth: measurements.growth(name) }];
      }),
    };
  }

  #dueAt({ name, view }: MonitoredSession): number {
    const { measuredAt } = this.#deps.measurements.summary(name);
    const last = Math.max(measuredAt === null ? 0 : Date.parse(measuredAt), this.#triedAt.get(name) ?? 0);
    const isAtRest = view.runtime === null && view.since.getTime() < last;
    return last === 0 ? 0 : last + (isAtRest ? REST_MS : ROUND_MS);
  }

  #judge(free: number): void {
    const { store, path, config, log } = this.#deps;
    const room = snapshotRoom(config.diskMinFreeBytes);
    if (free > room * CALM) this.#isLow = false;
    if (free >= room || this.#isLow) return;
    this.#isLow = true;
    const hint = `No snapshots are taken until there is more. Free some space: "./leadmaster storage" shows how large sessions are; trash is emptied by TRASH_DAYS and TRASH_MAX_MB.`;
    log.error({ path, freeBytes: free, neededBytes: room }, 'the disk is nearly full; no snapshots are taken');
    store.events.append({
      session: '',
      type: 'disk.low',
      data: { path, freeBytes: free, neededBytes: room, hint },
    });
  }

  async #lookAgain(): Promise<void> {
    await this.look();
    this.#later(LOOK_MS, () => this.#lookAgain());
  }

  async #measureOn(): Promise<void> {
    await this.measureNext();
    const sessions = this.#deps.roster.supervisors().length;
    this.#later(ROUND_MS / Math.max(1, sessions), () => this.#measureOn());
  }

  #later(ms: number, task: () => Promise<void>): void {
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const working = task().finally(() => this.#working.delete(working));
      this.#working.add(working);
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}
