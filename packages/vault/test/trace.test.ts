import { expect, test } from 'vitest';
import { keyObject } from '../src/names.ts';
import { MemoryStore } from '../src/store/memory-store.ts';
import { traceOfVault } from '../src/trace.ts';

const KEY = keyObject('vault', 1);

test.each([
  ['nothing', [], null],
  ['a header', ['vault', KEY], 'vault'],
  ['the key of a vault whose header is gone', [KEY], KEY],
  ['files that others have put there', ['keys/notes.txt', 'vault.txt', 'readme'], null],
])('the trace of a vault in a store with %s', async (_, objects, found) => {
  const store = new MemoryStore();
  for (const key of objects) await store.put(key, Buffer.from('x'));
  expect(await traceOfVault(store)).toBe(found);
});
