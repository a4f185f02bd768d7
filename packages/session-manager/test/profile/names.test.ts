import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { lockSession, readOwner } from '../../src/profile/locks.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { tempFolder } from './helpers.ts';

const own = fc.oneof(
  fc.constantFrom('a', 'a-b', 'a_b', 'lock', 'json', 'lock-journal'),
  fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/),
);
const tenant = fc.oneof(fc.constantFrom('a', 'a-b', 'b'), fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/));
const name = fc.oneof(
  own,
  fc.tuple(tenant, own).map((parts) => parts.join('.')),
);
/** Of each other, as near as the rule allows. */
const ALIKE = ['a', 'a.b', 'a-b', 'a_b', 'a.b-c', 'a-b.c', 'b.a', 'a.lock', 'a.json', 'a.lock-journal', 'lock.a'];
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });
const examples = [[ALIKE], [[`${'t'.repeat(31)}.${'s'.repeat(63)}`]]] as [string[]][];

test('profiles of any names lie apart, and each comes back from the trash under its own', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(names, async (given) => {
      const store = createProfileStore({ dataDir: await tempFolder() });
      for (const each of given) {
        await store.create(each);
        await writeFile(join(store.locate(each), 'whose'), each);
      }
      expect((await store.list()).map((found) => found.name)).toEqual([...given].sort());
      const paths = [];
      for (const each of given) paths.push(await store.trash(each, 'logout'));
      expect(new Set(paths).size).toBe(given.length);
      expect((await store.listTrash()).map(({ session }) => session).sort()).toEqual([...given].sort());
      // The next profile of a name goes on from its own generation alone.
      for (const each of given) expect((await store.create(each)).generation).toBe(2);
    }),
    { numRuns: 15, examples },
  );
});

test('locks of any names are apart: one held leaves the others free, and each names its own holder', async () => {
  await fc.assert(
    fc.asyncProperty(names, async (given) => {
      const paths = dataPaths(await tempFolder());
      const locks = given.map((each) => lockSession(paths, each, { of: each }));
      expect(new Set(locks.map(({ file }) => file)).size).toBe(given.length);
      for (const each of given) {
        expect(readOwner(paths.sessionLock(each))?.about).toEqual({ of: each });
        expect(() => lockSession(paths, each)).toThrow(expect.objectContaining({ code: 'profile_in_use' }));
      }
      for (const lock of locks.reverse()) lock.release();
      const left = (await readdir(join(paths.locks, 'sessions'))).filter((file) => !file.endsWith('.lock'));
      expect(left).toEqual([]);
      expect((await readdir(join(paths.locks, 'sessions'))).map((file) => basename(file, '.lock')).sort()).toEqual(
        [...given].sort(),
      );
    }),
    { numRuns: 15, examples },
  );
});

test('a folder that a move has set aside among the profiles is no profile to adopt', async () => {
  const dataDir = await tempFolder();
  const store = createProfileStore({ dataDir });
  await mkdir(join(dataPaths(dataDir).tokens, 'ventas.moved-to-leadmaster', 'Default'), { recursive: true });
  expect(await store.list()).toEqual([]);
  await store.create('acme.moved-to-leadmaster');
  expect(await store.list()).toEqual([{ name: 'acme.moved-to-leadmaster', claimed: true }]);
});
