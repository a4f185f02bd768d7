import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@leadmaster/client';
import type { EventPage, QrCode, Session, Transition } from '@leadmaster/protocol';
import { answers, of, qrToScan } from '@leadmaster/testkit/asking';

const CLI = join(import.meta.dirname, '../../../cli/src/main.mjs');
/** The key of every service of a proof. */
export const KEY = 'prove-key';
/** For proofs that start browsers over and over, and take their snapshots themselves. */
export const PATIENT = {
  LAUNCH_DEADLINE_S: '45',
  LOAD_DEADLINE_S: '45',
  BACKOFF_FIRST_MS: '100',
  BACKOFF_MAX_S: '1',
  SNAPSHOT_SCHEDULE: 'off',
  SNAPSHOT_AFTER_LOGIN: 'off',
};
/** Long work may take so long on a machine that does other things too. */
const CALL_MS = 300_000;
const ACKNOWLEDGED: readonly string[] = ['SENT', 'DELIVERED', 'READ'];

/** A session manager as a user runs it: a process of its own, talked to over HTTP. */
export class ServiceProcess {
  readonly #env: NodeJS.ProcessEnv;
  readonly #inside: readonly string[];
  readonly client: Client;
  /** Calls a route of it. */
  readonly call: Client['call'];
  #child: ChildProcess | null = null;
  #said = '';

  /** `inside`: the program, with its arguments, that starts the service as its last arguments; none, unless in a container. */
  constructor(env: NodeJS.ProcessEnv & { SESSION_MANAGER_PORT: string }, inside: readonly string[] = []) {
    this.#inside = inside;
    this.#env = {
      ...process.env,
      LEADMASTER_ENV_FILE: '/dev/null',
      LOG_LEVEL: 'warn',
      LEADMASTER_ADMIN_KEY: KEY,
      ...env,
    };
    const url = `http://127.0.0.1:${env.SESSION_MANAGER_PORT}`;
    this.client = new Client({ url, key: () => KEY, timeoutMs: CALL_MS });
    this.call = this.client.call.bind(this.client);
  }

  /** Where it answers. */
  get url(): string {
    return this.client.url;
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

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    this.spawn();
    await this.answers();
  }

  /** Starts it without waiting. */
  spawn(): void {
    this.#said = '';
    const [program = process.execPath, ...args] = [...this.#inside, process.execPath, CLI, 'session-manager'];
    const child = spawn(program, args, {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-8_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
  }

  async answers(withinMs = 60_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      if (await answers(this.client)) return;
      if (!this.isAlive) throw new Error(`the service ended at once (${this.#child?.exitCode}):\n${this.#said}`);
      if (performance.now() > deadline) throw new Error(`the service does not answer:\n${this.#said}`);
      await sleep(25);
    }
  }

  /** Sends a signal and waits for the end. Returns the exit code, or the signal's name. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    const child = this.#child;
    if (child === null || !this.isAlive) return child?.exitCode ?? child?.signalCode ?? 'not started';
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode ?? child.signalCode ?? 'unknown';
  }

  /** Waits for the end of a process that was just killed. */
  async ended(): Promise<void> {
    if (this.#child !== null && this.isAlive) await once(this.#child, 'exit');
  }

  /** Whether it has taken up its sessions; not while it does not answer. */
  isReady(): Promise<boolean> {
    return answers(this.client, 'ready');
  }

  session(name: string): Promise<Session> {
    return this.call('getSession', of(name));
  }

  async sessions(): Promise<Session[]> {
    return (await this.call('listSessions')).items;
  }

  async transitions(name: string): Promise<Transition[]> {
    return (await this.call('listTransitions', { ...of(name), query: { limit: 200 } })).items;
  }

  async events(after: number, waitS = 0): Promise<EventPage> {
    return this.call('listEvents', { query: { after, limit: 1000, wait: waitS } });
  }

  /** Waits until a login is READY since after `moment`; fails at once when the session asks for a scan instead. */
  async untilReadyAgain(name: string, moment: Date): Promise<Session> {
    return this.#until(name, (s) => s.state === 'READY' && new Date(s.since) > moment, 'QR_REQUIRED');
  }

  async until(name: string, state: Session['state'], reason?: string): Promise<Session> {
    return this.#until(name, (s) => s.state === state && (reason === undefined || s.reason === reason));
  }

  async #until(name: string, there: (session: Session) => boolean, never?: Session['state']): Promise<Session> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const session = await this.session(name);
      if (there(session)) return session;
      if (performance.now() > deadline || session.state === never) {
        const path = (await this.transitions(name)).map((t) => `${t.to} (${t.reason})`).reverse();
        throw new Error(`${name} stays ${session.state}; it went ${path.join(' -> ')}\n${this.#said}`);
      }
      await sleep(20);
    }
  }

  /** Sends a message and waits until WhatsApp's server has acknowledged it. */
  async sent(name: string, body: { to: string; text: string }, key: string, withinMs = 45_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    const input = { ...of(name), body, headers: { 'idempotency-key': key } };
    for (let { id, state } = await this.call('sendMessage', input); !ACKNOWLEDGED.includes(state); ) {
      if (performance.now() > deadline) throw new Error(`the message is ${state} after ${withinMs} ms`);
      await sleep(25);
      ({ id, state } = await this.call('getMessage', { params: { session: name, message: id } }));
    }
  }

  /** Creates a session, waits for its first QR. */
  async firstQr(name: string): Promise<QrCode> {
    await this.call('createSession', { body: { name } });
    await this.until(name, 'QR_REQUIRED');
    for (;;) {
      const qr = await qrToScan(this.client, name);
      if (qr !== null) return qr;
      await sleep(20);
    }
  }
}
