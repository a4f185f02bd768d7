import type { Readable, Writable } from 'node:stream';
import type { ConnectionTransport } from 'puppeteer-core';
import { z } from 'zod';

/** News of something that could run. If it waits for a debugger, then before its first line. */
const attached = z.object({
  method: z.literal('Target.attachedToTarget'),
  /** The session of the target that has it; none for what belongs to the browser itself. */
  sessionId: z.string().optional(),
  params: z.object({
    sessionId: z.string(),
    targetInfo: z.object({ type: z.string() }),
    waitingForDebugger: z.boolean(),
  }),
});

/**
 * Speaks with a browser over its two pipes (messages of JSON, each ended by a zero byte), and lets a single page run.
 * puppeteer resumes every target that it hears of, also a copy's service worker, and no interception of requests
 * reliably holds one. So it hears of the first tab and its page only; all other targets stay paused before their first line.
 */
export class OnePageTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  readonly #out: Writable;
  readonly #in: Readable;
  #tab: string | null = null;
  /** The beginning of a message whose end has not come. */
  #begun: Buffer[] = [];

  constructor(out: Writable, incoming: Readable) {
    this.#out = out;
    this.#in = incoming;
    incoming.on('data', (bytes: Buffer) => this.#take(bytes));
    incoming.on('close', () => this.onclose?.());
    // A browser that dies breaks its pipes; the closed incoming pipe shows it.
    for (const pipe of [out, incoming]) pipe.on('error', () => undefined);
  }

  send(message: string): void {
    this.#out.write(`${message}\0`);
  }

  close(): void {
    this.#in.destroy();
    this.#out.destroy();
  }

  #take(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
      const message = Buffer.concat([...this.#begun, bytes.subarray(start, end)]).toString();
      this.#begun = [];
      start = end + 1;
      if (this.#mayHear(message)) this.onmessage?.(message);
    }
    if (start < bytes.length) this.#begun.push(bytes.subarray(start));
  }

  #mayHear(message: string): boolean {
    if (!message.includes('Target.attachedToTarget')) return true;
    const event = attached.safeParse(JSON.parse(message)).data;
    if (event === undefined) return true;
    const { sessionId, params } = event;
    const { type } = params.targetInfo;
    if (type === 'tab') this.#tab ??= params.sessionId;
    const isOurs = type === 'tab' ? params.sessionId === this.#tab : type === 'page' && sessionId === this.#tab;
    // What runs already cannot be left standing, only be ended.
    return isOurs || !params.waitingForDebugger;
  }
}
