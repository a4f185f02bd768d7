import type { ServerResponse } from 'node:http';
import { LeadMasterError } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { Caller } from './caller.ts';
import type { KeyRing } from './key-ring.ts';
import type { SignIns } from './sign-ins.ts';

/** How often the keys of open streams and uploads are looked at. */
const WATCH_MS = 1_000;

/** Calls that a key has open at once: who opens streams without an end would take the memory and connections of all others. */
export const MOST_OPEN = 2_000;

interface Watched {
  caller: Caller;
  open: Set<AbortController>;
}

/** What lasts longer than a request, such as streams: it ends with the key or the sign-in that opened it, on whichever hub that is ended. */
export class OpenCalls {
  readonly #ring: KeyRing;
  readonly #signIns: SignIns;
  readonly #log: Logger;
  readonly #most: number;
  readonly #watched = new Map<string, Watched>();
  /** How many each key has open, by all of its sign-ins. */
  readonly #open = new Map<string | null, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor({ ring, signIns, log, most }: { ring: KeyRing; signIns: SignIns; log: Logger; most: number }) {
    this.#ring = ring;
    this.#signIns = signIns;
    this.#log = log;
    this.#most = most;
  }

  /**
   * Aborts once the key or the sign-in of a caller has ended. It is watched until the answer is closed.
   *
   * @throws LeadMasterError `rate_limited` where the key has too many open.
   */
  watch(caller: Caller, answer: ServerResponse): AbortSignal {
    const ending = new AbortController();
    const { keyId, signIn } = caller;
    // The admin key itself lasts as long as the process.
    const isLasting = keyId === null && signIn === null;
    // Of a caller who has hung up already, no close will be told.
    if (isLasting || answer.destroyed) return ending.signal;
    this.#count(keyId, 1);
    const by = `${keyId} ${signIn}`;
    const watched = this.#watched.get(by) ?? { caller, open: new Set() };
    watched.open.add(ending);
    this.#watched.set(by, watched);
    this.#timer ??= setInterval(() => void this.#endRevoked(), WATCH_MS).unref();
    answer.once('close', () => this.#forget(by, watched, ending));
    return ending.signal;
  }

  /** Watches no longer. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The admin key, which its sign-ins stand for, has no limit. */
  #count(keyId: string | null, change: 1 | -1): void {
    const open = (this.#open.get(keyId) ?? 0) + change;
    if (change > 0 && keyId !== null && open > this.#most) throw tooMany(this.#most);
    if (open === 0) this.#open.delete(keyId);
    else this.#open.set(keyId, open);
  }

  #forget(by: string, watched: Watched, ending: AbortController): void {
    watched.open.delete(ending);
    this.#count(watched.caller.keyId, -1);
    if (watched.open.size === 0 && this.#watched.get(by) === watched) this.#watched.delete(by);
    if (this.#watched.size === 0) this.close();
  }

  async #endRevoked(): Promise<void> {
    try {
      for (const { caller, open } of this.#watched.values()) {
        if (await this.#isGood(caller)) continue;
        for (const ending of open) ending.abort(ended());
      }
    } catch (error) {
      // The streams stay open while the store is away; new requests fail by themselves.
      this.#log.warn({ err: error }, 'whether keys were ended could not be looked up');
    }
  }

  async #isGood({ keyId, signIn }: Caller): Promise<boolean> {
    if (keyId !== null && !(await this.#ring.isGood(keyId))) return false;
    return signIn === null || this.#signIns.isOpen(signIn);
  }
}

function tooMany(most: number): LeadMasterError {
  return new LeadMasterError(
    'rate_limited',
    `The key has ${most} calls open, and may have no more at once.`,
    'End streams that are no longer read: one at /v1/events tells of all sessions.',
    { extra: { retryAfter: 1 } },
  );
}

function ended(): LeadMasterError {
  return new LeadMasterError('unauthorized', 'The key has ended meanwhile.', 'Send a key of this hub that is valid.');
}
