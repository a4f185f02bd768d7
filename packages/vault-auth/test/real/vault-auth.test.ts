import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browsersOn, endGroup } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import wwebjs, { type Client } from 'whatsapp-web.js';
import { VaultAuth, type VaultAuthEvent, type VaultAuthOptions } from '../../src/index.ts';

const BROWSER = '/usr/lib/chromium/chromium-headless-shell';
const PHONE = '5491100000001';
const WAIT_MS = 60_000;

describe('VaultAuth with unmodified whatsapp-web.js', () => {
  let world: World;
  let folder: string;
  let events: VaultAuthEvent[];
  let clients: Client[];

  beforeAll(async () => {
    world = await startStandin({ sync: 'slow' });
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leadmaster-vault-auth-'));
    events = [];
    clients = [];
    await world.faults.clear();
  });

  afterEach(async () => {
    for (const client of clients) await client.destroy();
    for (const left of browsersOn(join(folder, 'profiles', 'bot'))) await endGroup(left, { termMs: 0, killMs: 5000 });
    await rm(folder, { recursive: true, force: true });
  });

  function begin(more: Partial<VaultAuthOptions> = {}): { client: Client; auth: VaultAuth } {
    const auth = new VaultAuth({
      clientId: 'bot',
      vault: { url: `file:${join(folder, 'vault')}`, keyFile: join(folder, 'vault.key') },
      dataPath: join(folder, 'profiles'),
      onEvent: (event) => events.push(event),
      ...more,
    });
    const args = [...world.chromeArgs, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
    const client = new wwebjs.Client({
      authStrategy: auth,
      webVersionCache: { type: 'none' },
      puppeteer: { executablePath: BROWSER, headless: 'shell' as never, args, pipe: true },
    });
    clients.push(client);
    return { client, auth };
  }

  /** The first event of these that the client tells. */
  function first(client: Client, ...names: string[]): Promise<{ name: string; value: unknown }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ name: string; value: unknown }>();
    const timer = setTimeout(() => reject(new Error(`none of ${names.join(', ')} came`)), WAIT_MS);
    for (const name of names) client.on(name, (value: unknown) => resolve({ name, value }));
    return promise.finally(() => clearTimeout(timer));
  }

  async function link(client: Client): Promise<void> {
    const qr = first(client, 'qr');
    const ready = first(client, 'ready');
    await client.initialize();
    await world.phone(PHONE).scan(String((await qr).value));
    await ready;
  }

  async function untilTold(type: VaultAuthEvent['type']): Promise<VaultAuthEvent> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const found = events.find((event) => event.type === type);
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`no ${type}; ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test('saves while it runs, and brings the login back on a machine that has nothing but the vault and its key', async () => {
    const { client, auth } = begin();
    await link(client);
    const snapshot = await auth.save();
    expect(snapshot).toMatchObject({ kind: 'essential' });
    await client.destroy();
    // The last one is of the profile as the browser left it.
    expect(events.filter(({ type }) => type === 'saved').length).toBeGreaterThanOrEqual(2);
    await rm(join(folder, 'profiles'), { recursive: true });
    const second = begin();
    const ready = first(second.client, 'ready', 'qr');
    await second.client.initialize();
    expect((await ready).name).toBe('ready');
    expect(events.at(-1)).toMatchObject({ type: 'restored' });
    expect(world.observed.filter(({ type }) => type === 'rollback' || type === 'duplicate')).toEqual([]);
    expect(await readdir(join(folder, 'profiles', 'staging'))).toEqual([]);
  });

  test('uses the login on this machine whatever becomes of the vault; without one, an outage is an error and no QR', async () => {
    const { client } = begin();
    await link(client);
    await client.destroy();
    await rename(join(folder, 'vault'), join(folder, 'vault.away'));
    const kept = begin({ everyMs: 3_600_000 });
    const ready = first(kept.client, 'ready', 'qr');
    await kept.client.initialize();
    expect((await ready).name).toBe('ready');
    await kept.auth.save().catch((error: unknown) => expect(error).toBeInstanceOf(LeadMasterError));
    await kept.client.destroy();
    expect(events.some(({ type }) => type === 'save_failed')).toBe(true);

    await rename(join(folder, 'profiles', 'bot'), join(folder, 'elsewhere'));
    const without = begin();
    const asked = first(without.client, 'qr').catch(() => null);
    const refused: unknown = await without.client.initialize().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LeadMasterError);
    expect(browsersOn(without.auth.profileDir)).toEqual([]);
    without.client.emit('qr', 'never asked');
    expect(await asked).toMatchObject({ value: 'never asked' });
  });

  test('an unlink from the phone sets the profile aside, and never the snapshots', async () => {
    const { client, auth } = begin();
    await link(client);
    await auth.save();
    const gone = first(client, 'disconnected');
    // The library begins anew in the same browser; ended before it has, it would reject into nowhere.
    const begunAnew = first(client, 'qr');
    await world.phone(PHONE).unlink();
    await gone;
    await begunAnew;
    expect(await untilTold('unlinked')).toMatchObject({ type: 'unlinked' });
    await client.destroy();

    // A new start shows a QR: what was ended does not come back by itself.
    const second = begin();
    const qr = first(second.client, 'qr', 'ready');
    await second.client.initialize();
    expect((await qr).name).toBe('qr');
    expect(await readdir(join(folder, 'profiles', 'trash'))).toHaveLength(1);
    expect(events.some(({ type }) => type === 'restored')).toBe(false);
  });

  test('a second browser on a profile is refused', async () => {
    const { client } = begin();
    await link(client);
    const second = begin();
    await expect(second.client.initialize()).rejects.toMatchObject({ code: 'profile_in_use' });
  });
});
