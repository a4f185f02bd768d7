import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { run, service } from './harness.ts';

const TERMINAL = { terminal: { columns: 120, rows: 40 } };

/** What a trim takes, and what it leaves. */
const MEDIA_BYTES = 3_000_000;
const MIB = 1_048_576;

/** Does something as it would have been done then. */
function sixHoursAgo(what: () => void): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 6 * 3_600_000 });
  try {
    what();
  } finally {
    vi.useRealTimers();
  }
}

/** A session that is linked, with media in its profile. */
async function withMedia(name = 'ventas') {
  const manager = await service();
  await manager.given(name, 'LINKED');
  const media = join(manager.dataDir, 'tokens', name, 'Default/Service Worker/CacheStorage');
  mkdirSync(media, { recursive: true });
  writeFileSync(join(media, 'one'), Buffer.alloc(MEDIA_BYTES, 1));
  return manager;
}

describe('storage', () => {
  test('of one session: classes, folders, growth', async () => {
    const { cli, context, dataDir, given, store } = await withMedia();
    await given('ventas', 'READY');
    const { bytes, classes } = await context.storage.storage('ventas');
    sixHoursAgo(() =>
      store.storage.record('ventas', { ...classes, bytes: bytes - MIB }, { warnBytes: 10 * bytes, hint: '' }),
    );
    const { stdout, stderr } = await cli('storage ventas');
    expect(stdout).toContain('3.0 MB, +4.2 MB a day');
    expect((await cli('storage')).stdout).toMatch(/ventas +3\.0 MB .* \+4\.2 MB\n/);
    expect(stdout).toContain(`ventas ${dataDir}/tokens/ventas`);
    expect(stdout).toMatch(/3\.0 MB/);
    expect(stdout).toMatch(/optional +3\.0 MB +cached media and scripts; trimmed/);
    expect(stdout).toMatch(/3\.0 MB +1 +optional +Default\/Service Worker\/CacheStorage/);
    expect(stdout).not.toContain('━');
    expect(stderr).toBe('');
    expect((await cli('storage ventas', TERMINAL)).stdout).toMatch(/optional +3\.0 MB +━{15,}/);
    const json = JSON.parse((await cli('storage ventas --json')).stdout);
    expect(json.growthBytesPerDay / (4 * MIB)).toBeCloseTo(1, 1);
    expect(json.sizes.map((size: { bytes: number }) => size.bytes)).toEqual([bytes - MIB, bytes]);
    expect(json).toMatchObject({
      session: 'ventas',
      folders: expect.arrayContaining([
        expect.objectContaining({ path: 'Default/Service Worker/CacheStorage', class: 'optional' }),
      ]),
    });
  });

  test('of all sessions, a line each', async () => {
    const empty = await service();
    expect((await empty.cli('storage')).stdout).toContain('There are no profiles yet');
    const { cli, given } = await withMedia();
    await given('soporte', 'LINKED');
    const { stdout } = await cli('storage');
    expect(stdout).toMatch(/NAME +BYTES +CRITICAL +IMPORTANT +OPTIONAL +TEMPORARY +PER DAY\n/);
    expect(stdout).toMatch(/ventas +3\.0 MB .* 3\.0 MB +0 B .*\nsoporte +\d/);
    expect((await cli('storage', TERMINAL)).stdout).toMatch(/ventas .*━━━/);
    const { items, errors } = JSON.parse((await cli('storage --json')).stdout);
    expect(items.map(({ session }: { session: string }) => session).sort()).toEqual(['soporte', 'ventas']);
    expect(errors).toEqual([]);
  });

  test('what cannot be looked at is told, and fails the command', async () => {
    const { cli, dataDir } = await withMedia();
    rmSync(join(dataDir, 'tokens/ventas'), { recursive: true });
    writeFileSync(join(dataDir, 'tokens/ventas'), 'a file where the profile was');
    expect(await cli('storage')).toMatchObject({ code: 1, stderr: expect.stringContaining('ventas: ') });
    const { code, stdout } = await cli('storage --json');
    expect([code, JSON.parse(stdout).errors[0].session]).toEqual([1, 'ventas']);
    expect(await cli('storage none')).toMatchObject({ code: 3 });
  });

  test('bad names and unknown ones', async () => {
    const { cli } = await service();
    expect(await cli('storage No!')).toMatchObject({ code: 2 });
    expect(await cli('storage none')).toMatchObject({ code: 3 });
    expect(await cli('recent none')).toMatchObject({ code: 3 });
    expect(await cli('trim none')).toMatchObject({ code: 3 });
  });
});

test('recent lists what was changed, within the hours and up to the limit that are asked for', async () => {
  const { cli, dataDir } = await withMedia();
  const media = join(dataDir, 'tokens/ventas/Default/Service Worker/CacheStorage');
  const long = new Date(Date.now() - 5 * 3_600_000);
  utimesSync(join(media, 'one'), long, long);
  const { stdout } = await cli('recent ventas');
  expect(stdout).toMatch(/AGO +BYTES +CLASS +FILE\n/);
  expect(stdout).toMatch(/ 3\.0 MB +optional +Default\/Service Worker\/CacheStorage\/one/);
  const { items, total } = JSON.parse((await cli('recent ventas --hours 2 --limit 2 --json')).stdout);
  expect(items).toHaveLength(2);
  expect(total).toBeGreaterThan(2);
  expect((await cli('recent ventas --hours 2')).stdout).not.toContain('CacheStorage');
  for (const bad of ['0', 'x', '1.5', '90000']) {
    expect((await cli(['recent', 'ventas', '--hours', bad])).code).toBe(2);
  }
});

test('trim says what it freed, and refuses a running session', async () => {
  const { cli, dataDir, given } = await withMedia();
  await given('ventas', 'READY');
  const media = join(dataDir, 'tokens/ventas/Default/Service Worker/CacheStorage/one');
  expect(await cli('trim ventas')).toMatchObject({ code: 4, stderr: expect.stringContaining('READY') });
  expect(existsSync(media)).toBe(true);
  expect(await cli('trim ventas --restart')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ventas: 3\.0 MB freed, .* left\.\n$/),
  });
  expect(existsSync(media)).toBe(false);
  await cli('session stop ventas');
  const json = JSON.parse((await cli('trim ventas --json')).stdout);
  expect(json).toMatchObject({ session: 'ventas', freedBytes: 0, bytes: expect.any(Number) });
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
