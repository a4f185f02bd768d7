import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { browsersOn } from '@leadmaster/capture/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrowserFinder } from '../../src/engine/browser/browser-finder.ts';
import { createDrillBrowser } from '../../src/engine/drill/drill-browser.ts';
import { networkNamespace } from '../../src/engine/drill/namespace.ts';
import { complete } from '../../src/snapshots/verify.ts';
import { Stage } from './harness.ts';

const PHONE = '5491100000001';
const MINUTE = 60_000;

/** Counts every connection to the stand-in, also failed ones. */
async function countingRelay(to: number): Promise<{ port: number; count: () => number; close: () => Promise<void> }> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    const onward = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    count: () => connections,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a drill', () => {
  let stage: Stage;
  let relay: Awaited<ReturnType<typeof countingRelay>>;
  let saved: string;
  const copies: string[] = [];

  beforeAll(async () => {
    stage = await Stage.open({ guarded: true, env: { SNAPSHOT_KIND: 'full' } });
    relay = await countingRelay(stage.world.port);
    // The flags by which the service's own browsers reach the stand-in.
    const CHROME_ARGS = stage.world.chromeArgsText.replace(`127.0.0.1:${stage.world.port}`, `127.0.0.1:${relay.port}`);
    await stage.start({ CHROME_ARGS });
    await stage.link('ventas', PHONE);
    await stage.world.phone('5491100000002').send(PHONE, 'hola');
    await stage.event(({ type }) => type === 'message.received', 15_000, true);
    await stage.context.snapshots.create('ventas', { reason: 'requested' });
    await stage.sessions.stop('ventas');
    await stage.context.snapshots.idle();
    saved = stage.context.paths.session('ventas');
  });

  afterAll(async () => {
    for (const copy of copies) await rm(copy, { recursive: true, force: true });
    await stage[Symbol.asyncDispose]();
    await relay.close();
  });

  async function copy(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'leadmaster-drill-'));
    copies.push(folder);
    await cp(saved, folder, { recursive: true });
    return folder;
  }

  const drill = createDrillBrowser({ browsers: new BrowserFinder(null) });

  test('boots a restored snapshot, finds every row and the login, and the stand-in hears nothing', async () => {
    const before = relay.count();
    expect(before).toBeGreaterThan(0);
    const { snapshots } = stage.context;
    const [stopped, running] = (await snapshots.list('ventas')).items;
    for (const snapshot of [stopped, running]) {
      const report = await snapshots.verify('ventas', snapshot?.id ?? '', { drill: true });
      expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.ok).toBe(true);
      expect(report.checks.map(({ name }) => name)).toEqual([
        ...['bytes', 'boot', 'account', 'private_key', 'sealing_key', 'registration', 'keys', 'rows', 'complete'],
      ]);
    }
    expect(relay.count()).toBe(before);
    expect(await readdir(stage.context.paths.staging)).toEqual([]);
    expect(await stage.eventsOf('ventas', 'snapshot.verified')).toMatchObject([
      { data: { ok: true, drill: true } },
      { data: { ok: true, drill: true } },
    ]);
    expect((await snapshots.list('ventas')).items[0]).toMatchObject({ verified: true });
    expect(stage.clones()).toEqual([]);
  });

  test('reads the login without telling what it is', async () => {
    const reading = await drill.read(await copy(), AbortSignal.timeout(MINUTE));
    expect(reading.login.every(({ ok }) => ok)).toBe(true);
    expect(reading.login.find(({ name }) => name === 'private_key')?.detail).toMatch(/^opened with the key/);
    expect(reading.census.rows['model-storage/message']).toBeGreaterThan(0);
    const rows = Object.values(reading.census.rows).reduce((sum, count) => sum + count, 0);
    expect(reading.readRows).toBe(rows);
    expect(JSON.stringify(reading)).not.toContain(PHONE);
  });

  test('notices either half of a login missing', async () => {
    for (const [store, wrong] of [
      [LOGIN_STORES.localStorage, ['account', 'private_key']],
      [LOGIN_STORES.indexedDb, ['private_key', 'sealing_key', 'registration', 'keys']],
    ] as const) {
      const folder = await copy();
      await rm(join(folder, store), { recursive: true });
      const { login } = await drill.read(folder, AbortSignal.timeout(MINUTE));
      expect(login.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(wrong);
    }
  });

  test('has no network: no request of the copy reaches anything on this machine', async () => {
    let reached = 0;
    const server = createServer((socket) => {
      reached += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const folder = await copy();
    // A start page that a profile may have; the browser would open it by itself.
    const preferences = { session: { restore_on_startup: 4, startup_urls: [`http://127.0.0.1:${port}/`] } };
    await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
    const { isolation } = await drill.read(folder, AbortSignal.timeout(MINUTE));
    expect(reached).toBe(0);
    expect(isolation).toBe((await networkNamespace()) === null ? 'flags' : 'namespace');
    await new Promise((resolve) => server.close(resolve));
  });

  test('that is called off ends at once, with every process of it', async () => {
    const folder = await copy();
    const calledOff = new AbortController();
    const reading = drill.read(folder, calledOff.signal).catch((error: unknown) => error);
    while (browsersOn(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    calledOff.abort(new Error('enough'));
    expect(await reading).toMatchObject({ message: 'enough' });
    expect(browsersOn(folder)).toEqual([]);
  });
});

describe('what a drill compares', () => {
  const counted = (rows: Record<string, number>, localStorage = 5) => ({ localStorage, rows });
  const findings = (before: Record<string, number>, after: Record<string, number>) => ({
    structure: [],
    census: { before: counted(before), after: counted(after) },
  });

  test('is less than both counts, never more', () => {
    expect(complete(counted({ a: 7 }), findings({ a: 7 }, { a: 9 })).ok).toBe(true);
    expect(complete(counted({ a: 10 }), findings({ a: 7 }, { a: 9 })).ok).toBe(true);
    expect(complete(counted({ a: 6 }), findings({ a: 7 }, { a: 9 }))).toMatchObject({
      ok: false,
      detail: 'a has 6 rows, at least 7 were there',
    });
    expect(complete(counted({}), findings({ a: 7 }, { a: 9 })).ok).toBe(false);
    // A store that was emptied or made in between.
    expect(complete(counted({}), findings({ a: 7 }, {})).ok).toBe(true);
    expect(complete(counted({ a: 1 }, 4), findings({ a: 1 }, { a: 1 })).ok).toBe(false);
  });
});
