import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineEvent, EngineRun, PageMessage } from '../engine/engine.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** Clocks of phones, servers and this machine differ, and a message may be seconds on its way: look further back than needed. */
const OVERLAP_MS = 10 * 60_000;
/** When to look after READY: at once, and again for what WhatsApp delivered a little later; then rarely. */
const LOOKS_MS = [0, 10_000, 60_000];
const EVERY_MS = 10 * 60_000;
const LOOK_DEADLINE_MS = 60_000;

/**
 * What came in for a session, each message told once: live ones from the library's event, others by looking. Told
 * messages are remembered by their WhatsApp id, so looking twice is harmless.
 */
export class Inbox {
  readonly #deps: SupervisorDeps;
  readonly #session: string;
  readonly #onMessage: () => void;

  constructor(deps: SupervisorDeps, session: string, onMessage: () => void) {
    this.#deps = deps;
    this.#session = session;
    this.#onMessage = onMessage;
  }

  /** Writes a message down and tells it, unless that was done before. */
  receive(message: PageMessage): void {
    this.#onMessage();
    try {
      this.#deps.store.inbox.receive(this.#session, { messageId: message.messageId, data: { ...message } });
    } catch (error) {
      // Not written, so not told; the next look finds it again.
      this.#deps.log.error({ session: this.#session, err: error }, 'a message could not be written down');
    }
  }

  /** An account was just linked: its history up to now was not missed by anybody. */
  linked(run: EngineRun | null): void {
    this.#store(run?.whatsappNow() ?? new Date());
  }

  /** A phone number and a LID were learnt to be one. */
  mapped(_event: Extract<EngineEvent, { type: 'mapped' }>): void {}

  /** Something may have been missed just now: looks at once. */
  hurry(): void {}

  /** The account was unlinked: what comes next is another link's story. */
  unlinked(): void {
    this.#deps.store.sessions.touch(this.#session, { caughtUpTo: null });
  }

  /** Looks for missed messages from now until the run ends. */
  follow(run: EngineRun, signal: AbortSignal): void {
    this.#follow(run, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#deps.log.error({ session: this.#session, err: error }, 'catching up ended');
    });
  }

  async #follow(run: EngineRun, signal: AbortSignal): Promise<void> {
    // A login that came with its profile: what is older than its first READY here was somebody else's to tell.
    if (this.#from() === null) this.linked(run);
    for (let look = 0; !signal.aborted; look += 1) {
      await sleep(LOOKS_MS[look] ?? EVERY_MS, undefined, { signal, ref: false });
      await this.#look(run, signal);
      await this.#reconcile(run, signal);
    }
  }

  async #look(run: EngineRun, signal: AbortSignal): Promise<void> {
    const since = this.#from();
    if (since === null) return;
    const began = Date.now();
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]);
      for await (const part of run.catchUp({ since, mayLoadEarlier: true }, deadline)) {
        for (const message of part.messages) this.receive(message);
      }
      this.#store(new Date(Math.max(since.getTime(), began - OVERLAP_MS)));
    } catch (error) {
      if (!signal.aborted)
        this.#deps.log.warn({ session: this.#session, err: error }, 'missed messages could not be looked for');
    }
  }

  async #reconcile(run: EngineRun, signal: AbortSignal): Promise<void> {
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]);
      await this.#deps.outbox.reconcile(this.#session, run, deadline);
    } catch (error) {
      if (!signal.aborted) {
        this.#deps.log.warn({ session: this.#session, err: error }, 'missed acknowledgements could not be looked for');
      }
    }
  }

  /** Where the next look begins. */
  #from(): Date | null {
    const at = this.#deps.store.sessions.get(this.#session)?.caughtUpTo;
    return at ? new Date(at) : null;
  }

  #store(at: Date): void {
    this.#deps.store.sessions.touch(this.#session, { caughtUpTo: at.toISOString() });
  }
}
