import { backoffMs } from './backoff.ts';
import { isStarting } from './machine.ts';
import type { SessionStatus } from './session-status.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import { Timers } from './timers.ts';

/** How long a page waits for a passkey where it does not say (whatsapp-web-2026, 4.2), and at most. */
const PASSKEY_MS = 120_000;
const PASSKEY_MAX_MS = 15 * 60_000;

type Task = () => Promise<void>;

/**
 * The times of a session's states: how long one may last without a sign of life, when a lost session starts again, and
 * from when on READY counts as stable. What is due takes its turn in the session's queue.
 */
export class StateClock {
  readonly #config: SupervisorDeps['config'];
  readonly #status: SessionStatus;
  readonly #timers: Timers<'watch' | 'retry' | 'stable'>;

  constructor(config: SupervisorDeps['config'], status: SessionStatus, enqueue: (task: Task) => void) {
    this.#config = config;
    this.#status = status;
    this.#timers = new Timers(enqueue);
  }

  /** A state is left: its times no longer count. */
  clear(): void {
    this.#timers.disarm('watch');
    this.#timers.disarm('stable');
    this.#timers.disarm('retry');
  }

  /** Calls `overdue` when the state has lasted too long from now; a time in which this process stood still does not count. */
  watch(overdue: Task): void {
    this.#timers.armAwake('watch', this.#watchMs(), overdue);
  }

  /** Calls `start` after a pause that grows with the starts that were tried. */
  retry(start: Task): void {
    const { backoff } = this.#config;
    const pause = backoffMs(this.#status.attempts - 1, backoff);
    this.#status.nextAttemptAt = new Date(Date.now() + pause);
    this.#timers.arm('retry', pause, start);
  }

  dropRetry(): void {
    this.#timers.disarm('retry');
  }

  /** READY begins: once it has lasted, earlier starts no longer count. */
  becomeStable(): void {
    this.#timers.arm('stable', this.#config.backoff.stableAfterMs, async () => {
      this.#status.attempts = 0;
    });
  }

  /** How long the state may last without a sign of life. */
  #watchMs(): number {
    const { probe, deadlines } = this.#config;
    const { state, passkeyUntil } = this.#status;
    if (state === 'AUTHENTICATED') return deadlines.syncMs;
    if (state === 'PASSKEY_REQUIRED') return passkeyMs(passkeyUntil);
    return isStarting(state) ? deadlines.launchMs + deadlines.loadMs : probe.deadlineMs;
  }
}

/** How long a passkey is still waited for: the page's own time, within bounds. */
function passkeyMs(until: Date | null): number {
  if (until === null) return PASSKEY_MS;
  return Math.min(PASSKEY_MAX_MS, Math.max(0, until.getTime() - Date.now()));
}
