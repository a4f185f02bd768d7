import { appendFileSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manager, otherDisk, tempFolder } from './folders.ts';
import { openManager } from './managers.ts';
import { filesIn, putProfile, putUnzipped } from './profiles.ts';

const LOG = 'Default/Local Storage/leveldb/000003.log';

describe('folders are recognised', () => {
  const layouts: [string, string, string][] = [
    ['LocalAuth with a client id', 'bot/.wwebjs_auth/session-bot', 'local_auth'],
    ['LocalAuth without one', 'bot/.wwebjs_auth/session', 'local_auth'],
    ['the LeadMaster of the report', 'session-manager/tokens/admin', 'profile'],
    ['WAHA', '.sessions/webjs/session-default', 'waha'],
    ['WAHA, a folder for each session', '.sessions/webjs/default/session-default', 'waha'],
    ['WAHA, copied out of its container', 'srv/waha-webjs/session-default', 'waha'],
    ['WAHA, copied with a folder for each session', 'srv/WAHA/default/session-default', 'waha'],
    ['LocalAuth in a folder of a like name', 'srv/wwebjs/session-bot', 'local_auth'],
    ['one client of the LeadMaster of the report', 'session-manager/sessions/cliente_7', 'profile'],
    ['the admin of the LeadMaster of the report', '.wwebjs_auth/session-admin', 'local_auth'],
    ['RemoteAuth', '.wwebjs_auth/RemoteAuth-bot', 'remote_auth'],
  ];
  test.each(layouts)('%s: %s', async (_, path, kind) => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), path));
    const session = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'copy' });
    expect(session.adopted).toMatchObject({ kind, path: source, chromium: '100.0.1.2', account: null });
  });

  test('RemoteAuth by its content, under any folder name; its Chromium version is unknown', async () => {
    const context = await manager();
    const source = await putUnzipped(join(await tempFolder(), 'unzipped'));
    const { adopted } = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'copy' });
    expect(adopted).toMatchObject({ kind: 'remote_auth', chromium: null });
    expect(adopted.warnings.map(({ detail }) => detail).join(' ')).toContain('Which Chromium wrote it is not known');
  });

  test('the only one below the folder that is named', async () => {
    const context = await manager();
    const around = join(await tempFolder(), '.wwebjs_auth');
    const source = await putProfile(join(around, 'session-bot'));
    const { adopted } = await context.adoption.adopt({ name: 'ventas', path: around, mode: 'move' });
    expect(adopted.path).toBe(source);
    expect(await readdir(around)).toEqual([]);
  });

  test.each(['Default/Service Worker', 'Default/Code Cache'])(
    'without a link that is in it (%s), by copy and by move: it may lead to the login of another session',
    async (path) => {
      for (const mode of ['copy', 'move'] as const) {
        const context = await manager();
        const victim = await tempFolder();
        const source = await putProfile(join(await tempFolder(), 'session'));
        await rm(join(source, path), { recursive: true, force: true });
        await symlink(victim, join(source, path));
        const session = await context.adoption.adopt({ name: 'ventas', path: source, mode });
        expect(session.originRetired).toBe(mode === 'move');
        await expect(lstat(join(context.paths.session('ventas'), path))).rejects.toMatchObject({ code: 'ENOENT' });
        // Nothing of it is deleted.
        const kept = mode === 'move' ? `${source}.moved-to-leadmaster` : source;
        expect((await lstat(join(kept, path))).isSymbolicLink()).toBe(true);
        expect(session.adopted.warnings.map(({ kind }) => kind)).toContain('not_taken');
      }
    },
  );

  test('what was packed on macOS, with its leftovers', async () => {
    const around = await tempFolder();
    const profile = await putProfile(join(around, 'session-bot'), {
      'Default/Local Storage/leveldb/._CURRENT': 'mac',
      'Default/Local Storage/leveldb/._000003.log': 'mac',
    });
    await putProfile(join(around, '__MACOSX/session-bot'), {});
    const { adopted } = await (await manager()).adoption.adopt({ name: 'a', path: around, mode: 'move' });
    expect(adopted).toMatchObject({ path: profile, kind: 'local_auth' });
  });

  test('a session of another LeadMaster brings its generation and who is linked', async () => {
    const old = await openManager(join(await tempFolder(), 'old'));
    const first = await putProfile(join(await tempFolder(), 'session'));
    await old.adoption.adopt({ name: 'admin', path: first, mode: 'move' });
    const account = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' };
    const source = old.paths.session('admin');
    await old.close();
    const record = JSON.parse(await readFile(join(source, '.leadmaster.json'), 'utf8'));
    await writeFile(join(source, '.leadmaster.json'), JSON.stringify({ ...record, generation: 7, account }));
    const context = await manager();
    const session = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'copy' });
    expect(session).toMatchObject({ name: 'ventas', generation: 8, account, originRetired: false });
    expect(session.adopted).toMatchObject({ kind: 'leadmaster', account });
  });

  test('a record that cannot be read is left out, and said', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'), { '.leadmaster.json': '{"half' });
    const { adopted } = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'copy' });
    expect(adopted.warnings.map(({ detail }) => detail).join(' ')).toContain('record cannot be read');
  });
});

