import type { BlobStore } from '@leadmaster/vault';

/** Changes a byte of every pack. */
export async function damagePacks(store: BlobStore): Promise<void> {
  for await (const { key } of store.list('packs/')) {
    const bytes = (await store.get(key)) ?? Buffer.alloc(0);
    const at = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await store.put(key, bytes);
  }
}

/** Remembers all objects. What it resolves to puts them back, and removes those that came since. */
export async function remember(store: BlobStore): Promise<() => Promise<void>> {
  const objects = new Map<string, Buffer>();
  for await (const { key } of store.list('')) objects.set(key, (await store.get(key)) ?? Buffer.alloc(0));
  return async () => {
    for await (const { key } of store.list('')) if (!objects.has(key)) await store.delete(key);
    for (const [key, bytes] of objects) await store.put(key, bytes);
  };
}
