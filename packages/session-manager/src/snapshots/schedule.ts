import type { LeadMasterEvent } from '@leadmaster/protocol';
import { Cron } from 'croner';
import type { Logger } from 'pino';
import type { SessionAccess } from '../access/session-access.ts';
import type { Config } from '../config/config.ts';
import type { StateStore } from '../state/state-store.ts';
import { hasNothingToSave } from './nothing-to-save.ts';
import type { Snapshots } from './snapshots.ts';

export interface ScheduleDeps {
  config: Config['snapshots'];
  snapshots: Snapshots;
  access: SessionAccess;
  store: StateStore;
  log: Logger;
  now?: () => Date;
}

/** Whether a session was bound more than before by its own words. */
function isBinding(event: LeadMasterEvent): boolean {
  if (event.type === 'session.sending') return event.data.offBy.includes('session');
  return event.type === 'session.expected_phone' && event.data.expectedPhone !== null;
}

/** After READY the page still loads its chats; a snapshot of a quiet page is a better one. */
const QUIET_MS = 5_000;

/**
 * When snapshots are taken without being asked for: by the clock, soon after a login that no snapshot has yet, soon after a
 * start for those that the clock would have taken meanwhile, and soon after a session was bound more than before.
 */
export class SnapshotSchedule {
  readonly #deps: ScheduleDeps;
  readonly #cron: Cron | null;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #unsubscribe: () => void;
  #round: Promise<void> | null = null;

  constructor(deps: ScheduleDeps) {
    this.#deps = deps;
    const { schedule } = deps.config;
    this.#cron = schedule === null ? null : new Cron(schedule, { unref: true }, () => this.#beginRound());
    this.#unsubscribe = deps.store.events.subscribe((event) => this.#onEvent(event));
  }

  close(): void {
    this.#cron?.stop();
    this.#unsubscribe();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
  }

  /** Saves every session that has a login to save, applies the retention, and boots a sample. One round at a time; a failure of one session is reported and does not stop the others. */
  async round(signal: AbortSignal): Promise<void> {
    const { snapshots, access, store, log } = this.#deps;
    const names = access.names().filter((name) => {
      const row = store.sessions.get(name);
      return row !== null && !hasNothingToSave(row);
    });
    log.info({ sessions: names.length }, 'the round of snapshots begins');
    await Promise.all(names.map((name) => this.#saveAndPrune(name, signal)));
    for (const { session, id } of this.#leastProven(names).slice(0, this.#deps.config.drills)) {
      if (signal.aborted) return;
      await snapshots
        .verify(session, id, { drill: true, signal })
        .catch((error: unknown) => this.#note(signal, session, error, 'a drill could not be held'));
    }
  }

  #beginRound(): void {
    // A round that takes longer than the schedule's interval is not begun a second time.
    if (this.#round !== null) return;
    this.#deps.snapshots.later((signal) => {
      this.#round = this.round(signal).finally(() => {
        this.#round = null;
      });
      return this.#round;
    });
  }

  async #saveAndPrune(session: string, signal: AbortSignal): Promise<void> {
    const { snapshots } = this.#deps;
    try {
      await snapshots.create(session, { reason: 'schedule', signal });
    } catch (error) {
      // A failure is told by an event already. What is there stays: nothing is forgotten for a snapshot that was not taken.
      return this.#note(signal, session, error, 'the scheduled snapshot was not taken');
    }
    await snapshots
      .prune(session, { signal })
      .catch((error: unknown) => this.#note(signal, session, error, 'old snapshots could not be pruned'));
  }

  #note(signal: AbortSignal, session: string, error: unknown, text: string): void {
    if (!signal.aborted) this.#deps.log.warn({ session, err: error }, text);
  }

  /** Sessions' newest snapshots, those first that were never proven or longest ago. */
  #leastProven(names: readonly string[]): { session: string; id: string }[] {
    const { store } = this.#deps;
    const provenAt = (session: string): string =>
      store.snapshots
        .ofLink(session)
        .map(({ verifiedAt }) => verifiedAt ?? '')
        .reduce((newest, at) => (at > newest ? at : newest), '');
    return names
      .flatMap((session) => store.snapshots.latest(session) ?? [])
      .map(({ session, id }) => ({ session, id, provenAt: provenAt(session) }))
      .sort((a, b) => (a.provenAt < b.provenAt ? -1 : 1));
  }

  #onEvent(event: LeadMasterEvent): void {
    const { session } = event;
    if (event.type === 'session.state' && event.data.to === 'READY')
      this.#soon(session, session, (signal) => this.#saveIfDue(session, signal));
    else if (isBinding(event))
      this.#soon(session, `bounds of ${session}`, (signal) => this.#saveBounds(session, signal));
  }

  /** Does something once that has not been asked for again for a while. */
  #soon(session: string, what: string, save: (signal: AbortSignal) => Promise<void>): void {
    clearTimeout(this.#waiting.get(what));
    const timer = setTimeout(() => {
      this.#waiting.delete(what);
      if (this.#deps.access.has(session)) this.#deps.snapshots.later(save);
    }, QUIET_MS);
    timer.unref();
    this.#waiting.set(what, timer);
  }

  /** Another machine that has the vault alone must not bring back less than what bounds the session now. */
  async #saveBounds(session: string, signal: AbortSignal): Promise<void> {
    const { snapshots, store } = this.#deps;
    const row = store.sessions.get(session);
    if (row !== null && !hasNothingToSave(row) && store.snapshots.latest(session) !== null)
      await snapshots.create(session, { reason: 'bounds', signal });
  }

  async #saveIfDue(session: string, signal: AbortSignal): Promise<void> {
    const latest = this.#deps.store.snapshots.latest(session);
    if (this.#deps.config.afterLogin && latest === null) {
      await this.#deps.snapshots.create(session, { reason: 'after_login', signal });
    } else if (latest !== null && this.#missedRound(latest.at)) {
      await this.#saveAndPrune(session, signal);
    }
  }

  /** Whether the clock has struck since a snapshot was taken: while the service was down, say. */
  #missedRound(at: string): boolean {
    const now = this.#deps.now?.() ?? new Date();
    // Dated in the future, it says nothing of what was missed since.
    const isAhead = Date.parse(at) > now.getTime();
    const due = this.#cron?.nextRun(isAhead ? new Date(0) : new Date(at)) ?? null;
    return due !== null && this.#round === null && due < now;
  }
}
