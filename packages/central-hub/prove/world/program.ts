import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@leadmaster/client';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { answers } from '@leadmaster/testkit/asking';

const ANSWER_MS = 60_000;
const AGAIN_MS = 25;
/** The latest output that is kept of each. */
const SAID = 8_000;

/** A service of a proof: a process of its own that can be killed, stopped and started again on its port and data. */
export class Program {
  readonly client: Client;
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #said = '';

  constructor(
    name: 'hub' | 'manager' | 'browser-manager',
    { port, args, env }: { port: number; args: string[]; env?: NodeJS.ProcessEnv },
  ) {
    this.#file = join(import.meta.dirname, `${name}-program.ts`);
    this.#args = args;
    this.#env = { ...process.env, LEADMASTER_ENV_FILE: '/dev/null', LOG_LEVEL: 'warn', ...env };
    this.client = new Client({ url: `http://127.0.0.1:${port}`, key: () => ADMIN_KEY, timeoutMs: 20_000 });
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get isAlive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The latest of what it wrote. */
  get said(): string {
    return this.#said;
  }

  /** Starts it without waiting. */
  spawn(): void {
    const child = fork(this.#file, this.#args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const keep = (chunk: Buffer): void => {
      this.#said = (this.#said + chunk.toString()).slice(-SAID);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#child = child;
  }

  /** Starts it, and again where it ends at once, as where its database is away; resolves once it answers. */
  async start(): Promise<void> {
    const deadline = performance.now() + ANSWER_MS;
    this.spawn();
    while (!(await answers(this.client))) {
      if (performance.now() > deadline) throw new Error(`it does not answer:\n${this.#said}`);
      if (!this.isAlive) this.spawn();
      await sleep(AGAIN_MS);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** kill -9, and waits for the end. */
  async kill(): Promise<void> {
    if (this.#child === null || !this.isAlive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
