import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';

/** What waits for a reader at most, in bytes; a pipe itself holds 64 KiB. */
const WAITING_MAX = 256 * 1024;
const RETRY_MS = 100;
const NEWLINE = 10;

/**
 * Writes the lines of a log without ever blocking the service: a line that cannot be written is dropped and counted. For a
 * slow reader lines wait up to a limit; a disk that refuses drops them at once. The line after a torn one starts on its own line.
 */
export class LogSink {
  readonly isTerminal: boolean;
  readonly #fd: number;
  readonly #notice: (count: number) => string;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #retry: NodeJS.Timeout | null = null;
  #dropped = 0;
  /** Of those dropped: told in the log; told by the line that is on its way. */
  #told = 0;
  #telling = 0;
  /** The first of what waits is the rest of a line. */
  #isUnderWay = false;
  /** A line was cut off: the next one begins on a line of its own. */
  #isTorn = false;

  /** `output`: the descriptor to write to. `notice`: the line that tells in the log how many were dropped. */
  constructor(output: 1 | 2, notice: (count: number) => string) {
    this.isTerminal = isatty(output);
    this.#fd = withoutBlocking(output);
    this.#notice = notice;
  }

  /** Lines that were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > WAITING_MAX) this.#dropped += 1;
    else this.#keep(bytes);
    if (this.#retry === null) this.#drain();
  }

  /** Waits until all is written or dropped, so many milliseconds at most. */
  async flush(ms: number): Promise<void> {
    for (const until = performance.now() + ms; this.#waitingBytes > 0 && performance.now() < until; ) {
      this.#drain();
      if (this.#waitingBytes > 0) await sleep(Math.min(ms, RETRY_MS));
    }
  }

  #keep(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #drain(): void {
    try {
      while (this.#waiting[0] !== undefined) this.#writeFirst(this.#waiting[0]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.#tryLater();
      else this.#dropAll();
    }
  }

  #writeFirst(line: Buffer): void {
    const text = this.#isTorn ? Buffer.concat([Buffer.of(NEWLINE), line]) : line;
    const rest = text.subarray(writeSync(this.#fd, text));
    this.#isTorn = false;
    this.#isUnderWay = rest.length > 0;
    this.#waitingBytes += rest.length - line.length;
    if (this.#isUnderWay) this.#waiting[0] = rest;
    else this.#finishFirst();
  }

  #finishFirst(): void {
    this.#waiting.shift();
    this.#told += this.#telling;
    this.#telling = 0;
    if (this.#told < this.#dropped && this.#waiting.length === 0) this.#tellLoss();
  }

  #tellLoss(): void {
    this.#telling = this.#dropped - this.#told;
    this.#keep(Buffer.from(this.#notice(this.#telling)));
  }

  #tryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.#drain();
    }, RETRY_MS).unref();
  }

  #dropAll(): void {
    this.#dropped += this.#waiting.length - (this.#telling > 0 ? 1 : 0);
    this.#telling = 0;
    this.#isTorn ||= this.#isUnderWay;
    this.#isUnderWay = false;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }
}

/**
 * A descriptor on the same pipe or terminal that does not block. It is a second opening where possible, because the mode
 * belongs to the opening and other programs share the first. Otherwise (a socket, a pipe of another user) Node's own stream sets the mode.
 */
function withoutBlocking(output: 1 | 2): number {
  if (!fstatSync(output).isFIFO() && !isatty(output)) return throughNode(output);
  try {
    return openSync(`/proc/self/fd/${output}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return throughNode(output);
  }
}

function throughNode(output: 1 | 2): number {
  return (output === 1 ? process.stdout : process.stderr).fd;
}
