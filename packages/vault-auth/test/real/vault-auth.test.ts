import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';
import { FaultyBlobStore } from '@leadmaster/testkit';
import { MemoryStore, masterKey, openVault } from '@leadmaster/vault';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Bots, first, PHONE } from './bots.ts';

const FRIEND = '5491100000002';

describe('VaultAuth with whatsapp-web.js', () => {
  let world: World;
  let bots: Bots;

  beforeAll(async () => {
    world = await startStandin({ sync: 'slow', slowSyncMs: 2000 });
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    bots = await Bots.open(world);
  });
  afterEach(() => bots[Symbol.asyncDispose]());

  test('saves while messages flow, and comes back READY on a machine that has nothing but the vault and its key', async () => {
    const { client, auth } = bots.begin();
    await bots.link(client);
    await using friend = chatter(world);
    await friend.sent(20);
    const snapshot = await auth.save();
    await friend.sent(40);
    const texts = await friend.stop();
    await client.destroy();
    // The last one has what came since.
    const last = bots.told('saved').at(-1);
    expect(last).toMatchObject({ pauseMs: 0, snapshot: { kind: 'essential' } });
    expect(snapshot.id).not.toBe(last?.type === 'saved' && last.snapshot.id);

    await rm(bots.profiles, { recursive: true });
    const second = bots.begin();
    expect((await bots.start(second.client)).name).toBe('ready');
    expect(bots.told('restored')).toMatchObject([{ snapshot: { id: last?.type === 'saved' && last.snapshot.id } }]);
    const stored = (await world.phone(PHONE).stored(FRIEND)).map(({ body }) => body);
    expect(texts.filter((text) => !stored.includes(text))).toEqual([]);
    expect(world.observed.filter(({ type }) => type === 'rollback' || type === 'duplicate')).toEqual([]);
    expect(await readdir(join(bots.profiles, 'staging'))).toEqual([]);
  });

  test('uses the login on this machine, in any state of the vault', async () => {
    const { client } = bots.begin();
    await bots.link(client);
    await client.destroy();
    await rename(join(bots.folder, 'vault'), join(bots.folder, 'vault.away'));

    const again = bots.begin().client;
    expect((await bots.start(again)).name).toBe('ready');
    await again.destroy();
    // One at the end, and on a busy machine periodic ones before.
    const failed = bots.told('save_failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const event of failed) expect(event).toMatchObject({ error: expect.any(LeadMasterError) });
    expect(bots.told('restored')).toEqual([]);
  });

  test('without a login on this machine, a vault that cannot be read is an error: no browser, no QR, nothing deleted', async () => {
    const { client } = bots.begin();
    await bots.link(client);
    await client.destroy();
    await rename(join(bots.folder, 'vault'), join(bots.folder, 'vault.away'));
    await rename(join(bots.profiles, 'bot'), join(bots.folder, 'elsewhere'));

    const { client: again, auth } = bots.begin();
    let qrs = 0;
    again.on('qr', () => {
      qrs += 1;
    });
    await expect(again.initialize()).rejects.toBeInstanceOf(LeadMasterError);
    expect(browsersOn(auth.profileDir)).toEqual([]);
    expect(qrs).toBe(0);

    await rename(join(bots.folder, 'vault.away'), join(bots.folder, 'vault'));
    expect((await bots.start(again)).name).toBe('ready');
  });

  test('unlinked from the phone: the profile goes to trash, every snapshot stays, and none comes back by itself', async () => {
    const { client, auth } = bots.begin();
    await bots.link(client);
    await auth.save();
    const qr = first(client, 'qr');
    await world.phone(PHONE).unlink();
    await qr;
    expect(bots.told('unlinked')).toEqual([{ type: 'unlinked', by: 'logout' }]);
    // On a busy machine, the first periodic save begins before the unlink; it has ended when the unlink is told.
    const saved = bots.told('saved').length;
    // Nothing moves under the browser that lives.
    expect(await readdir(bots.profiles)).not.toContain('trash');
    await client.destroy();
    expect(await readdir(join(bots.profiles, 'trash'))).toHaveLength(1);
    expect(bots.told('saved')).toHaveLength(saved);

    expect((await bots.start(bots.begin().client)).name).toBe('qr');
    expect(bots.told('restored')).toEqual([]);
    expect(await snapshotRecords(bots)).toHaveLength(saved);
  });

  test('linked again in the same browser after an unlink, the new login is kept and saved', async () => {
    const { client, auth } = bots.begin();
    await bots.link(client);
    const again = first(client, 'qr');
    await world.phone(PHONE).unlink();
    await bots.scan(client, (await again).qr);
    await auth.save();
    await client.destroy();
    expect(await readdir(bots.profiles)).not.toContain('trash');

    const local = bots.begin().client;
    expect((await bots.start(local)).name).toBe('ready');
    await local.destroy();
    await rm(bots.profiles, { recursive: true });
    expect((await bots.start(bots.begin().client)).name).toBe('ready');
  });

  test('unlinked while it was off: a QR; the snapshots are tried once, and then believed to be refused', async () => {
    const { client } = bots.begin();
    await bots.link(client);
    await client.destroy();
    await world.phone(PHONE).unlink();

    for (const restored of [0, 1, 1]) {
      const next = bots.begin().client;
      expect((await bots.start(next)).name).toBe('qr');
      expect(bots.told('restored')).toHaveLength(restored);
      await next.destroy();
    }
    expect(bots.told('unlinked')).toEqual([
      { type: 'unlinked', by: 'qr' },
      { type: 'unlinked', by: 'qr' },
    ]);
  });

  test('logged out by the program: the profile goes to trash at once, and the next start shows a QR', async () => {
    const { client } = bots.begin();
    await bots.link(client);
    // Whether the page moves on before the browser is closed is a race that the library does not settle.
    await client.logout();
    expect(await readdir(join(bots.profiles, 'trash'))).toHaveLength(1);
    expect((await bots.start(bots.begin().client)).name).toBe('qr');
    expect(bots.told('unlinked')).toHaveLength(1);
  });

  test('a store that fails in the middle of a save is told, and the next save succeeds', async () => {
    const store = new FaultyBlobStore(new MemoryStore());
    const vault = await openVault({ store, masterKeys: [masterKey(Buffer.alloc(32, 7))], create: true });
    const { client } = bots.begin({ vault, everyMs: 1000 });
    await bots.link(client);
    store.plan({ on: 'put', key: /pack/, what: 'truncate', times: 1000 });
    expect(await bots.untilTold('save_failed')).toMatchObject({ error: { code: 'store_unreachable' } });
    store.heal();
    await bots.untilTold('saved');
    await client.destroy();
    const { snapshots } = await vault.list('bot');
    expect(await vault.verify('bot', snapshots.at(-1)?.id ?? '')).toMatchObject({ ok: true });
  });

  test('a login taken by another place is not saved over good snapshots', async () => {
    const { client, auth } = bots.begin();
    await bots.link(client);
    await auth.save();
    const saved = bots.told('saved').length;
    const gone = new Promise((resolve) => client.once('disconnected', resolve));
    world.phone(PHONE).conflict();
    expect(await gone).toBe('CONFLICT');
    await client.destroy();
    expect(bots.told('saved')).toHaveLength(saved);
    expect(await readdir(bots.profiles)).not.toContain('trash');
  });

  test('a second browser on a profile is refused, and nothing moves under the first', async () => {
    const { client, auth } = bots.begin();
    await bots.start(client);
    await expect(bots.begin().client.initialize()).rejects.toMatchObject({ code: 'profile_in_use' });
    expect(browsersOn(auth.profileDir)).toHaveLength(1);
  });

  test('a browser older than the one that wrote the profile is refused before it loads a page, and ended', async () => {
    const { client, auth } = bots.begin();
    await bots.start(client);
    await client.destroy();
    const file = join(bots.profiles, 'bot.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), chromium: '999.0.1.2' }));
    await expect(bots.begin().client.initialize()).rejects.toMatchObject({ code: 'browser_too_old' });
    expect(browsersOn(auth.profileDir)).toEqual([]);
  });
});

/** A friend who writes without a break. */
function chatter(world: World): AsyncDisposable & { sent(count: number): Promise<void>; stop(): Promise<string[]> } {
  const texts: string[] = [];
  const write = async (): Promise<void> => {
    const text = `message ${texts.length}`;
    texts.push(text);
    await world.phone(FRIEND).send(PHONE, text);
  };
  let sending: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sending = sending.then(write);
  }, 50);
  const delivered = (count: number) =>
    world.waitFor('delivered', () => world.observed.filter(({ type }) => type === 'delivered').length >= count, 60_000);
  return {
    async sent(count) {
      await delivered(count);
    },
    async stop() {
      clearInterval(timer);
      await sending;
      await delivered(texts.length);
      return texts;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await sending;
    },
  };
}

async function snapshotRecords(bots: Bots): Promise<string[]> {
  const files = await readdir(join(bots.folder, 'vault', 'chain'), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ name }) => name);
}
