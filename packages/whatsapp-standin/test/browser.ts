import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOptions, Message, Client as WebClient } from 'whatsapp-web.js';
import { type StandinOptions, settleInjections, startStandin, untilReady, type World } from '../src/index.ts';

const require = createRequire(import.meta.url);
const { Client, LocalAuth } = require('whatsapp-web.js') as typeof import('whatsapp-web.js');

/** Where a browser may lie; the first that exists is used. */
const BROWSERS = [
  process.env.CHROME_PATH,
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/lib/chromium/chromium',
  '/usr/bin/google-chrome',
];

/** A limit for what never comes, not a claim of speed: two runs may share this machine. */
export const PATIENCE_MS = 45_000;

/** The auth strategy that only names the profile: nothing is deleted, nothing copied. Every other step does nothing. */
class ProfileAuth {
  readonly #profile: string;
  #client: { options: ClientOptions } | null = null;

  constructor(profile: string) {
    this.#profile = profile;
  }

  setup(client: { options: ClientOptions }): void {
    this.#client = client;
  }

  async beforeBrowserInitialized(): Promise<void> {
    if (!this.#client) throw new Error('not set up');
    const { options } = this.#client;
    options.puppeteer = { ...options.puppeteer, userDataDir: this.#profile };
  }

  async onAuthenticationNeeded(): Promise<{ failed: boolean; restart: boolean; failureEventPayload: unknown }> {
    return { failed: false, restart: false, failureEventPayload: undefined };
  }

  async afterBrowserInitialized(): Promise<void> {}
  async getAuthEventPayload(): Promise<void> {}
  async afterAuthReady(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async destroy(): Promise<void> {}
  async logout(): Promise<void> {}
}

/** One event that the library emitted. */
export interface Emitted {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** How a session starts. */
export interface SessionOptions {
  /** Use the library's own LocalAuth, with all that it deletes. */
  readonly auth?: 'local';
  /** Link by pairing code for that number. */
  readonly pairWith?: string;
  /** Pin that version of the page. */
  readonly version?: string;
  /** Take the login back after a conflict. */
  readonly takeover?: boolean;
}

/** A real library on a real browser, with a record of all that it said. */
export class Session {
  readonly client: WebClient;
  readonly events: Emitted[] = [];
  readonly initialized: Promise<void>;

  constructor(world: World, profile: string, options: SessionOptions = {}) {
    const executablePath = BROWSERS.find((path) => path && existsSync(path));
    if (!executablePath) throw new Error('no browser: set CHROME_PATH');
    this.client = new Client({
      authStrategy: options.auth === 'local' ? new LocalAuth({ dataPath: profile }) : new ProfileAuth(profile),
      webVersionCache: { type: 'local', path: join(profile, '..', 'versions') },
      ...(options.version ? { webVersion: options.version } : {}),
      ...(options.pairWith ? { pairWithPhoneNumber: { phoneNumber: options.pairWith } } : {}),
      takeoverOnConflict: options.takeover ?? false,
      userAgent: false,
      puppeteer: {
        executablePath,
        pipe: true,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', ...world.chromeArgs],
      },
    } as unknown as ClientOptions);
    settleInjections(this.client);
    const emit = this.client.emit.bind(this.client);
    this.client.emit = (name: string | symbol, ...args: unknown[]): boolean => {
      this.events.push({ name: String(name), args });
      return emit(name as never, ...(args as never[]));
    };
    this.initialized = this.client.initialize();
    // A browser that a test ends on purpose ends its work with it.
    this.initialized.catch(() => {});
  }

  /** How often the library said that. */
  count(name: string): number {
    return this.events.filter((event) => event.name === name).length;
  }

  /** The first argument of the event, past or future, that fits. */
  async event<T = unknown>(
    name: string,
    fits: (value: T) => boolean = () => true,
    timeoutMs = PATIENCE_MS,
  ): Promise<T> {
    const find = () => this.events.find((event) => event.name === name && fits(event.args[0] as T));
    await until(() => find() !== undefined, `the event ${name}`, timeoutMs);
    return find()?.args[0] as T;
  }

  /** The next event of that name after now. */
  async next<T = unknown>(name: string, timeoutMs = PATIENCE_MS): Promise<T> {
    const from = this.events.length;
    const find = () => this.events.slice(from).find((event) => event.name === name);
    await until(() => find() !== undefined, `another event ${name}`, timeoutMs);
    return find()?.args[0] as T;
  }

  /** Ready, also where a sync ended before the library listened. */
  async ready(): Promise<void> {
    await untilReady(this.client, () => this.count('ready') > 0, PATIENCE_MS).catch((error: Error) => {
      throw new Error(`${error.message}; said so far: ${this.events.map((event) => event.name)}`);
    });
  }

  /** Evaluates in the page. */
  async page(code: string): Promise<unknown> {
    const { pupPage } = this.client;
    if (!pupPage) throw new Error('no page yet');
    return pupPage.evaluate(code);
  }

  async state(): Promise<string | null> {
    return (await this.page(`window.Debug ? require('WAWebSocketModel').Socket.state : null`)) as string | null;
  }

  async waitForState(state: string, timeoutMs = PATIENCE_MS): Promise<void> {
    await until(async () => (await this.state().catch(() => null)) === state, `the state ${state}`, timeoutMs);
  }

  /** Closes the browser in order, as one should. */
  async stop(): Promise<void> {
    await until(() => this.client.pupBrowser !== null && this.client.pupBrowser !== undefined, 'a browser');
    await this.client.pupBrowser?.close();
  }

  /** Kills the browser with all its processes, as a crash would; one that is gone already is no matter. */
  async kill(): Promise<void> {
    await until(() => this.client.pupBrowser !== null, 'a browser').catch(() => {});
    const pid = this.client.pupBrowser?.process()?.pid;
    if (!pid) return;
    // Puppeteer starts the browser as the leader of its own process group.
    signalGroup(pid, 'SIGKILL');
    await until(() => !groupLives(pid), 'the last process of the browser to go');
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // There is no such group.
  }
}

/** Whether a process of the group still runs; those that are dead and not yet reaped do not. */
function groupLives(leader: number): boolean {
  if (!existsSync('/proc/self/stat')) return false;
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(group) === leader && state !== 'Z' && state !== 'X';
    } catch {
      return false;
    }
  });
}

export type { Message };

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for something to become true. */
export async function until(
  test: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await test())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(50);
  }
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'standin-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}

