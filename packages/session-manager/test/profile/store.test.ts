import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { RecordMemory } from '../../src/profile/record-memory.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';

const account = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ventas' };

async function freshStore() {
  const root = await tempFolder();
  return { root, paths: dataPaths(root), store: createProfileStore({ dataDir: root }) };
}

describe('create and claim', () => {
  test('create makes a closed folder and its record, once', async () => {
    const { store, paths } = await freshStore();
    const record = await store.create('ventas');
    expect(record).toMatchObject({ schema: 1, session: 'ventas', generation: 1, origin: 'created', committedAt: null });
    expect(await store.create('ventas')).toEqual(record);
    expect((await stat(store.locate('ventas'))).mode & 0o777).toBe(0o700);
    expect((await stat(paths.record('ventas'))).mode & 0o777).toBe(0o600);
    expect(await store.list()).toEqual([{ name: 'ventas', claimed: true }]);
  });

  test('an existing profile without a record is claimed on purpose only, in place', async () => {
    const { store } = await freshStore();
    await putLogin(store.locate('admin'));
    expect(await store.list()).toEqual([{ name: 'admin', claimed: false }]);
    await expect(store.create('admin')).rejects.toMatchObject({ code: 'session_unclaimed' });
    expect(await store.readRecord('admin')).toBeNull();
    expect(await store.adopt('admin')).toMatchObject({ origin: 'adopted', generation: 1 });
    expect(await store.adopt('admin')).toMatchObject({ origin: 'adopted', generation: 1 });
    expect(await store.loginPresence('admin')).toBe('present');
    await expect(store.adopt('nobody')).rejects.toMatchObject({ code: 'session_not_found' });
  });

  test('an empty folder left by a crash is no obstacle', async () => {
    const { store } = await freshStore();
    await mkdir(store.locate('ventas'), { recursive: true });
    await writeFile(join(store.locate('ventas'), '.leadmaster-00ff00ff00ff.tmp'), 'half');
    expect(await store.create('ventas')).toMatchObject({ generation: 1 });
  });

  test('the generation continues after trash, for that name alone', async () => {
    const { store } = await freshStore();
    await store.create('a');
    await store.updateRecord('a', { generation: 7 });
    await store.trash('a', 'logout');
    expect((await store.create('a')).generation).toBe(8);
    expect((await store.create('a-b')).generation).toBe(1);
  });
});

describe('the record', () => {
  test('is changed whole, one write at a time, and its generation only grows', async () => {
    const { store } = await freshStore();
    await store.create('a');
    await Promise.all([
      store.updateRecord('a', { account }),
      store.updateRecord('a', { chromiumVersion: '156.0.1.2' }),
      store.updateRecord('a', { generation: 3 }),
    ]);
    expect(await store.readRecord('a')).toMatchObject({ account, chromiumVersion: '156.0.1.2', generation: 3 });
    await expect(store.updateRecord('a', { generation: 2 })).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(store.updateRecord('b', { generation: 2 })).rejects.toMatchObject({ code: 'session_not_found' });
  });

  test('a record that could not be read again is not written', async () => {
    const { store } = await freshStore();
    await store.create('a');
    const account = { phone: '1', name: '' } as unknown as { id: string; phone: string; name: string };
    await expect(store.updateRecord('a', { account })).rejects.toMatchObject({ code: 'internal' });
    expect(await store.readRecord('a')).toMatchObject({ account: null });
  });

  test('keeps what a newer version added', async () => {
    const { store, paths } = await freshStore();
    const record = await store.create('a');
    await writeFile(paths.record('a'), JSON.stringify({ ...record, lease: { owner: 'x' } }));
    await store.updateRecord('a', { generation: 2 });
    expect(JSON.parse(await readFile(paths.record('a'), 'utf8'))).toMatchObject({
      generation: 2,
      lease: { owner: 'x' },
    });
  });

  const damage: [string, (text: string) => string, string][] = [
    ['empty', () => '', 'not JSON'],
    ['torn', (text) => text.slice(0, 40), 'not JSON'],
    ['no record', () => '[]', 'not a profile record'],
    ['of a wrong type', (text) => text.replace('"generation": 1', '"generation": "1"'), 'generation'],
    ['of another session', (text) => text.replace('"session": "a"', '"session": "b"'), 'belongs to the session "b"'],
    ['of a newer schema', (text) => text.replace('"schema": 1', '"schema": 2'), 'newer LeadMaster'],
  ];
  for (const [what, break_, said] of damage) {
    test(`that is ${what} stops everything and is left as it is`, async () => {
      const { store, paths } = await freshStore();
      await store.create('a');
      const broken = break_(await readFile(paths.record('a'), 'utf8'));
      await writeFile(paths.record('a'), broken);
      for (const work of [
        () => store.readRecord('a'),
        () => store.create('a'),
        () => store.adopt('a'),
        () => store.updateRecord('a', { generation: 9 }),
        () => store.loginPresence('a'),
      ]) {
        await expect(work()).rejects.toMatchObject({
          code: 'profile_unreadable',
          message: expect.stringContaining(said),
          hint: expect.stringMatching(/.{20}/),
        });
      }
      expect(await readFile(paths.record('a'), 'utf8')).toBe(broken);
      // It is still claimed: it cannot be adopted.
      expect(await store.list()).toEqual([{ name: 'a', claimed: true }]);
      expect((await store.check('a')).valid).toBe(false);
    });
  }
});

