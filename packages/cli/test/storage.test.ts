import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { service, run } from './harness.ts';

const TERMINAL = { terminal: { columns: 120, rows: 40 } };

describe('storage', () => {
  test('of one session: classes, folders, growth', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    const { stdout, stderr } = await cli('storage ventas');
    expect(stdout).toContain('ventas /nowhere/leadmaster-data/tokens/ventas');
    expect(stdout).toContain('913 MB, +4.2 MB a day');
    expect(stdout).toMatch(/optional +839 MB +cached media and scripts; trimmed/);
    expect(stdout).toMatch(/839 MB +3000 +optional +Default\/Service Worker\/CacheStorage/);
    expect(stdout).toMatch(/1\.0 MB +2 +\(1 smaller one\)/);
    expect(stdout).not.toContain('━');
    expect(stderr).toBe('');
    expect((await cli('storage ventas', TERMINAL)).stdout).toMatch(/optional +839 MB +━{15,}/);
    expect(JSON.parse((await cli('storage ventas --json')).stdout)).toMatchObject({
      session: 'ventas',
      growthBytesPerDay: 4 * 2 ** 20,
      folders: [{ path: 'Default/Service Worker/CacheStorage', class: 'optional' }, {}, {}],
    });
  });

  test('of all sessions, a line each', async () => {
    const { cli, given } = await service();
    expect((await cli('storage')).stdout).toContain('There are no profiles yet');
    await given('ventas', 'READY');
    await given('soporte', 'STOPPED');
    await cli('trim soporte');
    const { stdout } = await cli('storage');
    expect(stdout).toMatch(/NAME +BYTES +CRITICAL +IMPORTANT +OPTIONAL +TEMPORARY +PER DAY\n/);
    expect(stdout).toMatch(/ventas +913 MB +73 MB +1\.0 MB +839 MB +0 B +\+4\.2 MB\nsoporte +74 MB/);
    expect((await cli('storage', TERMINAL)).stdout).toMatch(/ventas .*━━━/);
    const { items, errors } = JSON.parse((await cli('storage --json')).stdout);
    expect(items.map(({ session }: { session: string }) => session)).toEqual(['ventas', 'soporte']);
    expect(errors).toEqual([]);
  });

  test('what cannot be looked at is told, and fails the command', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    storage.failure = new Error('the disk is gone');
    expect(await cli('storage')).toMatchObject({ code: 1, stderr: expect.stringContaining('ventas: ') });
    const { code, stdout } = await cli('storage --json');
    expect([code, JSON.parse(stdout).errors[0].session]).toEqual([1, 'ventas']);
    expect(await cli('storage none')).toMatchObject({ code: 1 });
  });

  test('bad names and unknown ones', async () => {
    const { cli } = await service();
    expect(await cli('storage No!')).toMatchObject({ code: 2 });
    expect(await cli('storage none')).toMatchObject({ code: 3 });
    expect(await cli('recent none')).toMatchObject({ code: 3 });
    expect(await cli('trim none')).toMatchObject({ code: 3 });
  });
});

test('recent lists what was changed', async () => {
  const { cli, given } = await service();
  await given('ventas', 'READY');
  const { stdout } = await cli('recent ventas');
  expect(stdout).toMatch(/AGO +BYTES +CLASS +FILE\n.* 8\.2 kB +important +Default\/Preferences/);
  expect(storage.asked).toEqual({ hours: 24, limit: 50 });
  const { items, total } = JSON.parse((await cli('recent ventas --hours 2 --limit 7 --json')).stdout);
  expect([items.length, total, storage.asked]).toEqual([1, 1, { hours: 2, limit: 7 }]);
  for (const bad of ['0', 'x', '1.5', '90000']) {
    expect((await cli(['recent', 'ventas', '--hours', bad])).code).toBe(2);
  }
});

test('trim says what it freed, and refuses a running session', async () => {
  const { cli, dataDir, env, given } = await service();
  await given('ventas', 'READY');
  expect(await cli('trim ventas')).toMatchObject({ code: 4, stderr: expect.stringContaining('READY') });
  expect(storage.changes).toEqual([]);
  expect(await cli('trim ventas --restart')).toMatchObject({
    code: 0,
    stdout: 'ventas: 839 MB freed, 74 MB left.\n',
  });
  await given('ventas', 'STOPPED');
  expect(JSON.parse((await cli('trim ventas --json')).stdout)).toEqual({
    session: 'ventas',
    freedBytes: 0,
    bytes: 71 * 2 ** 20,
  });
});

describe('with the service down', () => {
  function machine() {
    const dataDir = mkdtempSync(join(tmpdir(), 'leadmaster-storage-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const media = join(dataDir, 'tokens/admin/Default/Service Worker/CacheStorage');
    mkdirSync(media, { recursive: true });
    writeFileSync(join(media, 'one'), Buffer.alloc(3_000_000));
    const env = { SESSION_MANAGER_PORT: '9', LEADMASTER_ADMIN_KEY: 'k', LEADMASTER_DATA_DIR: dataDir };
    return (line: string) => run(line.split(' '), { env: { ...env, STORAGE_WARN_MB: '2' } });
  }

  test('storage and recent look at the disk, and a trim needs the service', async () => {
    const cli = machine();
    const one = await cli('storage admin');
    expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/3\.0 MB +1 +optional/) });
    expect(one.stderr).toContain('The service is down; this reads the disk: ');
    expect(one.stderr).toContain('admin is larger than STORAGE_WARN_MB');
    expect((await cli('storage')).stdout).toMatch(/admin +3\.0 MB/);
    const json = JSON.parse((await cli('storage admin --json')).stdout);
    expect(json).toMatchObject({ bytes: 3_000_000, growthBytesPerDay: null, warnBytes: 2 * 2 ** 20 });
    expect((await cli('recent admin')).stdout).toMatch(/optional +Default\/Service Worker\/CacheStorage\/one/);
    expect(await cli('storage none')).toMatchObject({ code: 3 });
    expect(await cli('trim admin')).toMatchObject({ code: 6 });
  });
});
