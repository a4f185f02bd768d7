import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersUnder, treePids } from './processes.ts';

const END_MS = 30_000;

export interface ChildOptions {
  program: URL;
  args?: readonly string[];
  /** Where it runs, and the only place where its browsers may keep profiles. */
  folder: string;
  env: Record<string, string>;
  /** How it is asked to end in order. */
  orderly: (child: ChildProcess) => void;
}

/** A side's own Node process: spoken to by messages, waited for with deadlines, ended with all that it started. */
export class Child<Told extends object> {
  readonly pid: number;
  /** When it was asked for, on the clock of `performance.now()`. */
  readonly spawnedAt: number;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #listeners = new Set<(message: Told) => void>();
  readonly #ended = Promise.withResolvers<void>();
  #errors = '';

  readonly #orderly: (child: ChildProcess) => void;

  constructor({ program, args = [], folder, env, orderly }: ChildOptions) {
    this.spawnedAt = performance.now();
    this.#folder = folder;
    this.#orderly = orderly;
    this.#process = fork(program, args, {
      cwd: folder,
      env: { ...plainEnv(), ...env },
      // Its standard input ends with this process: when the benchmark ends, for any reason, the sides end too.
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    });
    this.pid = this.#process.pid ?? 0;
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = `${this.#errors}${text}`.slice(-4_000);
    });
    this.#process.on('message', (message) => {
      for (const listener of [...this.#listeners]) listener(message as Told);
    });
    this.#process.on('error', () => this.#ended.resolve());
    this.#process.on('exit', () => this.#ended.resolve());
    living.add(this);
    void this.#ended.promise.then(() => living.delete(this));
  }

  tell(message: object): void {
    this.#process.send(message);
  }

  /** Waits for a message; rejects when the deadline passes or the process ends. */
  async hear<T>(pick: (message: Told) => T | null, deadlineMs: number, what: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const listener = (message: Told): void => {
      const picked = pick(message);
      if (picked !== null) resolve(picked);
    };
    this.#listeners.add(listener);
    const timer = setTimeout(
      () => reject(new Error(`${what}: nothing for ${deadlineMs} ms\n${this.#errors}`)),
      deadlineMs,
    );
    void this.#ended.promise.then(() => reject(new Error(`${what}: the process ended\n${this.#errors}`)));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  /** Asks it to end in order; what is left after the deadline is killed, by pid. */
  async end(): Promise<void> {
    if (this.runs) this.#orderly(this.#process);
    await Promise.race([this.#ended.promise, sleep(END_MS, undefined, { ref: false })]);
    await this.kill();
  }

  /** Whether it has not ended by itself. */
  get runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The last that it said on its standard error. */
  get complaint(): string {
    return this.#errors;
  }

  async kill(): Promise<void> {
    const left = new Set([...treePids(this.pid), ...browsersUnder(this.#folder)]);
    for (const pid of left) tryKill(pid);
    await Promise.race([this.#ended.promise, sleep(5_000, undefined, { ref: false })]);
  }
}

/** The sides' processes that run now. */
const living = new Set<{ kill(): Promise<void> }>();

/** For an interrupted benchmark: nothing of it stays behind. */
export async function killAll(): Promise<void> {
  await Promise.all([...living].map((child) => child.kill()));
}

/** The settings of the developer's own checkout are no part of either side. */
function plainEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  return { PATH, HOME, LANG, TMPDIR };
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
