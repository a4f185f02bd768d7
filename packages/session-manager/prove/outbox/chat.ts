import { setTimeout as sleep } from 'node:timers/promises';
import { Unanswered } from '@leadmaster/client';
import { LeadMasterError, type Message } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import type { ServiceProcess } from '../service/service-process.ts';

/** Texts that are on their way in one chat at a time. */
const WINDOW = 3;
const PAUSE_MS = 40;
/** A message whose fate is still open after this is a fault of its own. */
const SETTLE_MS = 240_000;

/** One text of the proof, and what the service says of it. */
export interface Sent {
  text: string;
  /** Every message that was accepted for it: more than one when the service said FAILED and it was sent again. */
  messages: Message[];
}

/**
 * One chat of one session, as a careful client writes in it: texts in order, a few at a time, each with a key of its own;
 * what the service calls FAILED is sent again, in order; what it calls UNCERTAIN never is.
 */
export class Chat {
  readonly session: string;
  readonly to: string;
  readonly sent: Sent[] = [];
  /** The texts as they were accepted: one that was sent again after a FAILED is in its later place. */
  readonly accepted: string[] = [];
  readonly #service: ServiceProcess;

  constructor(service: ServiceProcess, session: string, to: string) {
    this.#service = service;
    this.session = session;
    this.to = to;
  }

  /** Sends texts 1 to `count`. `signal` ends it early. */
  async write(count: number, signal: AbortSignal): Promise<void> {
    for (let next = 1; next <= count; next += WINDOW) {
      const size = Math.min(WINDOW, count - next + 1);
      let open = Array.from({ length: size }, (_, i): Sent => ({ text: `${this.to} ${next + i}`, messages: [] }));
      this.sent.push(...open);
      while (open.length > 0 && !signal.aborted) {
        for (const one of open) await this.#handIn(one, signal);
        for (const one of open) await this.#settle(one, signal);
        open = open.filter((one) => one.messages.at(-1)?.state === 'FAILED');
      }
    }
  }

  async #handIn(one: Sent, signal: AbortSignal): Promise<void> {
    one.messages.push(await this.#accept(one, signal));
    this.accepted.push(one.text);
  }

  /** Hands it in until it is accepted: the same key again when the line broke, since the answer may have been lost. */
  async #accept({ text, messages }: Sent, signal: AbortSignal): Promise<Message> {
    const headers = { 'idempotency-key': `${this.session} ${text} try ${messages.length}` };
    const input = { ...of(this.session), body: { to: this.to, text }, headers };
    for (;;) {
      signal.throwIfAborted();
      try {
        return await this.#service.call('sendMessage', input);
      } catch (error) {
        if (!mayPass(error)) throw error;
      }
      await sleep(PAUSE_MS);
    }
  }

  async #settle(one: Sent, signal: AbortSignal): Promise<void> {
    const last = one.messages.length - 1;
    const deadline = performance.now() + SETTLE_MS;
    while (!signal.aborted && performance.now() < deadline) {
      const known = one.messages[last];
      if (known !== undefined && !isOpen(known)) return;
      await sleep(PAUSE_MS);
      const now = await this.ask(known?.id ?? '').catch(() => null);
      if (now !== null) one.messages[last] = now;
    }
  }

  /** What the service says of a message now. */
  ask(id: string): Promise<Message> {
    return this.#service.call('getMessage', { params: { session: this.session, message: id } });
  }
}

/** Whether nothing final was said of it. */
export function isOpen({ state }: Message): boolean {
  return state === 'QUEUED' || state === 'SENDING';
}

/** Whether the line broke, or the session cannot take it yet. */
function mayPass(error: unknown): boolean {
  return error instanceof Unanswered || (error instanceof LeadMasterError && [409, 503].includes(error.status));
}
