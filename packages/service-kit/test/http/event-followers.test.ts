import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { EventFollowers, type FollowedLog } from '../../src/http/event-followers.ts';

interface Event {
  id: number;
  session: string;
  type: string;
  at: string;
  data: { text: string };
}

const cursorText = (id: number): string => `${id}@log`;

/** A log in memory that counts what is asked of it. `lag`: turns between the look into the log and the answer. */
class MemoryLog implements FollowedLog<Event> {
  readonly events: Event[] = [];
  reads = 0;
  listeners = 0;
  lag: () => number = () => 0;
  failure: Error | null = null;
  readonly #heard = new Set<() => void>();

  append(session = 'ventas', text = ''): Event {
    const event: Event = {
      ...{ id: this.events.length + 1, session, type: 'message.ack' },
      ...{ at: '2026-03-01T12:00:00.000Z', data: { text } },
    };
    this.events.push(event);
    for (const hear of this.#heard) hear();
    return event;
  }

  async read({ scope, after, limit }: { scope: string; after: number; limit: number }) {
    this.reads += 1;
    if (this.failure !== null) throw this.failure;
    const found = this.events.slice(after).filter(({ session }) => scope === '' || session === scope);
    for (let turns = this.lag(); turns > 0; turns -= 1) await nextTurn();
    return { events: found.slice(0, limit), cursorText };
  }

  async *news(signal: AbortSignal): AsyncGenerator<Event> {
    let told = this.events.length;
    this.listeners += 1;
    try {
      while (!signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#heard.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (this.events.length === told) await promise;
        this.#heard.delete(resolve);
        for (; told < this.events.length && !signal.aborted; told += 1) yield this.events[told] as Event;
      }
    } finally {
      this.listeners -= 1;
    }
  }

  scopesOf({ session, id }: Event): [string, number][] {
    return [[session, id]];
  }
}

function followersOf(log: FollowedLog<Event>, heartbeatMs = 60_000) {
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const failures: unknown[] = [];
  const followers = new EventFollowers(log, {
    heartbeatMs,
    closing: closing.signal,
    onFailure: (error) => failures.push(error),
  });
  return { followers, closing, failures };
}

/** The ids of the events in a stream's text. */
const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)@log\nevent/gm)].map(([, id]) => Number(id));

