import type { Feature } from '@leadmaster/protocol';
import type { BuildRow } from '../state/rows.ts';
import type { BuildBook } from './book.ts';
import type { BuildDeps, GuardedSessions } from './build-deps.ts';
import { newWatch, type Trial } from './trial.ts';

/** Which sessions can say something about a build: by trying it, by running it already, or by going back from it. */
export class Witnesses {
  readonly #deps: Pick<BuildDeps, 'settings' | 'store' | 'now'>;
  readonly #book: BuildBook;
  readonly #sessions: Pick<GuardedSessions, 'candidates' | 'look'>;

  constructor(
    deps: Pick<BuildDeps, 'settings' | 'store' | 'now'>,
    book: BuildBook,
    sessions: Pick<GuardedSessions, 'candidates' | 'look'>,
  ) {
    this.#deps = deps;
    this.#book = book;
    this.#sessions = sessions;
  }

  /** The session that tries what is new, or null when none may now. */
  canary(): string | null {
    return this.#sessions.candidates().find((session) => this.#mayTry(session)) ?? null;
  }

  /** Other sessions that are READY on a build, and what is broken there. */
  others(build: string, session: string): { session: string; broken: readonly Feature[] }[] {
    const rows = this.#deps.store.builds.sessions();
    return rows
      .filter((row) => row.running === build && row.session !== session)
      .flatMap((row) => {
        const seen = this.#sessions.look(row.session);
        return seen?.state === 'READY' && seen.running === build ? [{ session: row.session, broken: seen.broken }] : [];
      });
  }

  /** The same session on the newest good build that may open its profile; else another session on the build itself. */
  opinion(build: string, session: string): Trial['opinion'] {
    const now = this.#deps.now();
    const older = this.#book.good().find((good) => good.build !== build && this.#mayGoBack(build, good));
    if (older !== undefined) return { ...newWatch(session, now), on: older.build };
    const second = this.#sessions.candidates().find((other) => other !== session && this.#mayTry(other));
    return second === undefined ? null : { ...newWatch(second, now), on: null };
  }

  /** Only a first look: the schema rule itself is asked again at the start, with the profile's own numbers. */
  #mayGoBack(build: string, older: BuildRow): boolean {
    const tried = this.#deps.store.builds.get(build)?.knobs ?? {};
    return Object.entries(tried).every(([database, knob]) => (older.knobs[database] ?? knob) >= knob);
  }

  /** At most one change of build per session and `pauseMs`: this is the change that the guard chooses to make. */
  #mayTry(session: string): boolean {
    const { settings, store, now } = this.#deps;
    if (settings.canary !== null && settings.canary !== session) return false;
    if (this.#sessions.look(session)?.state !== 'READY') return false;
    const changedAt = store.builds.session(session)?.changedAt ?? null;
    return changedAt === null || now().getTime() - Date.parse(changedAt) >= settings.pauseMs;
  }
}
