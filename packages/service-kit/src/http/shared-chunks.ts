import { formatEvent, type LoggedEvent } from './event-stream.ts';

/** A few events as followers get them, and the cursor after them. */
export interface Chunk {
  bytes: Buffer;
  cursor: number;
}

/** Reads events after a cursor, in order of their ids. `scope`: a part of the log, '' for all of it. */
export type ReadEvents = (query: { scope: string; after: number; limit: number }) => Promise<EventsRead>;

/** What a read brings, and how the log that it is of writes a cursor: the event's number, and which log. */
export interface EventsRead {
  events: readonly LoggedEvent[];
  cursorText: CursorText;
}

type CursorText = (id: number) => string;

const EVENTS_PER_READ = 64;
/** What is handed to a follower at once; one event alone may be larger. */
const CHUNK_BYTES = 32 * 1024;
/** What is kept for all followers together. */
const KEPT_BYTES = 4 * 2 ** 20;

/**
 * Events of a log as bytes, read and serialised once for all who stand at the same cursor. What is kept is bounded: a follower
 * that is far behind the others costs reads, not memory.
 */
export class SharedChunks {
  readonly #readEvents: ReadEvents;
  readonly #kept = new Map<string, Chunk>();
  readonly #reading = new Map<string, Promise<Chunk | null>>();
  #keptBytes = 0;

  constructor(readEvents: ReadEvents) {
    this.#readEvents = readEvents;
  }

  /** The events that come next after a cursor; null when there are none yet. */
  next(scope: string, after: number): Promise<Chunk | null> {
    const key = keyOf(scope, after);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return Promise.resolve(kept);
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const read = this.#read(scope, after).finally(() => {
      if (this.#reading.get(key) === read) this.#reading.delete(key);
    });
    this.#reading.set(key, read);
    return read;
  }

  /** There is a new event: a read that runs may have begun before it, so the next ask reads again. */
  expireReads(): void {
    this.#reading.clear();
  }

  async #read(scope: string, after: number): Promise<Chunk | null> {
    const [first, ...others] = chunksOf(await this.#readEvents({ scope, after, limit: EVENTS_PER_READ }));
    if (first === undefined) return null;
    this.#keep(keyOf(scope, after), first);
    let [cursor, bytes] = [first.cursor, first.bytes.length];
    for (const chunk of others) {
      bytes += chunk.bytes.length;
      // More would push out what is needed before it.
      if (bytes > KEPT_BYTES / 2) break;
      this.#keep(keyOf(scope, cursor), chunk);
      cursor = chunk.cursor;
    }
    return first;
  }

  #keep(key: string, chunk: Chunk): void {
    this.#keptBytes += chunk.bytes.length - (this.#kept.get(key)?.bytes.length ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, chunk);
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes.length;
    }
  }
}

function keyOf(scope: string, after: number): string {
  return `${after} ${scope}`;
}

/** Events in chunks of a bounded size, each at least one event. */
function chunksOf({ events, cursorText }: EventsRead): Chunk[] {
  const chunks: Chunk[] = [];
  let frames: Buffer[] = [];
  let size = 0;
  for (const [at, event] of events.entries()) {
    const frame = Buffer.from(formatEvent(event, cursorText(event.id)));
    frames.push(frame);
    size += frame.length;
    if (size < CHUNK_BYTES && at < events.length - 1) continue;
    chunks.push({ bytes: Buffer.concat(frames), cursor: event.id });
    [frames, size] = [[], 0];
  }
  return chunks;
}