/** Reads a stream; the ids that it has told so far. */
function readerOf(followers: EventFollowers<Event>, wanted: { scope?: string; after: number }) {
  const stream = followers.follow({ greeting: 'hello', from: cursorText(wanted.after), ...wanted });
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  stream.on('error', () => undefined);
  return { stream, text: () => text, ids: () => idsIn(text) };
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('an event is read from the log once, however many follow it', async () => {
  const log = new MemoryLog();
  const { followers } = followersOf(log);
  const readers = upTo(100).map(() => readerOf(followers, { after: 0 }));
  for (let i = 0; i < 20; i += 1) {
    log.append();
    await expect.poll(() => readers.every(({ ids }) => ids().length === i + 1), { interval: 1 }).toBe(true);
  }
  for (const { ids } of readers) expect(ids()).toEqual(upTo(20));
  // One with the event, and one that finds nothing after it, for each; not one for each of a hundred.
  expect(log.reads).toBeLessThan(60);
});

test('a comment is told to the followers of its scope alone, once where one reads late, and is no event', async () => {
  const { followers } = followersOf(new MemoryLog());
  const [told, other] = ['a', 'b'].map((scope) => readerOf(followers, { scope, after: 0 }));
  const late = followers.follow({ scope: 'a', after: 0, from: cursorText(0), greeting: 'hello' });
  for (let i = 0; i < 3; i += 1) followers.say('a', 'machines');
  await expect.poll(() => told?.text()).toContain(': machines\n\n');
  const parts: string[] = [];
  late.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  await expect.poll(() => parts.join('')).toMatch(/: hello\n\n: machines\n\n$/);
  expect([told?.ids(), other?.text().includes('machines')]).toEqual([[], false]);
});

test('all who come back to the same cursor share what is read', async () => {
  const log = new MemoryLog();
  for (let i = 0; i < 1_000; i += 1) log.append();
  const { followers } = followersOf(log);
  const readers = upTo(50).map(() => readerOf(followers, { after: 10 }));
  await expect.poll(() => readers.every(({ ids }) => ids().length === 990)).toBe(true);
  for (const { ids } of readers) expect(ids()).toEqual(upTo(1_000, 11));
  expect(log.reads).toBeLessThan(40);
});

test('between replay and live there is no gap and no double, also for events that come while a read runs', async () => {
  const order = fc.array(fc.constantFrom('append', 'append b', 'follow', 'follow b', 'turn'), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(order, fc.array(fc.nat(3), { minLength: 1 }), fc.nat(10), async (steps, lags, cursor) => {
      const log = new MemoryLog();
      let at = 0;
      log.lag = () => lags[at++ % lags.length] ?? 0;
      const { followers, closing } = followersOf(log);
      const readers: { after: number; scope?: string; ids: () => number[] }[] = [];
      for (const step of steps) {
        const after = Math.min(cursor, log.events.length);
        if (step === 'append') log.append('a');
        if (step === 'append b') log.append('b');
        if (step === 'follow') readers.push({ after, ...readerOf(followers, { after }) });
        if (step === 'follow b') readers.push({ after, scope: 'b', ...readerOf(followers, { after, scope: 'b' }) });
        if (step === 'turn') await nextTurn();
      }
      for (const { after, scope, ids } of readers) {
        const wanted = log.events.filter(({ id, session }) => id > after && (scope === undefined || session === scope));
        await expect.poll(ids, { interval: 1 }).toEqual(wanted.map(({ id }) => id));
      }
      closing.abort();
    }),
    { numRuns: 60 },
  );
});

test('a follower that never reads costs a bounded buffer, delays no other, and misses nothing when it reads again', async () => {
  const log = new MemoryLog();
  const { followers } = followersOf(log);
  const deaf = followers.follow({ after: 0, from: cursorText(0), greeting: 'hello' });
  const reader = readerOf(followers, { after: 0 });
  // The stream starts when its first bytes are asked for; then nothing is taken.
  deaf.read(0);
  for (let i = 0; i < 2_000; i += 1) log.append('ventas', 'x'.repeat(2_000));
  await expect.poll(() => reader.ids().length).toBe(2_000);
  expect(deaf.readableLength).toBeGreaterThan(0);
  expect(deaf.readableLength).toBeLessThan(64 * 1024);
  let text = '';
  deaf.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await expect.poll(() => idsIn(text).length).toBe(2_000);
  expect(idsIn(text)).toEqual(upTo(2_000));
});

test('a follower of one session is not asked to look when others have news', async () => {
  const log = new MemoryLog();
  const { followers } = followersOf(log);
  const reader = readerOf(followers, { after: 0, scope: 'quiet' });
  await expect.poll(() => log.reads).toBe(1);
  for (let i = 0; i < 100; i += 1) log.append('busy');
  log.append('quiet');
  await expect.poll(reader.ids).toEqual([101]);
  expect(log.reads).toBeLessThan(5);
});

test('the log is listened to only while there is a follower', async () => {
  const log = new MemoryLog();
  const { followers } = followersOf(log);
  const readers = [readerOf(followers, { after: 0 }), readerOf(followers, { after: 0, scope: 'a' })];
  await expect.poll(() => log.listeners).toBe(1);
  for (const { stream } of readers) stream.destroy();
  await expect.poll(() => log.listeners).toBe(0);
  const again = readerOf(followers, { after: 0 });
  log.append();
  await expect.poll(again.ids).toEqual([1]);
  expect(log.listeners).toBe(1);
});

test('a log that cannot be read ends that stream with its error', async () => {
  const log = new MemoryLog();
  const { followers } = followersOf(log);
  log.failure = new Error('the disk is gone');
  const { stream } = readerOf(followers, { after: 0 });
  await expect.poll(() => stream.errored?.message).toBe('the disk is gone');
});

test('news that fail are told, and end the streams, which their readers take up again by the cursor', async () => {
  const log = new MemoryLog();
  const broken: FollowedLog<Event> = {
    read: (query) => log.read(query),
    scopesOf: () => [],
    news: () => {
      throw new Error('no news');
    },
  };
  const { followers, failures } = followersOf(broken);
  const { stream } = readerOf(followers, { after: 0 });
  await expect.poll(() => stream.readableEnded).toBe(true);
  expect(failures).toEqual([new Error('no news')]);
});

test('a quiet stream gives signs of life, and a busy one needs none', async () => {
  const log = new MemoryLog();
  const { followers } = followersOf(log, 40);
  const quiet = readerOf(followers, { after: 0, scope: 'quiet' });
  await expect.poll(() => quiet.text().split(': still here\n\n').length).toBeGreaterThan(3);
});

test('a close ends every stream', async () => {
  const log = new MemoryLog();
  const { followers, closing } = followersOf(log);
  const readers = upTo(3).map(() => readerOf(followers, { after: 0 }));
  await expect.poll(() => log.listeners).toBe(1);
  closing.abort();
  for (const { stream } of readers) await expect.poll(() => stream.readableEnded).toBe(true);
});
