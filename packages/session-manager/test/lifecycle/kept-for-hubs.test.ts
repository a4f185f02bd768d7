import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageOfEvents } from '../../src/lifecycle/event-feed.ts';
import { HubRegistry } from '../../src/lifecycle/hub-registry.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { aQr } from '../event-samples.ts';
import { openStore } from '../state/helpers.ts';

const DAY = 86_400_000;
const SESSIONS = ['a', 'b'] as const;

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

/** What a reader has of a log: each id once, as an event or as part of a gap. */
class Reader {
  readonly session: string | undefined;
  cursor = 0;
  readonly events: number[] = [];
  readonly missing: number[] = [];

  constructor(session?: string) {
    this.session = session;
  }

  /** Reads one page. Every id that it passes over is told as missing. */
  async read(store: StateStore, limit: number): Promise<void> {
    const of = this.session === undefined ? {} : { session: this.session };
    const signal = new AbortController().signal;
    const page = await pageOfEvents(store.events, { ...of, after: this.cursor, limit, waitMs: 0, signal });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    for (const event of page.items) {
      if (event.type === 'events.gap') {
        const { from, to } = event.data;
        expect([from, event.id]).toEqual([this.cursor + 1, to]);
        for (let id = from; id <= to; id++) this.missing.push(id);
      } else {
        if (this.session === undefined) expect(event.id).toBe(this.cursor + 1);
        this.events.push(event.id);
      }
      this.cursor = event.id;
    }
    this.cursor = page.cursor;
  }

  async readAll(store: StateStore): Promise<void> {
    while (this.cursor < store.events.lastId()) await this.read(store, 7);
  }
}

/** One thing that happens. `who`: of two hubs, a reader of all, and one of each session. */
type Step =
  | { do: 'write'; session: string; count: number }
  | { do: 'read'; who: number; limit: number }
  | { do: 'confirm'; hub: number }
  | { do: 'sweep'; events: number; keepBytes: number; days: number }
  | { do: 'forget'; hub: number }
  | { do: 'restart' };

const hub = fc.nat(1);
const of = <const D extends Step['do']>(name: D) => fc.constant(name);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: of('write'),
      session: fc.constantFrom(...SESSIONS),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: of('read'), who: fc.nat(4), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: of('confirm'), hub }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of('sweep'),
      events: fc.integer({ min: 1, max: 8 }),
      keepBytes: fc.nat(2_000),
      days: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: of('forget'), hub }) },
  { weight: 1, arbitrary: fc.record({ do: of('restart') }) },
);

/** A log, two hubs and readers of the sessions, and the steps that they take. */
class Play {
  readonly #opened = openStore();
  store = this.#opened.store;
  /** The session of each event, from id 1 on. */
  readonly written: string[] = [];
  readonly hubs = [new Reader(), new Reader()];
  readonly others = [new Reader(), ...SESSIONS.map((session) => new Reader(session))];

  async take(wanted: Step): Promise<void> {
    await this.#do(wanted);
    for (const { id, session } of this.store.events.after(this.written.length, 100)) this.written[id - 1] = session;
  }

  async #do(wanted: Step): Promise<void> {
    const registry = new HubRegistry(this.store, 0);
    switch (wanted.do) {
      case 'write':
        for (let i = 0; i < wanted.count; i++) this.store.events.append(aQr(wanted.session));
        return;
      case 'read':
        return [...this.hubs, ...this.others][wanted.who]?.read(this.store, wanted.limit);
      case 'confirm':
        return void registry.confirm(`hub-${wanted.hub}`, this.hubs[wanted.hub]?.cursor);
      case 'sweep':
        return this.sweep(wanted);
      case 'forget':
        return void this.store.hubs.forget(`hub-${wanted.hub}`);
      case 'restart':
        return this.restart();
    }
  }

  restart(): void {
    this.store.close();
    this.store = createStateStore({ file: this.#opened.file, now: () => this.#opened.clock.now });
  }

  /** Nothing goes that ordinary retention keeps, or a hub within the limit; and all else goes. */
  sweep({ events, keepBytes, days }: Extract<Step, { do: 'sweep' }>): void {
    this.#opened.clock.now = new Date(this.#opened.clock.now.getTime() + days * DAY);
    const before = this.store.events.log();
    const tails = upTo(before.newest).map((id) => ({ id, bytes: this.store.events.measure(id - 1).bytes }));
    this.store.sweep({ events, eventDays: 10_000, transitions: 10, keepBytes });
    const { oldest, newest } = this.store.events.log();
    const written = this.store.events.measure(before.newest).bytes;
    const held = Math.min(...this.store.hubs.all().map(({ confirmed }) => confirmed));
    const stays = tails.filter(
      ({ id, bytes }) => id >= before.oldest && (id > newest - events || (id > held && bytes + written <= keepBytes)),
    );
    expect(oldest).toBe(stays[0]?.id ?? Math.min(newest, Math.max(before.newest, newest - events) + 1));
  }
}

test('however events are written, confirmed, pruned, forgotten and restarted, a reader gets each event once and in order, or exactly the ids that are gone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const play = new Play();
      for (const wanted of steps) await play.take(wanted);
      const { store, written } = play;
      const kept = new Set(store.events.after(0, 10_000).map(({ id }) => id));
      for (const reader of [...play.hubs, ...play.others]) {
        await reader.readAll(store);
        const own = upTo(written.length).filter(
          (id) => reader.session === undefined || reader.session === written[id - 1],
        );
        const told = reader.missing.filter((id) => own.includes(id));
        expect([...reader.events, ...told].sort((a, b) => a - b)).toEqual(own);
        expect(reader.events).toEqual(reader.events.toSorted((a, b) => a - b));
        expect(told.filter((id) => kept.has(id))).toEqual([]);
      }
      store.close();
    }),
    { numRuns: Number(process.env.LEADMASTER_HUB_RUNS ?? 40) },
  );
}, 120_000);
