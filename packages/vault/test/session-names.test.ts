import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryStore } from '../src/index.ts';
import { file, objects, vaultIn } from './helpers.ts';

const own = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/);
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'a.b', 'a-b', 'a_b', 'a-b.c', 'a.b-c'),
  own,
  fc.tuple(tenant, own).map((parts) => parts.join('.')),
);

test('sessions of any names have histories of their own, and no name is to be read in the store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 2, maxLength: 4 }), async (names) => {
      const store = new MemoryStore();
      const vault = await vaultIn(store);
      for (const each of names) await vault.save(each, [file('whose', each)], { kind: 'full' });
      expect((await vault.sessions()).sort()).toEqual([...names].sort());
      for (const each of names) {
        const { snapshots } = await vault.list(each);
        expect(snapshots).toHaveLength(1);
        const whose = await vault.readFile(each, snapshots[0]?.id ?? '', 'whose');
        expect(whose?.toString()).toBe(each);
      }
      const [gone = '', ...left] = names;
      await vault.destroySession(gone);
      expect((await vault.sessions()).sort()).toEqual(left.sort());
      const long = names.filter((each) => each.length > 8);
      for (const key of (await objects(store)).keys()) for (const each of long) expect(key).not.toContain(each);
    }),
    { numRuns: 15, examples: [[['a', 'a.b', 'a-b.c', 'a.b-c']], [[`${'t'.repeat(31)}.${'s'.repeat(63)}`, 'a']]] },
  );
});