describe('a copy', () => {
  test('leaves the folder as it is, takes what is not made again, for its owner only, and does not start', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    const before = await filesIn(source);
    const session = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'copy' });
    expect(session).toMatchObject({ state: 'STOPPED', originRetired: false, desired: 'stopped' });
    expect(session.hint).toContain('--origin-retired');
    // Said in the hint, and nowhere else.
    expect(session.adopted.warnings).toEqual([]);
    expect(await filesIn(source)).toEqual(before);
    const place = context.paths.session('ventas');
    const temporary = ['Default/Code Cache/js/index', 'DevToolsActivePort'];
    expect(await filesIn(place)).toEqual(
      [...before.filter((path) => !temporary.includes(path)), '.leadmaster.json'].sort(),
    );
    expect((await stat(place)).mode & 0o777).toBe(0o700);
    expect((await stat(join(place, LOG))).mode & 0o777).toBe(0o600);
    expect(await filesIn(context.paths.staging)).toEqual([]);
    await expect(context.sessions.start('ventas')).rejects.toMatchObject({ code: 'origin_not_retired' });
  });

  test('may be said to be the only one right away', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    const wanted = { name: 'ventas', path: source, mode: 'copy', originRetired: true } as const;
    const session = await context.adoption.adopt(wanted);
    expect(session).toMatchObject({ originRetired: true, hint: '' });
  });

  test('asked for again is the same, until either was used', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    const wanted = { name: 'ventas', path: source, mode: 'copy' } as const;
    await context.adoption.adopt(wanted);
    expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: false });
    expect(await context.adoption.adopt({ ...wanted, originRetired: true })).toMatchObject({ originRetired: true });
    await writeFile(join(source, LOG), 'more', { flag: 'a' });
    await expect(context.adoption.adopt(wanted)).rejects.toMatchObject({ code: 'session_exists' });
  });

  test('of a folder that is written to meanwhile is refused', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    const wanted = { name: 'ventas', path: source, mode: 'copy' } as const;
    let meddled = false;
    const answer = context.adoption.adopt(wanted, {
      onProgress: ({ phase }) => {
        if (phase !== 'copying' || meddled) return;
        meddled = true;
        appendFileSync(join(source, 'Default/Preferences'), ' ');
      },
    });
    await expect(answer).rejects.toMatchObject({
      code: 'adopt_refused',
      message: expect.stringMatching(/written to while/),
    });
    expect(context.roster.names()).toEqual([]);
    expect(await readdir(context.paths.staging)).toEqual([]);
  });

  test('that is given up in its middle leaves nothing', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    const stop = new AbortController();
    const answer = context.adoption.adopt(
      { name: 'ventas', path: source, mode: 'copy' },
      { signal: stop.signal, onProgress: ({ phase }) => phase === 'copying' && stop.abort(new Error('enough')) },
    );
    await expect(answer).rejects.toThrow('enough');
    expect(context.roster.names()).toEqual([]);
    expect(await readdir(context.paths.staging)).toEqual([]);
    expect(await filesIn(context.paths.tokens)).toEqual([]);
  });
});

