import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { manager, otherDisk, tempFolder } from './folders.ts';
import { filesIn, putProfile } from './profiles.ts';

const INDEXED_DB = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
const LOCAL_STORAGE = 'Default/Local Storage/leveldb';

/** Asks for a folder by copy and by move, and expects the same refusal, and nothing changed on either side. */
async function refused(
  source: string,
  wanted: { code?: string; detail: RegExp; hint: RegExp; env?: NodeJS.ProcessEnv; around?: string },
): Promise<void> {
  const context = await manager(undefined, wanted.env);
  const around = wanted.around ?? dirname(source);
  const before = await filesIn(around).catch(() => []);
  for (const mode of ['copy', 'move'] as const) {
    const answer = context.adoption.adopt({ name: 'ventas', path: source, mode });
    await expect(answer).rejects.toMatchObject({
      code: wanted.code ?? 'adopt_refused',
      message: expect.stringMatching(wanted.detail),
      hint: expect.stringMatching(wanted.hint),
    });
  }
  expect(await filesIn(around).catch(() => [])).toEqual(before);
  expect(await filesIn(context.paths.tokens)).toEqual([]);
  expect(await filesIn(context.paths.staging)).toEqual([]);
  expect(context.roster.names()).toEqual([]);
}

describe('a folder is refused, and nothing changes, when it', () => {
  test('is not named from the root', () =>
    refused('bot/session', { detail: /not an absolute path/, hint: /from the root/ }));

  test('does not exist', async () => {
    await refused(join(await tempFolder(), 'nothing'), { detail: /does not exist/, hint: /spelling/ });
  });

  test('is a file, an archive for instance', async () => {
    const path = join(await tempFolder(), 'RemoteAuth-bot.zip');
    await writeFile(path, 'PK');
    await refused(path, { detail: /is not a folder/, hint: /unzip/ });
  });

  test('is a symbolic link', async () => {
    const folder = await tempFolder();
    await putProfile(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await refused(join(folder, 'link'), { detail: /is a symbolic link/, hint: /leads to/ });
  });

  test('holds no profile', async () => {
    const folder = join(await tempFolder(), 'bot');
    await mkdir(join(folder, 'deep/er/and/deeper/Default'), { recursive: true });
    await refused(folder, { detail: /holds no profile/, hint: /session-<clientId>/ });
  });

  test('holds several profiles', async () => {
    const folder = join(await tempFolder(), '.wwebjs_auth');
    for (const name of ['session-a', 'session-b']) await putProfile(join(folder, name));
    // Two that are written within one tick of the file system's clock are of the same time.
    await writtenAt(join(folder, 'session-a'), new Date('2026-01-01T12:00:00Z'));
    await refused(folder, {
      detail: /holds 2 profiles: .*session-b \(a login, last written 20.*session-a \(a login, last written 20/,
      hint: /Name one/,
    });
  });

  test('holds a living login beside one that was left: which is which is said', async () => {
    const tokens = join(await tempFolder(), 'tokens');
    await putProfile(join(tokens, 'session-admin'));
    const dead = await putProfile(join(tokens, 'admin'));
    await rm(join(dead, LOCAL_STORAGE), { recursive: true });
    await refused(tokens, {
      detail:
        /session-admin \(a login, last written 20[^,]* [+-]\d\d:\d\d\), .*tokens\/admin \(no whole login, last written 20/,
      hint: /The one that lives is the login that was written last/,
    });
  });

  test('was unpacked without its folders', async () => {
    const folder = join(await tempFolder(), 'session-bot');
    await mkdir(folder);
    for (const name of ['Default\\IndexedDB\\x.leveldb\\CURRENT', 'Last Version'])
      await writeFile(join(folder, name), '');
    await refused(folder, { detail: /unpacked without its folders.*Default/, hint: /Unpack the archive again/ });
  });

  test('is a part of a profile', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await refused(join(folder, 'Default'), { detail: /is a part of a profile/, hint: new RegExp(folder) });
  });

  test('was moved here already', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session.moved-to-leadmaster'));
    await refused(folder, { detail: /was moved to LeadMaster already/, hint: /never run/ });
  });

  test('was moved to LeadMaster already, and lies among the profiles of one: its name would be one of a session', async () => {
    const context = await manager();
    const name = 'ventas.moved-to-leadmaster';
    const before = await filesIn(await putProfile(context.paths.session(name)));
    expect((await context.sessions.list()).items).toEqual([]);
    for (const path of [undefined, context.paths.session(name)])
      await expect(context.adoption.adopt({ name, path })).rejects.toMatchObject({ code: 'adopt_refused' });
    expect(context.roster.names()).toEqual([]);
    expect(await filesIn(context.paths.session(name))).toEqual(before);
  });

  test('holds no login', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    for (const store of [INDEXED_DB, LOCAL_STORAGE]) await rm(join(folder, store), { recursive: true });
    await refused(folder, { detail: /holds no login/, hint: /dataPath/ });
  });

  test.each([INDEXED_DB, LOCAL_STORAGE])('holds half a login: %s is gone', async (store) => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await rm(join(folder, store), { recursive: true });
    await refused(folder, { detail: /Half of the login/, hint: /of one moment/ });
  });

  test('holds a login that is damaged inside', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await truncate(join(folder, LOCAL_STORAGE, 'MANIFEST-000001'), 20);
    await refused(folder, { detail: /damaged/, hint: /program stopped/ });
  });

  test('was written by a newer Chromium than there is here', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'), { 'Last Version': '999.0.1.2' });
    await refused(folder, { detail: /written by Chromium 999\.0\.1\.2/, hint: /Install Chromium 999/ });
  });

  test('is open in a process, lock or no lock', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    const holder = spawn('sleep', ['60'], {
      stdio: ['ignore', 'ignore', 'ignore', openFor(join(folder, LOCAL_STORAGE, 'LOCK'))],
    });
    onTestFinished(async () => {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    });
    await refused(folder, { detail: new RegExp(`in use by pid ${holder.pid}`), hint: /pm2 stop/ });
  });

  test('is open on another host, or in a container', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await symlink('container-1a2b-17', join(folder, 'SingletonLock'));
    await refused(folder, { detail: /on the host container-1a2b has it open/, hint: /rm .*SingletonLock/ });
  });

  test('needs more room than there is', async () => {
    const folder = await putProfile(join(await tempFolder(), 'session'));
    const context = await manager(undefined, { DISK_MIN_FREE_MB: '10000000' });
    const answer = context.adoption.adopt({ name: 'ventas', path: folder, mode: 'copy' });
    await expect(answer).rejects.toMatchObject({
      code: 'adopt_refused',
      message: expect.stringMatching(/MB are free/),
      hint: expect.stringMatching(/--move/),
    });
    expect(context.roster.names()).toEqual([]);
  });

  test('comes from another disk and needs more room than there is', async ({ skip }) => {
    const disk = await otherDisk();
    if (disk === null) return skip();
    const context = await manager(undefined, { DISK_MIN_FREE_MB: '10000000' });
    const path = await putProfile(join(disk, 'session'));
    await expect(context.adoption.adopt({ name: 'ventas', path, mode: 'move' })).rejects.toMatchObject({
      code: 'adopt_refused',
      hint: expect.not.stringContaining('--move'),
    });
  });

  test('is the root of the machine, which is not looked through', async () => {
    const context = await manager();
    for (const path of ['/', '//', '/tmp/..'])
      await expect(context.adoption.adopt({ name: 'ventas', path, mode: 'copy' })).rejects.toMatchObject({
        code: 'adopt_refused',
        message: expect.stringContaining('root of the whole machine'),
      });
  });

  test('is in the data folder, or around it', async () => {
    const context = await manager();
    const inside = await putProfile(join(context.paths.trash, 'ventas-old'));
    await expect(context.adoption.adopt({ name: 'ventas', path: inside, mode: 'move' })).rejects.toMatchObject({
      code: 'adopt_refused',
      message: expect.stringMatching(/is in the data folder/),
    });
    const around = dirname(context.paths.root);
    await putProfile(around);
    await expect(context.adoption.adopt({ name: 'ventas', path: around, mode: 'move' })).rejects.toMatchObject({
      code: 'adopt_refused',
      message: expect.stringMatching(/is in /),
    });
  });

  test('shall have a name that is taken, by a session or by a folder without one', async () => {
    const context = await manager();
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await context.sessions.create({ name: 'ventas', start: false, metadata: {} });
    await mkdir(join(context.paths.tokens, 'soporte'));
    for (const name of ['ventas', 'soporte']) {
      for (const mode of ['copy', 'move'] as const) {
        await expect(context.adoption.adopt({ name, path: folder, mode })).rejects.toMatchObject({
          code: 'session_exists',
        });
      }
    }
    expect(await readFile(join(folder, 'Last Version'), 'utf8')).toBe('100.0.1.2');
  });

  test('has become another session by copy, and may be the same login', async () => {
    const context = await manager();
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await context.adoption.adopt({ name: 'ventas', path: folder, mode: 'copy' });
    await expect(context.adoption.adopt({ name: 'otra', path: folder, mode: 'copy' })).rejects.toMatchObject({
      code: 'adopt_refused',
      message: expect.stringMatching(/was adopted from .* before \(ventas, \d{4}-\d\d-\d\d\)/),
      hint: expect.stringMatching(/use ventas\. If it is another one, rename the folder/),
    });
    const renamed = `${folder}-2`;
    await rename(folder, renamed);
    expect(await context.adoption.adopt({ name: 'otra', path: renamed, mode: 'copy' })).toMatchObject({ name: 'otra' });
  });

  test('is of another account than the session that came from its path', async () => {
    const context = await manager();
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await context.adoption.adopt({ name: 'ventas', path: folder, mode: 'copy' });
    const text = await readFile(join(context.paths.session('ventas'), '.leadmaster.json'), 'utf8');
    const of = (digit: number) => ({ id: `549110000000${digit}@c.us`, phone: `549110000000${digit}`, name: 'Ana' });
    const write = (profile: string, digit: number) =>
      writeFile(join(profile, '.leadmaster.json'), JSON.stringify({ ...JSON.parse(text), account: of(digit) }));
    await write(context.paths.session('ventas'), 1);
    const wanted = { name: 'otra', path: folder, mode: 'copy' } as const;
    await write(folder, 1);
    await expect(context.adoption.adopt(wanted)).rejects.toMatchObject({ code: 'adopt_refused' });
    await write(folder, 2);
    expect(await context.adoption.adopt(wanted)).toMatchObject({ name: 'otra' });
  });

  test('is elsewhere, and neither copy nor move is given', async () => {
    const context = await manager();
    const folder = await putProfile(join(await tempFolder(), 'session'));
    await expect(context.adoption.adopt({ name: 'ventas', path: folder })).rejects.toMatchObject({
      code: 'adopt_refused',
      extra: { missing: 'mode' },
      hint: expect.stringMatching(/--copy.*--move/),
    });
  });
});

function openFor(path: string): number {
  const fd = openSync(path, 'r');
  onTestFinished(() => closeSync(fd));
  return fd;
}

async function writtenAt(folder: string, time: Date): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true })) await utimes(join(folder, entry), time, time);
}