/** Everything that one test file starts, to be ended after each of its tests. */
export class Bench {
  readonly #sessions: Session[] = [];
  readonly #folders: (() => Promise<void>)[] = [];
  readonly #worlds: World[] = [];

  async world(options: StandinOptions = {}): Promise<World> {
    const world = await startStandin(options);
    this.#worlds.push(world);
    return world;
  }

  async folder(): Promise<string> {
    const { path, remove } = await temporaryFolder();
    this.#folders.push(remove);
    return path;
  }

  /** A profile's path, in a folder of its own. */
  async profile(): Promise<string> {
    return join(await this.folder(), 'profile');
  }

  start(world: World, profile: string, options: SessionOptions = {}): Session {
    const session = new Session(world, profile, options);
    this.#sessions.push(session);
    return session;
  }

  /** A session that is linked to that number and ready. */
  async link(world: World, number: string, profile: string, options: SessionOptions = {}): Promise<Session> {
    const session = this.start(world, profile, options);
    await world.phone(number).scan(await session.event<string>('qr'));
    await session.ready();
    return session;
  }

  async end(): Promise<void> {
    await Promise.all(this.#sessions.splice(0).map((session) => session.kill()));
    await Promise.all(this.#worlds.splice(0).map((world) => world.close()));
    await Promise.all(this.#folders.splice(0).map((remove) => remove()));
  }
}
