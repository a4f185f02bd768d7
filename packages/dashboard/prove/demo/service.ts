import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@leadmaster/testkit/free-port';

/** From nothing: with a slow registry, everything is installed first. */
const START_MS = 15 * 60_000;
const END_MS = 90_000;
const ORDER_MS = 60_000;
const LOOK_MS = 50;

export interface DemoOptions {
  /** The checkout that it is started in. */
  checkout: string;
  /** Below it is the demo's data folder. */
  folder: string;
  /** Of the terminal, and of what the demo's people write. */
  language: 'en' | 'es';
  /** More of its environment. */
  env?: Readonly<Record<string, string>>;
}

/** A demo that runs, started as a user starts it: `npm start -- --demo`. */
export class DemoService {
  /** The address of its hub. */
  readonly url: string;
  /** The link that it has printed, which signs one browser in. */
  readonly link: string;
  readonly #child: ChildProcess;
  readonly #dataDir: string;

  private constructor(child: ChildProcess, dataDir: string, link: string) {
    this.#child = child;
    this.#dataDir = dataDir;
    this.link = link;
    this.url = new URL(link).origin;
  }

  /** @throws Error where it ends, or prints no link in time, with what it has said. */
  static async start({ checkout, folder, language, env = {} }: DemoOptions): Promise<DemoService> {
    const dataDir = join(folder, 'data');
    const child = spawn('npm', ['start', '--', '--demo'], {
      cwd: checkout,
      // A process group of its own: it is ended as by Ctrl-C in a terminal.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        LEADMASTER_ENV_FILE: '/dev/null',
        LEADMASTER_LANG: language,
        LEADMASTER_DATA_DIR: dataDir,
        HUB_PORT: String(await freePort()),
        SESSION_MANAGER_PORT: String(await freePort()),
        ...env,
      },
    });
    const said = textOf(child);
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && child.exitCode === null) {
      const [link] = /https?:\/\/\S+\/sign-in#code=\w+/.exec(said()) ?? [];
      if (link !== undefined) return new DemoService(child, `${dataDir}-demo`, link);
      await sleep(LOOK_MS);
    }
    await end(child);
    throw new Error(`The demo did not start:\n${said().slice(-4000)}`);
  }

  /** Asks the hub, as the operator; with a body it is an order. @throws Error where it is refused, with the answer. */
  async ask(path: string, body?: object): Promise<Record<string, unknown>> {
    const key = readFileSync(join(this.#dataDir, 'admin.key'), 'utf8').trim();
    const answer = await fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ORDER_MS),
    });
    const told: unknown = await answer.json();
    if (answer.ok && typeof told === 'object' && told !== null) return { ...told };
    throw new Error(`${path}: ${answer.status} ${JSON.stringify(told)}`);
  }

  /** Ends it, and waits until its last process has ended what belongs to it. */
  async close(): Promise<void> {
    await end(this.#child);
    const note = join(this.#dataDir, 'demo.json');
    const deadline = Date.now() + END_MS;
    while (existsSync(note)) {
      if (Date.now() > deadline) throw new Error(`The demo has not ended: ${note}`);
      await sleep(LOOK_MS);
    }
  }
}

function textOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return () => text;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGINT');
  await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
}
