import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, endGroup } from '@leadmaster/capture/processes';
import { settleInjections, type World } from '@leadmaster/whatsapp-standin';
import wwebjs, { type Client } from 'whatsapp-web.js';
import { VaultAuth, type VaultAuthEvent, type VaultAuthOptions } from '../../src/index.ts';

const BROWSER = '/usr/lib/chromium/chromium-headless-shell';
export const PHONE = '5491100000001';
const WAIT_MS = 60_000;

/** Programs as a user of whatsapp-web.js would write them, one after the other on one folder. */
export class Bots implements AsyncDisposable {
  readonly world: World;
  readonly folder: string;
  readonly events: VaultAuthEvent[] = [];
  readonly #clients: Client[] = [];

  private constructor(world: World, folder: string) {
    this.world = world;
    this.folder = folder;
  }

  static async open(world: World): Promise<Bots> {
    return new Bots(world, await mkdtemp(join(tmpdir(), 'leadmaster-vault-auth-')));
  }

  get profiles(): string {
    return join(this.folder, 'profiles');
  }

  begin(more: Partial<VaultAuthOptions> = {}): { client: Client; auth: VaultAuth } {
    const auth = new VaultAuth({
      clientId: 'bot',
      vault: { url: `file:${join(this.folder, 'vault')}`, keyFile: join(this.folder, 'vault.key') },
      dataPath: this.profiles,
      onEvent: (event) => this.events.push(event),
      ...more,
    });
    const args = [...this.world.chromeArgs, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
    const client = new wwebjs.Client({
      authStrategy: auth,
      webVersionCache: { type: 'none' },
      puppeteer: { executablePath: BROWSER, headless: 'shell', args, pipe: true },
    });
    settleInjections(client);
    this.#clients.push(client);
    return { client, auth };
  }

  /** Begins, and tells which of the two came first. */
  async start(client: Client): Promise<{ name: 'ready' | 'qr'; qr: string }> {
    const told = first(client, 'ready', 'qr');
    await client.initialize();
    return told;
  }

  async link(client: Client): Promise<void> {
    const { qr } = await this.start(client);
    await this.scan(client, qr);
  }

  /** Scans a QR, and waits until the bot is ready. */
  async scan(client: Client, qr: string): Promise<void> {
    const ready = first(client, 'ready');
    await this.world.phone(PHONE).scan(qr);
    await ready;
  }

  told(type: VaultAuthEvent['type']): VaultAuthEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  async untilTold(type: VaultAuthEvent['type']): Promise<VaultAuthEvent> {
    for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await sleep(50)) {
      const [found] = this.told(type);
      if (found !== undefined) return found;
    }
    throw new Error(`${type} was not told, but ${this.events.map((event) => event.type).join(', ')}`);
  }

  /** The library closes a browser whose login was taken by itself, and awaits it not: that one may still be ending. */
  async #leftBrowsers(): Promise<ReturnType<typeof browsersOn>> {
    const look = () => browsersOn(join(this.profiles, 'bot'));
    for (const deadline = performance.now() + 5000; performance.now() < deadline && look().length > 0; )
      await sleep(50);
    return look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const client of this.#clients) await client.destroy();
      const left = await this.#leftBrowsers();
      for (const browser of left) await endGroup(browser, { termMs: 0, killMs: 5000 });
      if (left.length > 0) throw new Error(`${left.length} browsers were left`);
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

/** The first event of these that the client emits from now on. */
export function first(client: Client, ...names: ('ready' | 'qr')[]): Promise<{ name: 'ready' | 'qr'; qr: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ name: 'ready' | 'qr'; qr: string }>();
  const timer = setTimeout(() => reject(new Error(`none of ${names.join(', ')} came`)), WAIT_MS);
  for (const name of names) client.once(name, (qr: unknown) => resolve({ name, qr: String(qr) }));
  return promise.finally(() => clearTimeout(timer));
}
