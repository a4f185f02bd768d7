import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageOfEvents } from '../../src/lifecycle/event-feed.ts';
import { HubRegistry } from '../../src/lifecycle/hub-registry.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { aQr } from '../event-samples.ts';
import { openStore } from '../state/helpers.ts';

const DAY = 86_400_000;
const HUBS = ['one', 'two'] as const;
const SESSIONS = ['a', 'b'] as const;

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

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write'),
      of: fc.constantFrom(...SESSIONS),
      n: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read'), who: fc.nat(4), n: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('confirm'), hub: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('sweep'), events: fc.integer({ min: 1, max: 8 }), kept: fc.integer({ min: 0, max: 2_000 }) },
      days: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget'), hub: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
) as fc.Arbitrary<{
  do: string;
  of: string;
  n: number;
  who: number;
  hub: number;
  events: number;
  kept: number;
  days: number;
}>;

/** A log, two hubs and readers of the sessions, and the steps that they take. */
class Play {
  readonly #opened = openStore();
  store = this.#opened.store;
  /** By id from 1 on: the session. */
  readonly written: string[] = [];
  readonly hubs = HUBS.map(() => new Reader());
  readonly others = [new Reader(), ...SESSIONS.map((session) => new Reader(session))];

  get registry(): HubRegistry {
    return new HubRegistry(this.store, 0);
  }

  async take(wanted: typeof step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
    const id = HUBS[wanted.hub] ?? 'one';
    if (wanted.do === 'write') for (let i = 0; i < wanted.n; i++) this.store.events.append(aQr(wanted.of));
    if (wanted.do === 'read') await [...this.hubs, ...this.others][wanted.who]?.read(this.store, wanted.n);
    if (wanted.do === 'confirm') this.registry.confirm(id, this.hubs[wanted.hub]?.cursor ?? 0);
    if (wanted.do === 'sweep') this.sweep(wanted);
    if (wanted.do === 'forget' && this.store.hubs.get(id) !== null) this.registry.forget(id);
    if (wanted.do === 'restart') this.restart();
    for (const { id: at, session } of this.store.events.after(this.written.length, 100)) this.written[at - 1] = session;
  }

  restart(): void {
    this.store.close();
    this.store = createStateStore({ file: this.#opened.file, now: () => this.#opened.clock.now });
  }

  /** Nothing goes that ordinary retention or a hub keeps, and all else goes. */
  sweep({ events, kept: keepBytes, days }: { events: number; kept: number; days: number }): void {
    this.#opened.clock.now = new Date(this.#opened.clock.now.getTime() + days * DAY);
    const before = this.store.events.log().oldest;
    this.store.sweep({ events, eventDays: 10_000, transitions: 10, keepBytes });
    const { oldest, newest } = this.store.events.log();
    const ordinary = Math.max(before, newest - events + 1);
    const unconfirmed = Math.min(...this.store.hubs.all().map(({ confirmed }) => confirmed + 1), ordinary);
    const fits = (id: number): boolean => id >= oldest && this.store.events.measure(id - 1).bytes <= keepBytes;
    expect(oldest).toBeLessThanOrEqual(ordinary);
    expect(oldest).toBeGreaterThanOrEqual(Math.max(before, unconfirmed));
    if (oldest < ordinary) expect(fits(oldest)).toBe(true);
    if (oldest > Math.max(before, unconfirmed)) expect(this.#wouldFit(oldest - 1, keepBytes)).toBe(false);
  }

  /** Whether the log from a removed event on would have fitted: all of these events have the size of a sample. */
  #wouldFit(id: number, keepBytes: number): boolean {
    const smallest = this.store.events.measure(id).bytes + 150;
    return smallest <= keepBytes;
  }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

test('whatever is written, confirmed, pruned, forgotten and restarted, a reader gets each event once and in order, or exactly the ids that are gone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const play = new Play();
      for (const wanted of steps) await play.take(wanted);
      const { store, written } = play;
      for (const reader of [...play.hubs, ...play.others]) {
        await reader.readAll(store);
        expect(reader.events).toEqual([...new Set(reader.events)].sort((a, b) => a - b));
        const told = new Set(reader.missing);
        expect(reader.events.filter((id) => told.has(id))).toEqual([]);
        const known = [...reader.events, ...reader.missing].sort((a, b) => a - b);
        if (reader.session === undefined) expect(known).toEqual(upTo(written.length));
        const own = upTo(written.length).filter(
          (id) => [undefined, written[id - 1]].includes(reader.session) || reader.session === undefined,
        );
        expect(own.filter((id) => !known.includes(id))).toEqual([]);
        const kept = store.events.after(0, 10_000).map(({ id }) => id);
        expect(reader.missing.filter((id) => kept.includes(id) && own.includes(id))).toEqual([]);
      }
      store.close();
    }),
    { numRuns: Number(process.env.LEADMASTER_HUB_RUNS ?? 40) },
  );
}, 120_000);
