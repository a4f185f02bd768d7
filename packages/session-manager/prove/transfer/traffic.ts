import { setTimeout as sleep } from 'node:timers/promises';
import { holesIn, numbersOf } from '../moments/load.ts';
import { type Manager, NAME, PARTNER, PHONE, type TwoManagers } from './two-managers.ts';

const OUT_EVERY_MS = 500;
const ACKNOWLEDGED_MS = 5_000;
const FLOWS_MS = 30_000;
/** The inbox looks again a minute after READY for what came in between. */
const TOLD_MS = 90_000;

/**
 * Messages in both directions while the session goes to and fro, numbered from 1: `in 17`, `out 4`. None is sent again: what
 * was acknowledged must have arrived, and what was not may have, once.
 */
export class Traffic {
  readonly #stage: TwoManagers;
  readonly #inPerSecond: number;
  readonly #ending = new AbortController();
  #running: Promise<void>[] = [];
  #owner: Manager;
  #in = 0;
  #out = 0;
  readonly #acknowledged = new Set<number>();

  constructor(stage: TwoManagers, inPerSecond: number) {
    this.#stage = stage;
    this.#inPerSecond = inPerSecond;
    this.#owner = stage.a;
  }

  /** How many there were: in, and out as far as they were acknowledged. */
  get count(): { in: number; out: number } {
    return { in: this.#in, out: this.#acknowledged.size };
  }

  start(): void {
    this.#running = [this.#messagesIn(), this.#messagesOut()];
  }

  /** Who is written to by those who send with the session. */
  ownedBy(manager: Manager): void {
    this.#owner = manager;
  }

  /** Resolves once a message that was begun from now on is acknowledged: the session is in use again. */
  async flows(): Promise<void> {
    const from = this.#out;
    const deadline = performance.now() + FLOWS_MS;
    while (![...this.#acknowledged].some((number) => number > from)) {
      if (performance.now() > deadline) throw new Error(`no message went out within ${FLOWS_MS / 1000} s`);
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }

  /** After the end: what is missing, or there twice, on the session's disk, at the partner, and in what was told. */
  async judge(): Promise<string[]> {
    const { world } = this.#stage;
    const wrong: string[] = [];
    const told = await this.#told();
    for (let number = 1; number <= this.#in; number += 1) {
      const times = told.get(`in ${number}`) ?? 0;
      if (times !== 1) wrong.push(`"in ${number}" was told ${times} times`);
    }
    const stored = await world.phone(PHONE).stored(PARTNER);
    const holes = holesIn(numbersOf(stored, 'in'), this.#in);
    if (holes !== null) wrong.push(`on disk, in: ${holes}`);
    const arrived = numbersOf(world.phone(PARTNER).inbox, 'out');
    for (let number = 1; number <= this.#out; number += 1) {
      const times = arrived.filter((each) => each === number).length;
      const isWrong = this.#acknowledged.has(number) ? times !== 1 : times > 1;
      if (isWrong) wrong.push(`"out ${number}" arrived ${times} times`);
    }
    return wrong;
  }

  /** How often each text was told, by both managers together; waited for until all are. */
  async #told(): Promise<Map<string, number>> {
    const deadline = performance.now() + TOLD_MS;
    const told = new Map<string, number>();
    const cursors = new Map<Manager, number>();
    for (;;) {
      for (const manager of [this.#stage.a, this.#stage.b]) {
        const { items, cursor } = await manager.service.events(cursors.get(manager) ?? 0);
        cursors.set(manager, cursor);
        for (const event of items) {
          if (event.session !== NAME || event.type !== 'message.received') continue;
          const { text } = event.data;
          told.set(text, (told.get(text) ?? 0) + 1);
        }
      }
      const all = Array.from({ length: this.#in }, (_, i) => `in ${i + 1}`).every((text) => told.has(text));
      if (all || performance.now() > deadline) return told;
      await sleep(200);
    }
  }

  async #messagesIn(): Promise<void> {
    const writer = this.#stage.world.phone(PARTNER);
    while (!this.#ending.signal.aborted) {
      this.#in += 1;
      await writer.send(PHONE, `in ${this.#in}`);
      await sleep(1000 / this.#inPerSecond);
    }
  }

  async #messagesOut(): Promise<void> {
    for (; !this.#ending.signal.aborted; await sleep(OUT_EVERY_MS)) {
      this.#out += 1;
      const number = this.#out;
      const text = `out ${number}`;
      // On its way elsewhere, or down: then it is not reported as sent.
      await this.#owner.service.sent(NAME, { to: PARTNER, text }, text, ACKNOWLEDGED_MS).then(
        () => this.#acknowledged.add(number),
        () => undefined,
      );
    }
  }
}
