import { LeadMasterError } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { Caller } from './caller.ts';
import type { KeyRing } from './key-ring.ts';
import type { SignIns } from './sign-ins.ts';

/** How often the keys of open streams and uploads are looked at. */
const WATCH_MS = 1_000;

interface Watched {
  caller: Caller;
  open: Set<AbortController>;
}

/** What lasts longer than a request, such as streams: it ends with the key or the sign-in that opened it, on whichever hub that is ended. */
export class OpenCalls {
  readonly #ring: KeyRing;
  readonly #signIns: SignIns;
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | null = null;

  constructor({ ring, signIns, log }: { ring: KeyRing; signIns: SignIns; log: Logger }) {
    this.#ring = ring;
    this.#signIns = signIns;
    this.#log = log;
  }

  /** Aborts once the key or the sign-in of a caller has ended. `done` ends the watch. */
  watch(caller: Caller): { signal: AbortSignal; done: () => void } {
    const ending = new AbortController();
    const { keyId, signIn } = caller;
    // The admin key itself lasts as long as the process.
    if (keyId === null && signIn === null) return { signal: ending.signal, done: () => {} };
    const by = `${keyId} ${signIn}`;
    const watched = this.#watched.get(by) ?? { caller, open: new Set() };
    watched.open.add(ending);
    this.#watched.set(by, watched);
    this.#timer ??= setInterval(() => void this.#endRevoked(), WATCH_MS).unref();
    return { signal: ending.signal, done: () => this.#forget(by, watched, ending) };
  }

  /** Watches no longer. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #forget(by: string, watched: Watched, ending: AbortController): void {
    watched.open.delete(ending);
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

function ended(): LeadMasterError {
  return new LeadMasterError('unauthorized', 'The key has ended meanwhile.', 'Send a key of this hub that is valid.');
}
