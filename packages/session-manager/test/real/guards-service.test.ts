import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@leadmaster/testkit/free-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServiceProcess } from '../../prove/service/service-process.ts';
import { Stage } from './harness.ts';
import { ServiceStage } from './service.ts';
import { canMount, mount, SmallDisk, unmount } from './small-disk.ts';

const ANA = '5491100000001';
const mayMount = await canMount();
if (!mayMount) console.info('file systems cannot be mounted here: full and read-only disks are not proven');

/** An error that keeps the service from starting says what to do, and changes nothing. */
describe('the service refuses to start', { timeout: 60_000 }, () => {
  let stage: ServiceStage;

  beforeAll(async () => {
    stage = await ServiceStage.open();
    await stage.service.start();
    await stage.link('ventas', ANA);
    await stage.service.end('SIGTERM');
  });

  afterAll(async () => {
    await stage.restart('SIGTERM');
    await stage.service.untilReadyAgain('ventas', new Date(0));
    expect(await stage.service.end('SIGTERM')).toBe(0);
    expect(stage.accusations()).toEqual([]);
    await stage[Symbol.asyncDispose]();
  });

  /** Starts it, expects it to end by itself, and returns what it said. */
  async function refused(more: NodeJS.ProcessEnv = {}): Promise<string> {
    const service = new ServiceProcess({ ...stage.env, ...more });
    const before = await fingerprint(join(stage.dataDir, 'tokens'));
    service.spawn();
    await service.ended();
    expect(await service.end('SIGTERM')).toBeGreaterThan(0);
    expect(await fingerprint(join(stage.dataDir, 'tokens'))).toEqual(before);
    expect(service.said).not.toContain('    at ');
    return service.said;
  }

  /** When the manager that runs has last written to the record: how new the databases are, soon after READY. */
  async function notedAt(): Promise<number> {
    const record = await readFile(join(stage.dataDir, 'tokens', 'ventas', '.leadmaster.json'), 'utf8');
    return Date.parse(JSON.parse(record).databases?.at ?? '');
  }

  test('on a damaged database, and leaves it as it is', async () => {
    const file = join(stage.dataDir, 'session-manager.db');
    const good = await readFile(file);
    const bad = Buffer.from(good);
    bad.fill(0xa5, 0, 4096);
    await writeFile(file, bad);
    const said = await refused();
    expect(said).toContain(file);
    expect(said).toContain('damaged');
    expect((await readFile(file)).equals(bad)).toBe(true);
    await writeFile(file, good);
  });

  test('on a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const said = await refused({ SESSION_MANAGER_PORT: port });
    expect(said).toContain(`127.0.0.1:${port}`);
    expect(said).toContain('SESSION_MANAGER_PORT');
    other.close();
  });

  test('beside another manager on the same data folder, and names it', async () => {
    await stage.restart('SIGTERM');
    const { since } = await stage.service.untilReadyAgain('ventas', new Date(0));
    await expect.poll(notedAt, { timeout: 45_000 }).toBeGreaterThan(Date.parse(since));
    const said = await refused({ SESSION_MANAGER_PORT: String(await freePort()) });
    expect(said).toContain(`${stage.service.pid}`);
    expect(said).toContain(stage.env.SESSION_MANAGER_PORT);
    expect(await stage.service.session('ventas')).toMatchObject({ state: 'READY' });
    await stage.service.end('SIGTERM');
  });

  test.skipIf(!mayMount)('on a data folder that cannot be written', async () => {
    await mount('--bind', stage.dataDir, stage.dataDir);
    try {
      await mount('-o', 'remount,ro,bind', stage.dataDir);
      const said = await refused();
      expect(said).toContain(stage.dataDir);
      expect(said).toMatch(/read-only|EROFS|READONLY/);
    } finally {
      await unmount(stage.dataDir);
    }
  });
});

describe.skipIf(!mayMount)('a disk that is full', { timeout: 90_000 }, () => {
  test('while a session is being linked: an error that says so, never READY, and READY once there is room', async () => {
    await using disk = await SmallDisk.mount(60);
    await using stage = await Stage.open({
      env: { LEADMASTER_DATA_DIR: disk.path, COMMIT_DEADLINE_S: '3', DISK_MIN_FREE_MB: '16' },
    });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const { qr } = await stage.nextQr('ventas');
    await disk.fill();
    // A page that cannot write may go away under the scan; what counts is what the session says.
    const scanned = stage.world
      .phone(ANA)
      .scan(qr)
      .catch((error: unknown) => error);
    const failed = await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'storage_failed');
    await scanned;
    expect(failed.hint).toMatch(/disk|space/i);
    expect((await stage.path('ventas')).join()).not.toContain('READY');
    await disk.free();
    await stage.sessions.start('ventas');
    const next = await Promise.race([stage.until('ventas', 'READY'), stage.until('ventas', 'QR_REQUIRED')]);
    if (next.state === 'QR_REQUIRED') {
      const again = await stage.nextQr('ventas');
      await stage.world.phone(ANA).scan(again.qr);
      await stage.until('ventas', 'READY');
    }
  });

  test('at the start of a linked session: the login is kept, and READY again once there is room', async () => {
    await using disk = await SmallDisk.mount(60);
    await using stage = await Stage.open({ env: { LEADMASTER_DATA_DIR: disk.path, DISK_MIN_FREE_MB: '16' } });
    await stage.start();
    await stage.link('ventas', ANA);
    await stage.sessions.stop('ventas');
    // With no room at all the order cannot be written down: it is refused, and nothing changes.
    await disk.fill();
    await expect(stage.sessions.start('ventas')).rejects.toMatchObject({ code: 'storage_failed' });
    expect(await stage.sessions.get('ventas')).toMatchObject({ state: 'STOPPED' });
    // With too little for a browser it waits.
    await disk.free();
    await disk.fill(8 * 2 ** 20);
    const waits = { state: 'DISCONNECTED_RECOVERABLE', reason: 'storage_failed' };
    expect(await stage.sessions.start('ventas')).toMatchObject(waits);
    await disk.free();
    // No order: it waits for the room by itself.
    await stage.until('ventas', 'READY');
    expect((await stage.path('ventas')).filter((step) => step.startsWith('QR_REQUIRED'))).toHaveLength(1);
    expect(await readdir(join(disk.path, 'trash'))).toEqual([]);
    expect(stage.clones()).toEqual([]);
  });
});

async function fingerprint(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // A running browser writes; the record and what a login consists of are looked at where none runs.
    if (entry.isFile() && entry.name === '.leadmaster.json') {
      found[path] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    }
  }
  return found;
}
