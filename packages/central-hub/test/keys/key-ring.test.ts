import { expect, test } from 'vitest';
import { KeyRing } from '../../src/keys/key-ring.ts';
import { hashOf, newKey, writeKey } from '../../src/keys/key-text.ts';
import type { Keys } from '../../src/store/keys.ts';
import { key, open, SQLITE_KIND } from '../store/fixtures.ts';

const HERE = '127.0.0.1';

/** A key in a store of its own. */
async function storedKey(): Promise<{ keys: Keys; id: string; text: string }> {
  const { keys } = await open(await SQLITE_KIND.place());
  const made = newKey();
  await keys.create(key(made.id), hashOf(made.secret));
  return { keys, id: made.id, text: writeKey(made) };
}

test('a key that was ended here opens nothing from then on; one that another hub has ended, soon', async () => {
  const { keys, id, text } = await storedKey();
  const [here, elsewhere] = [new KeyRing(keys), new KeyRing(keys)];
  for (const ring of [here, elsewhere]) expect(await ring.find(text, HERE)).not.toBeNull();
  await keys.revoke(id);
  here.forget();
  expect(await here.find(text, HERE)).toBeNull();
  await expect.poll(() => elsewhere.find(text, HERE)).toBeNull();
});

test('a key that is ended while it is read from the store is not remembered', async () => {
  const { keys, id, text } = await storedKey();
  const [read, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ring = new KeyRing({
    touch: (...use) => keys.touch(...use),
    revision: () => keys.revision(),
    async find(asked) {
      const found = await keys.find(asked);
      read.resolve();
      await ended.promise;
      return found;
    },
  });
  const early = ring.find(text, HERE);
  await read.promise;
  await keys.revoke(id);
  ring.forget();
  ended.resolve();
  expect(await early).not.toBeNull();
  expect(await ring.find(text, HERE)).toBeNull();
});