describe('a move', () => {
  test('takes the folder itself, and may start: its origin is gone', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    const { ino } = await stat(source);
    const session = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
    expect(session).toMatchObject({ state: 'STOPPED', originRetired: true, hint: '' });
    await expect(stat(source)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await stat(context.paths.session('ventas'))).ino).toBe(ino);
    // Asked for again, nothing is left to do.
    expect(await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' })).toMatchObject({
      state: 'STOPPED',
    });
  });

  test('that finds something new at the old place says that the name is taken', async () => {
    const context = await manager();
    const source = await putProfile(join(await tempFolder(), 'session'));
    await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
    await putProfile(source);
    await expect(context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' })).rejects.toMatchObject({
      code: 'session_exists',
    });
  });

  test('leaves the path free for another login, whichever way that is adopted', async () => {
    const context = await manager();
    const disks = [await tempFolder(), await otherDisk()].filter((disk) => disk !== null);
    for (const [index, disk] of disks.entries()) {
      const source = join(disk, 'session');
      for (const [name, mode] of [
        ['uno', 'move'],
        ['dos', 'copy'],
      ] as const) {
        await putProfile(source);
        const session = { name: `${name}-${index}`, path: source, mode };
        expect(await context.adoption.adopt(session)).toMatchObject({ name: session.name });
      }
      // The second was copied: its folder is still there.
      await expect(context.adoption.adopt({ name: `tres-${index}`, path: source, mode: 'copy' })).rejects.toMatchObject(
        { code: 'adopt_refused', extra: { session: `dos-${index}` } },
      );
    }
  });

  test('continues above the generation that is in trash', async () => {
    const context = await manager();
    for (const generation of [1, 2]) {
      const source = await putProfile(join(await tempFolder(), 'session'));
      expect(await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' })).toMatchObject({
        generation,
      });
      await context.sessions.delete('ventas');
    }
  });

  test('from another disk is a copy first; the old folder is then set aside, and never deleted', async ({ skip }) => {
    const disk = await otherDisk();
    if (disk === null) return skip();
    const context = await manager();
    const source = await putProfile(join(disk, 'session'));
    const before = await filesIn(source);
    const session = await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
    expect(session).toMatchObject({ originRetired: true });
    expect(await readdir(disk)).toEqual(['session.moved-to-leadmaster']);
    expect(await filesIn(join(disk, 'session.moved-to-leadmaster'))).toEqual(before);
    expect(await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' })).toMatchObject({
      originRetired: true,
    });
  });

  test('from another disk that cannot set the old folder aside does not start, and is finished by asking again', async ({
    skip,
  }) => {
    const disk = await otherDisk();
    if (disk === null) return skip();
    const context = await manager();
    const source = await putProfile(join(disk, 'session'));
    const aside = join(disk, 'session.moved-to-leadmaster');
    await mkdir(aside);
    const wanted = { name: 'ventas', path: source, mode: 'move' } as const;
    await expect(context.adoption.adopt(wanted)).rejects.toMatchObject({
      code: 'adopt_refused',
      hint: expect.stringMatching(/same command again/),
    });
    expect(await context.sessions.get('ventas')).toMatchObject({ originRetired: false });
    await expect(context.sessions.start('ventas')).rejects.toMatchObject({ code: 'origin_not_retired' });
    await rm(aside, { recursive: true });
    expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: true });
    expect(await readdir(disk)).toEqual(['session.moved-to-leadmaster']);
  });

  test('from another disk is not finished with a copy that is older than the login', async ({ skip }) => {
    const disk = await otherDisk();
    if (disk === null) return skip();
    const context = await manager();
    const source = await putProfile(join(disk, 'session'));
    await mkdir(join(disk, 'session.moved-to-leadmaster'));
    const wanted = { name: 'ventas', path: source, mode: 'move' } as const;
    await expect(context.adoption.adopt(wanted)).rejects.toMatchObject({ code: 'adopt_refused' });
    await utimes(join(source, LOG), new Date(), new Date());
    await expect(context.adoption.adopt(wanted)).rejects.toMatchObject({
      message: expect.stringMatching(/used after it was copied/),
      hint: expect.stringMatching(/session delete ventas/),
    });
    expect(await context.sessions.get('ventas')).toMatchObject({ originRetired: false });
  });
});

describe('in place', () => {
  test('a profile without a record becomes a session where it lies, by name or by path', async () => {
    const context = await manager();
    for (const [name, path] of [
      ['admin', undefined],
      ['otra', join(context.paths.tokens, 'otra')],
    ] as const) {
      await putProfile(context.paths.session(name));
      const wanted = path === undefined ? { name } : { name, path };
      const session = await context.adoption.adopt(wanted);
      expect(session).toMatchObject({
        state: 'STOPPED',
        originRetired: true,
        adopted: { path: context.paths.session(name) },
      });
    }
    await expect(context.adoption.adopt({ name: 'admin' })).rejects.toMatchObject({ code: 'session_exists' });
    await expect(context.adoption.adopt({ name: 'nobody' })).rejects.toMatchObject({ code: 'session_not_found' });
  });
});
