import type { EngineEvent } from '../engine/engine.ts';
import type { BuildDeps } from './build-deps.ts';

/** When a session has last shown, on its run of now, more than that it is READY; null = not yet. */
export interface Shown {
  /** When the newest text was accepted that WhatsApp's server has acknowledged. */
  sentAt: Date | null;
  /** When the page last reported a message as it came in. A message found in the chats does not prove that the listener works. */
  inboundAt: Date | null;
  /** When it was READY again after its page had reloaded itself. */
  reloadedAt: Date | null;
}

interface Run {
  signal: AbortSignal;
  isReady: boolean;
  inboundAt: Date | null;
  reloadedAt: Date | null;
}

/** Real use as evidence that a build is good: a self-test cannot see that a page means something else than before. */
export class Evidence {
  readonly #deps: Pick<BuildDeps, 'store' | 'now'>;
  readonly #runs = new Map<string, Run>();

  constructor(deps: Pick<BuildDeps, 'store' | 'now'>) {
    this.#deps = deps;
  }

  /** Everything a run says. */
  heard({ session, signal }: { session: string; signal: AbortSignal }, event: EngineEvent): void {
    const run = this.#runOf(session, signal);
    if (event.type === 'ready') this.#ready(run);
    else if (event.type === 'message' && !event.message.fromMe) run.inboundAt = this.#deps.now();
  }

  of(session: string): Shown {
    const sentAt = this.#deps.store.messages.lastAcknowledgedAt(session);
    const { inboundAt = null, reloadedAt = null } = this.#runs.get(session) ?? {};
    return { sentAt: sentAt === null ? null : new Date(sentAt), inboundAt, reloadedAt };
  }

  /** A run says READY once for each document that its page shows. */
  #ready(run: Run): void {
    if (run.isReady) run.reloadedAt = this.#deps.now();
    run.isReady = true;
  }

  #runOf(session: string, signal: AbortSignal): Run {
    const known = this.#runs.get(session);
    if (known?.signal === signal) return known;
    const run: Run = { signal, isReady: false, inboundAt: null, reloadedAt: null };
    this.#runs.set(session, run);
    return run;
  }
}
