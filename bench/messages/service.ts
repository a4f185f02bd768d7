import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@leadmaster/client';
import type { AnyEvent } from '@leadmaster/protocol';
import { answers, endOfLog, of } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import type { World } from '@leadmaster/whatsapp-standin';

const KEY = 'bench-key';
const READY_MS = 60_000;
/** The last of a burst of texts waits for all before it. */
const CALL_MS = 300_000;

/** The session manager of one version, whose routes are those of this one, on a data folder of its own, with linked sessions. */
export class BenchService implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly client: Client;
  readonly #dataDir: string;

  private constructor(child: ChildProcess, url: string, dataDir: string) {
    this.#child = child;
    this.client = new Client({ url, key: () => KEY, timeoutMs: CALL_MS });
    this.#dataDir = dataDir;
  }

  static async start(root: string, world: World): Promise<BenchService> {
    const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-bench-messages-'));
    const port = await freePort();
    const env = {
      ...process.env,
      LEADMASTER_ENV_FILE: '/dev/null',
      LEADMASTER_DATA_DIR: dataDir,
      LEADMASTER_ADMIN_KEY: KEY,
      SESSION_MANAGER_PORT: String(port),
      CHROME_ARGS: world.chromeArgsText,
      LOG_LEVEL: 'error',
      SNAPSHOT_SCHEDULE: 'off',
      SNAPSHOT_AFTER_LOGIN: 'off',
    };
    // Each version's own launcher knows where its program is.
    const child = spawn(join(root, 'leadmaster'), ['session-manager'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const service = new BenchService(child, `http://127.0.0.1:${port}`, dataDir);
    await service.#until('the service answers', () => answers(service.client));
    return service;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the service did not start');
    return this.#child.pid;
  }

  /** Creates a session and has a phone link it. */
  async link(world: World, name: string, phone: string): Promise<void> {
    await this.client.call('createSession', { body: { name } });
    await this.#until(`${name} is READY`, async () => {
      const { state } = await this.client.call('getSession', of(name));
      if (state === 'QR_REQUIRED') await this.#scan(world, name, phone);
      return state === 'READY';
    });
  }

  async #scan(world: World, name: string, phone: string): Promise<void> {
    const { qr } = await this.client.call('getQr', of(name));
    await Promise.race([world.phone(phone).scan(qr), sleep(5_000)]);
  }

  /** Where the event log ends now. */
  cursor(): Promise<number> {
    return endOfLog(this.client);
  }

  /** Follows the log until enough events fit, and returns them; the longest wait is for one that does not come. */
  async collect(
    after: number,
    count: number,
    fits: (event: AnyEvent) => boolean,
    quietMs: number,
  ): Promise<AnyEvent[]> {
    const found: AnyEvent[] = [];
    let lastAt = performance.now();
    while (found.length < count && performance.now() - lastAt < quietMs) {
      const { items, cursor } = await this.client.call('listEvents', { query: { after, limit: 1000, wait: 2 } });
      const fitting = items.filter(fits);
      if (fitting.length > 0) lastAt = performance.now();
      found.push(...fitting);
      after = cursor;
    }
    return found;
  }

  async #until(what: string, there: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while (!(await there().catch(() => false))) {
      if (performance.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`it never came to it that ${what}`);
      await sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    await rm(this.#dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
