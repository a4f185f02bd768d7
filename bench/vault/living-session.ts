import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@leadmaster/client';
import type { Session, Snapshot, SnapshotKind } from '@leadmaster/protocol';
import { answers, of, qrToScan } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { Child } from '../lifecycle/child.ts';
import { run } from './measure.ts';

/** What `./leadmaster` runs. */
const COMMAND = fileURLToPath(new URL('../../leadmaster', import.meta.url));
const PROGRAM = new URL('../../packages/cli/src/main.mjs', import.meta.url);
const SESSION = 'bench';
const NUMBER = '5491155000001';
const READY_S = 60;
/** Filling a profile of gigabytes, on a machine that does other things too. */
const BULK_MS = 600_000;
/** So much is written at a time, so that an interruption is heard soon. */
const BULK_BYTES = 100_000_000;
/** Large rows fill a large profile in bearable time. */
const ROW_BYTES = 32_768;
const LETTERS_MS = 120_000;

/**
 * A session as users have it: LeadMaster's service, a real browser, and a stand-in of WhatsApp. Its folder holds all of
 * it, so that a copy of the folder can be opened again.
 */
export class LivingSession implements AsyncDisposable {
  readonly name = SESSION;
  /** The Chromium profile. */
  readonly profile: string;
  /** What `./leadmaster` needs to speak to this service. */
  readonly commandEnv: Readonly<Record<string, string>>;
  readonly #world: World;
  readonly #service: Child<never>;
  readonly #client: Client;

  private constructor(folder: string, world: World, service: Child<never>, commandEnv: Record<string, string>) {
    this.profile = profileIn(folder);
    this.commandEnv = commandEnv;
    this.#world = world;
    this.#service = service;
    const { SESSION_MANAGER_PORT: port, LEADMASTER_ADMIN_KEY: key = null } = commandEnv;
    this.#client = new Client({ url: `http://127.0.0.1:${port}`, key: () => key, timeoutMs: BULK_MS });
  }

  /**
   * Opens what is in the folder, the session as it was left; an empty or missing folder becomes a freshly linked session,
   * stopped. Snapshots go to the vault that is given; none is taken by the clock.
   */
  static async open(folder: string, vault: string, signal: AbortSignal): Promise<LivingSession> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const isNew = !existsSync(profileIn(folder));
    const world = await startStandin({ stateFile: join(folder, 'world.json') });
    const commandEnv = {
      LEADMASTER_DATA_DIR: join(folder, 'data'),
      LEADMASTER_ENV_FILE: '/dev/null',
      LEADMASTER_ADMIN_KEY: randomBytes(24).toString('hex'),
      SESSION_MANAGER_PORT: String(await freePort()),
      VAULT_URL: `file:${vault}`,
    };
    const service = new Child<never>({
      program: PROGRAM,
      args: ['session-manager', '--exit-with-parent'],
      folder,
      env: {
        ...commandEnv,
        SNAPSHOT_SCHEDULE: 'off',
        SNAPSHOT_AFTER_LOGIN: 'off',
        CHROME_ARGS: world.chromeArgsText,
      },
      orderly: (process) => process.kill('SIGTERM'),
    });
    const session = new LivingSession(folder, world, service, commandEnv);
    try {
      await session.#answers(signal);
      if (isNew) await session.#link(signal);
      // The key of the folder belongs to the vault before: another is begun on purpose.
      else if (!existsSync(vault))
        await run(COMMAND, ['vault', 'create', '--new'], { cwd: folder, env: commandEnv, signal });
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return session;
  }

  /** Of the service. */
  get pid(): number {
    return this.#service.pid;
  }

  /** Resolves when it is READY; also when the service itself is starting it. */
  async start(): Promise<void> {
    await this.#client.call('startSession', of(SESSION));
    await this.#until('READY');
  }

  /** Resolves when no process has its profile open. */
  async stop(): Promise<void> {
    await this.#client.call('stopSession', { ...of(SESSION), query: { wait: 60 } });
    await this.#until('STOPPED');
  }

