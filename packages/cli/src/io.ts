import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
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
  /** What the shell is told by a command that ends without an error. */
  exitCode: number;
}

/** Of this process. */
export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process;
  return { stdout, stderr, stdin, env, signals: process, exitCode: 0 };
}
