import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '@leadmaster/protocol';
import { StandinError, type World } from '@leadmaster/whatsapp-standin';
import type { ServiceProcess } from '../service/service-process.ts';

/** A linked session and who writes with it. */
export interface Loaded {
  name: string;
  phone: string;
  /** The number that sends to the session and is written to by it. */
  partner: string;
}

/**
 * `messages`: nothing but messages, at the full rate. `steady`: history is written at a fixed rate by every page, and a
 * few messages come beside it; `flat_out`: the page that is copied writes as fast as it can. Full rates of both at once
 * are more than two processors can do, and a machine that is behind proves nothing.
 */
export const MODES = ['messages', 'steady', 'messages', 'flat_out'] as const;
export type Mode = (typeof MODES)[number];

const TICK_MS = 25;
const OUT_EVERY_MS = 400;
const RELOAD_TRIES = 20;
const RELOAD_PAUSE_MS = 500;
const STEADY_ROWS_PER_S = 200;
/** Messages to each session while history is written, as a part of the full rate. */
const BESIDE_BULK = 0.1;
/** Rows as a full history has them; each order is short, so that the end of the load is near. */
const ORDER = { messages: null, steady: 50 * 4096, flat_out: 256 * 4096 } as const;

/**
 * Load on every session at once. All messages are numbered from 1 in both directions, `in 17` and `out 4`, so that a
 * hole in a copy shows.
 */
export class Load {
  readonly #world: World;
  readonly #service: ServiceProcess;
  readonly #loaded: readonly Loaded[];
  readonly #perSecond: number;
  #part = 1;
  readonly #ending = new AbortController();
  readonly #sent = new Map<string, number>();
  readonly #running: Promise<void>[] = [];
  readonly #failures = new Map<string, number>();
  readonly #came = new Map<Mode, { messages: number; bytes: number; ms: number }>();

  constructor(world: World, service: ServiceProcess, loaded: readonly Loaded[], perSecond: number) {
    this.#world = world;
    this.#service = service;
    this.#loaded = loaded;
    this.#perSecond = perSecond;
  }

  start(): void {
    for (const each of this.#loaded) this.#running.push(this.#messagesIn(each), this.#messagesOut(each));
  }

  /** Ends the messages, after those under way. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }

  /** How many messages the session was sent so far. */
  sentTo({ name }: Loaded): number {
    return this.#sent.get(name) ?? 0;
  }

  /** Orders and sends that failed: the load was lighter than it says. */
  get failures(): string[] {
    return [...this.#failures].map(([what, count]) => (count === 1 ? what : `${count} times: ${what}`));
  }

  /** What it came to in each mode, by the second: messages to each session, and bytes of history of all of them together. */
  get rates(): Map<Mode, { messages: number; bytes: number }> {
    const rate = ({ messages, bytes, ms }: { messages: number; bytes: number; ms: number }) => ({
      messages: (messages / this.#loaded.length / ms) * 1000,
      bytes: (bytes / ms) * 1000,
    });
    return new Map([...this.#came].map(([mode, sums]) => [mode, rate(sums)]));
  }

  /** Runs a task under a mode of load; `copied` is the session it is about. */
  async under<T>(mode: Mode, copied: Loaded, task: () => Promise<T>): Promise<T> {
    const came = this.#came.get(mode) ?? { messages: 0, bytes: 0, ms: 0 };
    this.#came.set(mode, came);
    const began = performance.now();
    const sent = this.#sentToAll();
    try {
      const bytes = ORDER[mode];
      return await (bytes === null ? task() : this.#besideBulk(mode, bytes, copied, came, task));
    } finally {
      came.ms += performance.now() - began;
      came.messages += this.#sentToAll() - sent;
    }
  }

  async #besideBulk<T>(
    mode: Mode,
    bytes: number,
    copied: Loaded,
    came: { bytes: number },
    task: () => Promise<T>,
  ): Promise<T> {
    let ending = false;
    this.#part = BESIDE_BULK;
    const write = async (session: Loaded): Promise<void> => {
      const { phone, name } = session;
      const ratePerSec = mode === 'flat_out' && session === copied ? 0 : STEADY_ROWS_PER_S;
      try {
        while (!ending) came.bytes += await this.#history(phone, bytes, ratePerSec);
      } catch (error) {
        this.#fail(`${name} does not write history: ${errorText(error)}`);
      }
    };
    const writing = this.#loaded.map(write);
    try {
      return await task();
    } finally {
      ending = true;
      await Promise.all(writing);
      this.#part = 1;
    }
  }

  /** Has a page write; one that reloads itself (some minutes after its link) takes the order up again once it is back. */
  async #history(phone: string, bytes: number, ratePerSec: number): Promise<number> {
    for (let left = RELOAD_TRIES; ; left -= 1) {
      try {
        return (await this.#world.bulkHistory(phone, bytes, { rowBytes: 4096, ratePerSec })).bytes;
      } catch (error) {
        if (left === 0 || !(error instanceof StandinError) || error.code !== 'not_online') throw error;
        await sleep(RELOAD_PAUSE_MS);
      }
    }
  }

  #sentToAll(): number {
    return this.#loaded.reduce((sum, session) => sum + this.sentTo(session), 0);
  }

  #fail(what: string): void {
    this.#failures.set(what, (this.#failures.get(what) ?? 0) + 1);
  }

  /** Late ticks are made up for: the rate is kept on the whole. */
  async #messagesIn({ name, phone, partner }: Loaded): Promise<void> {
    let [due, before] = [0, performance.now()];
    const writer = this.#world.phone(partner);
    for (let number = 0; !this.#ending.signal.aborted; await sleep(TICK_MS)) {
      const now = performance.now();
      due += ((now - before) / 1000) * this.#perSecond * this.#part;
      before = now;
      while (number < due) {
        number += 1;
        this.#sent.set(name, number);
        await writer.send(phone, `in ${number}`);
      }
    }
  }

  /** One after the other, each acknowledged before the next: their order is the order on disk. */
  async #messagesOut({ name, partner }: Loaded): Promise<void> {
    for (let number = 1; !this.#ending.signal.aborted; await sleep(OUT_EVERY_MS)) {
      try {
        await this.#service.sent(name, { to: partner, text: `out ${number}` }, `out-${number}`);
        number += 1;
      } catch (error) {
        this.#fail(`${name} does not send: ${errorText(error)}`);
      }
    }
  }
}

/** The numbers of the messages of one direction, as they lie on a device's disk. */
export function numbersOf(messages: readonly { body: string }[], direction: 'in' | 'out'): number[] {
  return messages.flatMap(({ body }) => {
    const [word, number] = body.split(' ');
    return word === direction ? [Number(number)] : [];
  });
}

/** What is wrong with numbers that should be 1 to something, at least `least`, each once; null when nothing is. */
export function holesIn(numbers: readonly number[], least: number): string | null {
  const known = new Set(numbers);
  if (known.size !== numbers.length) return `${numbers.length - known.size} messages are there twice`;
  const last = Math.max(0, ...numbers);
  if (last !== known.size) {
    const missing = Array.from({ length: last }, (_, i) => i + 1).filter((number) => !known.has(number));
    return `${missing.length} of ${last} messages are missing: ${missing.slice(0, 5).join(', ')}`;
  }
  return last < least ? `only ${last} of ${least} messages are there` : null;
}