  /** A snapshot as the API takes it. */
  snapshot(kind: SnapshotKind): Promise<Snapshot> {
    return this.#client.call('createSnapshot', { ...of(SESSION), body: { kind } });
  }

  /** Has the page write history and media; resolves when it is on disk. */
  async grow(bytes: { history: number; media: number }, signal: AbortSignal): Promise<void> {
    for (let left = bytes.history; left > 0; left -= BULK_BYTES) {
      signal.throwIfAborted();
      await inTime(BULK_MS, this.#world.bulkHistory(NUMBER, Math.min(left, BULK_BYTES), { rowBytes: ROW_BYTES }));
    }
    for (let left = bytes.media; left > 0; left -= BULK_BYTES) {
      signal.throwIfAborted();
      await inTime(BULK_MS, this.#world.bulkHistory(NUMBER, 0, { mediaBytes: Math.min(left, BULK_BYTES) }));
    }
  }

  /** One day's talk: so many texts come in and so many go out, from and to a few people. */
  async talk(incoming: number, outgoing: number): Promise<void> {
    const person = (i: number): string => `54911660000${String(i % 20).padStart(2, '0')}`;
    const before = this.#arrived();
    for (let i = 0; i < incoming; i++) {
      await this.#world.phone(person(i)).send(NUMBER, `Message ${i}: ${randomBytes(60).toString('base64')}`);
    }
    const sent: string[] = [];
    for (let i = 0; i < outgoing; i++) {
      const text = `Answer ${i}: ${randomBytes(40).toString('base64')}`;
      const headers = { 'idempotency-key': randomBytes(12).toString('hex') };
      const input = { ...of(SESSION), body: { to: person(i), text }, headers };
      const { id } = await this.#client.call('sendMessage', input);
      sent.push(id);
    }
    for (const id of sent) await this.#untilSent(id);
    const arrived = () => this.#arrived() - before >= incoming;
    if (!arrived()) await this.#world.waitFor('delivered', arrived, LETTERS_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service.end();
    await this.#world.close();
  }

  async #answers(signal: AbortSignal): Promise<void> {
    const until = performance.now() + READY_S * 1000;
    while (!(await answers(this.#client))) {
      signal.throwIfAborted();
      if (!this.#service.runs || performance.now() > until) {
        throw new Error(`The service does not answer.\n${this.#service.complaint}`);
      }
      await sleep(50);
    }
  }

  async #link(signal: AbortSignal): Promise<void> {
    await this.#client.call('createSession', { body: { name: SESSION } });
    const until = performance.now() + READY_S * 1000;
    let shown = await qrToScan(this.#client, SESSION);
    while (shown === null) {
      signal.throwIfAborted();
      if (performance.now() > until) throw new Error('The session shows no QR.');
      await sleep(100);
      shown = await qrToScan(this.#client, SESSION);
    }
    await this.#world.phone(NUMBER).scan(shown.qr);
    await this.#until('READY');
    await this.stop();
  }

  async #until(wanted: Session['state']): Promise<void> {
    const until = performance.now() + READY_S * 1000;
    for (;;) {
      const { state, reason } = await this.#client.call('getSession', of(SESSION));
      if (state === wanted) return;
      if (performance.now() > until) throw new Error(`The session is ${state} (${reason}), not ${wanted}.`);
      await sleep(50);
    }
  }

  async #untilSent(id: string): Promise<void> {
    const until = performance.now() + LETTERS_MS;
    for (;;) {
      const { state } = await this.#client.call('getMessage', { params: { session: SESSION, message: id } });
      if (state !== 'QUEUED' && state !== 'SENDING') return;
      if (performance.now() > until) throw new Error(`A message is still ${state}.`);
      await sleep(20);
    }
  }

  #arrived(): number {
    return this.#world.observed.filter(({ type, phone }) => type === 'delivered' && phone === NUMBER).length;
  }
}

function profileIn(folder: string): string {
  return join(folder, 'data', 'tokens', SESSION);
}

async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`The page has not written in ${ms} ms.`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
