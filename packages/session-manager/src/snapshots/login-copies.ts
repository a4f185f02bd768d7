import { errorText, HELD_BACK_REASONS, LeadMasterError, type SnapshotReason } from '@leadmaster/protocol';
import { isOverdue } from '@leadmaster/service-kit/wait';
import type { ProfileRecord } from '../profile/profile-store.ts';
import type { CopyDeps } from './deps.ts';
import { captureAside, captureStopped, saveTaken, type Taken, type TakeOptions } from './take.ts';
import type { BoundCall, SnapshotTurns } from './turns.ts';

/** How long a logout or delete waits for the copy of the login that it removes, and a start for one of what it changes. */
const COPY_MS = 20_000;

/** There is no login yet, no longer one here, none of the session's own, or one that needs a person, as its state tells. */
const NO_FAILURES: ReadonlySet<string> = new Set([
  'nothing_to_snapshot',
  'wrong_account',
  'session_moved',
  ...HELD_BACK_REASONS,
]);

/**
 * Copies of logins that the next step may change or remove. They ask nothing of the sessions, so that a start may ask for
 * one. Each resolves as soon as the login is copied, or cannot be: it reaches the vault afterwards, and the next step continues
 * in any case. `true`: the login was copied, or there is none that could be lost.
 */
export class LoginCopies {
  readonly #deps: CopyDeps;
  readonly #turns: SnapshotTurns;

  constructor(deps: CopyDeps, turns: SnapshotTurns) {
    this.#deps = deps;
    this.#turns = turns;
  }

  /** Copies the profile in place, for a caller who holds its lock. Never fails. */
  stopped(session: string, profileDir: string, reason: SnapshotReason): Promise<boolean> {
    return this.ahead(session, reason, (wanted) => captureStopped(this.#deps, session, profileDir, wanted));
  }

  /** Copies a profile that was set aside, as it lies there. Never fails. */
  async setAside(
    session: string,
    aside: { profileDir: string; record: ProfileRecord },
    reason: SnapshotReason,
  ): Promise<void> {
    const link = this.linkOf(session);
    await this.ahead(session, reason, (wanted) => captureAside(this.#deps, session, aside, { ...wanted, link }));
  }

  /**
   * Resolves when `take` has copied, has failed, or the time is over. What was copied reaches the vault afterwards.
   *
   * @param hasLogin whether the session has a login that could be lost; where it has none, no failure is told.
   */
  ahead(
    session: string,
    reason: SnapshotReason,
    take: (wanted: TakeOptions) => Promise<Taken>,
    hasLogin = true,
  ): Promise<boolean> {
    const copied = Promise.withResolvers<boolean>();
    // To save: what the session has now, not what it has when its turn comes.
    const link = this.linkOf(session);
    const deadline = AbortSignal.timeout(COPY_MS);
    deadline.addEventListener('abort', () => copied.resolve(false), { once: true });
    const soon = AbortSignal.any([deadline, this.#turns.closing]);
    this.#turns.later((signal) =>
      // Copying takes no place on the machine: what comes next must not wait behind a night's uploads.
      this.#turns.alone(session, async () => {
        try {
          soon.throwIfAborted();
          const taken = await take(this.#wanted(reason, { signal: soon }));
          copied.resolve(true);
          const save = (call: BoundCall) => saveTaken(this.#deps, session, taken, this.#wanted(reason, call));
          await this.#turns.placed({ signal }, save);
        } catch (error) {
          if (hasLogin) this.failed(session, { reason, link }, error);
          copied.resolve(isNoFailure(error));
        }
      }),
    );
    return copied.promise;
  }

  /** Tells why a snapshot was not taken, where the operator should know it. */
  failed(session: string, { reason, link }: { reason: SnapshotReason; link: number | null }, error: unknown): void {
    if (this.#turns.closing.aborted) return;
    if (isNoFailure(error)) return;
    const code = error instanceof LeadMasterError ? error.code : isOverdue(error) ? 'timeout' : 'internal';
    const hint = error instanceof LeadMasterError ? error.hint : '';
    this.#deps.log.error({ session, reason, err: error }, 'no snapshot was taken');
    try {
      this.#deps.store.snapshots.failed(session, { code, detail: errorText(error), link, reason, hint });
    } catch (unwritten) {
      this.#deps.log.error({ session, err: unwritten }, 'that no snapshot was taken could not be written down');
    }
  }

  /** The number of the link that the session has now. */
  linkOf(session: string): number | null {
    return this.#deps.store.sessions.get(session)?.link ?? null;
  }

  #wanted(reason: SnapshotReason, call: BoundCall): TakeOptions & { signal: AbortSignal } {
    return { ...call, kind: this.#deps.config.snapshots.kind, reason };
  }
}

function isNoFailure(error: unknown): boolean {
  return error instanceof LeadMasterError && NO_FAILURES.has(error.code);
}
