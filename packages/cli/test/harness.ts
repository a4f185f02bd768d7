import { EventEmitter, once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { ADMIN_KEY, QUICK_DISK, startTestManager, type TestManagerOptions } from '@leadmaster/testkit';
import { onTestFinished } from 'vitest';
import { type PlaceProbe, thisProbe } from '../../session-manager/src/profile/place.ts';
import type { Input, Io } from '../src/io.ts';
import { runCli } from '../src/program.ts';

/** The number of a file system whose files keep their inode and birth. */
const EXT4 = 0xef53n;

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** Size of the terminal that standard output is; none = a file. */
  terminal?: { columns: number; rows: number };
  /** What is typed at a terminal, a line for each question. */
  answers?: string | readonly string[];
  /** Emits what this process would be sent. */
  signals?: EventEmitter;
  /** Where its output goes, to be read while the command runs. */
  stdout?: Sink;
  stderr?: Sink;
}

/** Runs one command line in this process. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { stdout = new Sink(), stderr = new Sink() } = options;
  if (options.terminal !== undefined) {
    for (const stream of [stdout, stderr]) Object.assign(stream, { isTTY: true, ...options.terminal });
  }
  const stdin: Input = Readable.from(typed([options.answers ?? []].flat()));
  if (options.answers !== undefined) stdin.isTTY = true;
  const env = { LEADMASTER_ENV_FILE: '/dev/null', ...options.env };
  const io = ioOf({
    stdout,
    stderr,
    stdin,
    env,
    ...(options.signals === undefined ? {} : { signals: options.signals }),
  });
  const code = await runCli(args, io);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Surroundings that keep what is written and hear nothing, but for what is given. */
export function ioOf(some: Partial<Io>): Io {
  return {
    stdout: new Sink(),
    stderr: new Sink(),
    stdin: Readable.from([]),
    env: {},
    signals: new EventEmitter(),
    readerMs: Number.POSITIVE_INFINITY,
    exitCode: 0,
    ...some,
  };
}

/** One line at a time: what is typed for the next question is not swallowed by the last. */
async function* typed(answers: readonly string[]): AsyncGenerator<string> {
  for (const answer of answers) {
    yield `${answer}\n`;
    await new Promise(setImmediate);
  }
}

/** A stream that keeps what is written to it. */
export class Sink extends Writable {
  text = '';

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    this.emit('written');
    done();
  }

  /** Resolves once it holds this. */
  async says(what: RegExp): Promise<void> {
    while (!what.test(this.text)) await once(this, 'written');
  }

  /** What was written since the last time. */
  take(): string {
    const taken = this.text;
    this.text = '';
    return taken;
  }
}

/** A session manager until the end of the test, and the command line set to speak with it. */
export async function service(options: TestManagerOptions = {}) {
  const manager = await startTestManager(options);
  onTestFinished(() => manager.close());
  const { context, dataDir, port } = manager;
  const env = { SESSION_MANAGER_PORT: String(port), LEADMASTER_ADMIN_KEY: ADMIN_KEY, LEADMASTER_DATA_DIR: dataDir };
  const cli = (line: string | readonly string[], options: RunOptions = {}): Promise<Ran> =>
    run(typeof line === 'string' ? line.split(' ') : line, { ...options, env: { ...env, ...options.env } });
  return { ...manager, sessions: context.sessions, snapshots: context.snapshots, env, cli };
}

/** A data folder until the end of the test, that was copied from one in which these sessions ran. */
export async function copiedFolder(...names: string[]) {
  const there = await service({ probe: probeOf('disk-before') });
  for (const name of names) await there.given(name, 'READY');
  await there.stop();
  const dataDir = join(tempFolder(), 'data');
  cpSync(there.dataDir, dataDir, { recursive: true, preserveTimestamps: true });
  return { dataDir, origin: there.dataDir, blobs: there.blobs, probe: probeOf('disk-now') };
}

/** A file system that tells a copy from its original, by its UUID. */
function probeOf(uuid: string): PlaceProbe {
  return { ...thisProbe, type: () => EXT4, uuid: () => uuid };
}

/** A folder until the end of the test, where a sync to the disk costs nothing. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(QUICK_DISK, 'leadmaster-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
