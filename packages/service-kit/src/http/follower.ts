import { Readable } from 'node:stream';
import type { SharedChunks } from './shared-chunks.ts';

const HEARTBEAT = ': still here\n\n';
/** What waits for one follower here before it counts as slow; the sockets hold as much again. */
const WAITING_BYTES = 16 * 1024;

export interface FollowerOptions {
  chunks: SharedChunks;
  scope: string;
  /** The cursor that it begins after. */
  after: number;
  /** The same as text: an EventSource that is cut off before its first event sends it back. */
  from: string;
  greeting: string;
  onLeave: (follower: Follower) => void;
}

/**
 * The text of one event stream: a greeting, then each event after a cursor. The reader sets the pace: nothing is fetched for one
 * that does not read, and what it missed is read from the log when it reads again.
 */
export class Follower extends Readable {
  readonly scope: string;
  readonly #options: FollowerOptions;
  #cursor: number;
  /** The newest event that it may not have got yet. */
  #newest = Number.POSITIVE_INFINITY;
  #isGreeted = false;
  #wants = false;
  #isReading = false;
  #isOver = false;
  #isQuiet = false;
  /** Comments that are not told yet. */
  readonly #said = new Set<string>();

  constructor(options: FollowerOptions) {
    super({ highWaterMark: WAITING_BYTES });
    this.#options = options;
    this.scope = options.scope;
    this.#cursor = options.after;
  }

  /** There is an event of its scope. */
  hear(id: number): void {
    this.#newest = Math.max(this.#newest, id);
    this.#pump();
  }

  /** Gives a sign of life if it has been told nothing since the last beat. */
  beat(): void {
    if (this.#isQuiet && this.#wants && !this.#isOver) this.#give(HEARTBEAT);
    this.#isQuiet = true;
  }

  /** Tells a comment, once the reader has room for it; the same one that still waits is told once. */
  say(comment: string): void {
    this.#said.add(comment);
    if (this.#wants && !this.#isOver) this.#saySo();
  }

  /** Ends the stream after what is on its way. */
  end(): void {
    if (this.#isOver) return;
    this.#leave();
    this.push(null);
  }

  override _read(): void {
    this.#wants = true;
    if (!this.#isGreeted) {
      this.#isGreeted = true;
      this.#give(`retry: 2000\nid: ${this.#options.from}\n: ${this.#options.greeting}\n\n`);
    }
    if (this.#said.size > 0) this.#saySo();
    this.#pump();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#leave();
    callback(error);
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onLeave(this);
  }

  #saySo(): void {
    const comments = [...this.#said].map((comment) => `: ${comment}\n\n`);
    this.#said.clear();
    this.#give(comments.join(''));
  }

  #pump(): void {
    if (!this.#wants || this.#isReading || this.#isOver || this.#newest <= this.#cursor) return;
    this.#isReading = true;
    void this.#readNext().catch((error: unknown) => this.destroy(error as Error));
  }

  async #readNext(): Promise<void> {
    const newest = this.#newest;
    // All that is known of is read now; what is heard of meanwhile raises it again.
    this.#newest = this.#cursor;
    const chunk = await this.#options.chunks.next(this.scope, this.#cursor);
    this.#isReading = false;
    if (this.#isOver) return;
    if (chunk !== null) {
      this.#cursor = chunk.cursor;
      this.#newest = Math.max(this.#newest, newest);
      this.#give(chunk.bytes);
    }
    this.#pump();
  }

  #give(text: string | Buffer): void {
    this.#isQuiet = false;
    this.#wants = this.push(text);
  }
}
