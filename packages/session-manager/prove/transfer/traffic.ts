import { setTimeout as sleep } from 'node:timers/promises';
import { holesIn, numbersOf } from '../moments/load.ts';
import { type Manager, NAME, PARTNER, PHONE, type TwoManagers } from './two-managers.ts';

const OUT_EVERY_MS = 500;
/** The inbox looks again a minute after READY for what came in between. */
const TOLD_MS = 90_000;

/**
 * Messages in both directions while the session goes to and fro, numbered from 1: `in 17`, `out 4`. One that was not
 * acknowledged is sent again only if the partner does not have it: what a careful program does.
 */
export class Traffic {
  readonly #stage: TwoManagers;
  readonly #inPerSecond: number;
  readonly #ending = new AbortController();
  #running: Promise<void>[] = [];
  #owner: Manager;
  #in = 0;
  #out = 0;

  constructor(stage: TwoManagers, inPerSecond: number) {
    this.#stage = stage;
    this.#inPerSecond = inPerSecond;
    this.#owner = stage.a;
  }

  /** How many there were, in and out. */
  get count(): { in: number; out: number } {
    return { in: this.#in, out: this.#out };
  }

  start(): void {
    this.#running = [this.#messagesIn(), this.#messagesOut()];
  }

  /** Who is written to by those who send with the session. */
  ownedBy(manager: Manager): void {
    this.#owner = manager;
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
    const sent = holesIn(numbersOf(world.phone(PARTNER).inbox, 'out'), this.#out);
    if (sent !== null) wrong.push(`at the partner: ${sent}`);
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
        for (const { session, type, data } of items) {
          const text = String(data.text);
          if (session === NAME && type === 'message.received') told.set(text, (told.get(text) ?? 0) + 1);
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
    const arrived = (text: string): boolean => this.#stage.world.phone(PARTNER).inbox.some(({ body }) => body === text);
    for (let tries = 1; !this.#ending.signal.aborted; await sleep(OUT_EVERY_MS)) {
      const text = `out ${this.#out + 1}`;
      try {
        await this.#owner.service.sent(NAME, { to: PARTNER, text }, `${text} try ${tries}`, 5_000);
      } catch {
        // On its way elsewhere, or down: asked again when it runs, unless it went out after all.
        tries += 1;
        if (!arrived(text)) continue;
      }
      this.#out += 1;
    }
  }
}
