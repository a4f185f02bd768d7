import type { EventEmitter } from 'node:events';
import { fstatSync, writeFileSync } from 'node:fs';
import { type Readable, Writable } from 'node:stream';
import type { Env } from '@leadmaster/session-manager/config';

/** A stream that may be a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number; rows?: number };
export type Input = Readable & { isTTY?: boolean };

/** All that a command touches of the outside, so that tests can stand in for it. */
export interface Io {
  stdout: Output;
  stderr: Output;
  stdin: Input;
  /** The environment as this process got it, before any settings file. */
  env: Env;
  /** Of this process: Ctrl-C is heard here. */
  signals: Pick<EventEmitter, 'once' | 'off'>;
  /** How long the end waits for the reader of what was printed, in milliseconds: a service must end without one. */
  readerMs: number;
  /** What the shell is told by a command that ends without an error. */
  exitCode: number;
}

/** Of this process. */
export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process;
  return {
    stdout: isFile(1) ? new FileOutput(1) : stdout,
    stderr,
    stdin,
    env,
    signals: process,
    readerMs: Number.POSITIVE_INFINITY,
    exitCode: 0,
  };
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/**
 * Writes each chunk to its last byte, or fails. Node's own stream on a file writes once: what a disk that fills up does
 * not take of a chunk is lost without an error.
 */
class FileOutput extends Writable {
  readonly #fd: number;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.#fd = fd;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    try {
      writeFileSync(this.#fd, chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