describe('names and paths', () => {
  test('names that look alike lie apart', async () => {
    const { store } = await freshStore();
    const names = ['client1', 'client10', 'a_b', 'a-b', 'data'];
    for (const name of names) await store.create(name);
    expect(new Set(names.map((name) => store.locate(name))).size).toBe(names.length);
    await store.trash('client1', 'delete');
    await store.trash('a_b', 'delete');
    expect((await store.list()).map(({ name }) => name)).toEqual(['a-b', 'client10', 'data']);
  });

  test('nothing but a name passes the door', async () => {
    const { store, paths } = await freshStore();
    for (const bad of [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'A',
      'é',
      'a b',
      '-a',
      'a\0',
      'a'.repeat(64),
      'a\n',
      'a.b.c',
      '.a',
      'a.',
      'a_b.c',
    ]) {
      expect(() => store.locate(bad)).toThrow(expect.objectContaining({ code: 'invalid_session_name' }));
      expect(() => paths.sessionLock(bad)).toThrow(expect.objectContaining({ code: 'invalid_session_name' }));
      await expect(store.create(bad)).rejects.toMatchObject({ code: 'invalid_session_name' });
    }
    await mkdir(join(paths.tokens, 'NotAName'), { recursive: true });
    await mkdir(join(paths.tokens, 'session-1.old.bak'));
    await writeFile(join(paths.tokens, 'file'), '');
    expect(await store.list()).toEqual([]);
  });

  test('a symlink is no session', async () => {
    const { store, paths, root } = await freshStore();
    await store.create('real');
    const outside = join(root, 'outside');
    await mkdir(outside);
    await symlink(outside, join(paths.tokens, 'out'));
    await symlink(store.locate('real'), join(paths.tokens, 'alias'));
    for (const name of ['out', 'alias']) {
      for (const work of [
        () => store.create(name),
        () => store.adopt(name),
        () => store.trash(name, 'x'),
        () => store.loginPresence(name),
        () => store.repairPermissions(name),
        () => store.measure(name),
      ]) {
        await expect(work()).rejects.toMatchObject({ code: 'profile_unreadable' });
      }
      expect((await store.check(name)).valid).toBe(false);
    }
    // Nothing could be done with them, so they are not offered.
    expect(await store.list()).toEqual([{ name: 'real', claimed: true }]);
  });

  test('a file where a profile would lie is named, and left', async () => {
    const { store, paths } = await freshStore();
    await store.create('real');
    await writeFile(store.locate('afile'), 'kept');
    for (const work of [() => store.create('afile'), () => store.adopt('afile')]) {
      await expect(work()).rejects.toMatchObject({
        code: 'session_unclaimed',
        message: `${join(paths.tokens, 'afile')} is a file, and a profile is a folder`,
        hint: expect.stringContaining('move it away'),
      });
    }
    expect(await readFile(store.locate('afile'), 'utf8')).toBe('kept');
  });

  test('a data folder reached by a symlink has one spelling', async () => {
    const { root, store } = await freshStore();
    const link = join(await tempFolder(), 'link');
    await symlink(root, link);
    expect(createProfileStore({ dataDir: link }).locate('a')).toBe(store.locate('a'));
  });

  test('the data folder is closed, and a folder of other things is not taken', async () => {
    const root = await tempFolder();
    const paths = dataPaths(join(root, 'new', 'data'));
    prepareDataFolder(paths);
    prepareDataFolder(paths);
    for (const folder of [paths.root, paths.tokens, paths.locks, paths.trash, paths.staging]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    }
    const home = join(root, 'home');
    await mkdir(join(home, 'photos'), { recursive: true, mode: 0o755 });
    expect(() => prepareDataFolder(dataPaths(home))).toThrow(expect.objectContaining({ code: 'storage_failed' }));
    expect((await stat(home)).mode & 0o777).toBe(0o755);
  });
});

describe('a record that is only shown', () => {
  async function counted() {
    const root = await tempFolder();
    const reads: string[] = [];
    const fs = failingFs((operation, path) => {
      if (operation === 'readFile') reads.push(path);
      return undefined;
    });
    const store = createProfileStore({ dataDir: root, fs });
    await store.create('ventas');
    await store.knownRecord('ventas');
    reads.length = 0;
    return { root, store, reads };
  }

  test('is read once for many looks', async () => {
    const { store, reads } = await counted();
    for (let look = 0; look < 3; look++) expect(await store.knownRecord('ventas')).toMatchObject({ generation: 1 });
    expect(reads).toEqual([]);
  });

  test('is as the last change left it, also where the profile went to trash', async () => {
    const { store } = await counted();
    await store.updateRecord('ventas', { generation: 7 });
    expect(await store.knownRecord('ventas')).toMatchObject({ generation: 7 });
    await store.trash('ventas', 'deleted');
    expect(await store.knownRecord('ventas')).toBeNull();
    expect(await store.create('ventas')).toMatchObject({ generation: 8 });
    expect(await store.knownRecord('ventas')).toMatchObject({ generation: 8 });
  });

  test('is not what a read found that a change overtook', async () => {
    const { store } = await counted();
    const record = await store.readRecord('ventas');
    const memory = new RecordMemory();
    const read = async () => {
      memory.changed('ventas');
      return record;
    };
    expect(await memory.keep('ventas', read)).toEqual(record);
    expect(memory.get('ventas')).toBeUndefined();
    await memory.keep('ventas', async () => record);
    expect(memory.get('ventas')).toEqual(record);
  });

  test('is what a change by hand made of it once the record was read again', async () => {
    const { root, store } = await counted();
    const path = dataPaths(root).record('ventas');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"generation": 1', '"generation": 5'));
    expect(await store.readRecord('ventas')).toMatchObject({ generation: 5 });
    expect(await store.knownRecord('ventas')).toMatchObject({ generation: 5 });
    await writeFile(path, 'no record');
    await expect(store.readRecord('ventas')).rejects.toMatchObject({ code: 'profile_unreadable' });
    await expect(store.knownRecord('ventas')).rejects.toMatchObject({ code: 'profile_unreadable' });
  });
});
