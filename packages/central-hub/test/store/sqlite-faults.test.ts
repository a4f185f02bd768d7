import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { event, leased, news, open, refusal, SEAL, SILENT, SQLITE_KIND, tenant } from './fixtures.ts';

async function written() {
  const place = await SQLITE_KIND.place();
  const store = await open(place);
  await store.events.append(await leased(store), news(0, [event(1)]));
  await store.close();
  return { place, file: join(place.dataDir, 'hub.db') };
}

function opening(place: { url: null | string; dataDir: string }) {
  return refusal(openStore({ ...place, seal: SEAL, log: SILENT }));
}

test('what was written is there when the store is opened again, under the same identity', async () => {
  const place = await SQLITE_KIND.place();
  const first = await open(place);
  await first.tenants.create(tenant('acme'));
  await first.close();
  const again = await open(place);
  expect(again.logId).toBe(first.logId);
  expect(again.logId).toMatch(/^[0-9a-f]{16}$/);
  expect(await again.tenants.get('acme')).toEqual(tenant('acme'));
  expect(statSync(join(place.dataDir, 'hub.db')).mode & 0o777).toBe(0o600);
});

test('a damaged file is refused and not touched', async () => {
  const { place, file } = await written();
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0x5a, 4096, 8192));
  const refused = await opening(place);
  expect([refused.code, refused.message]).toEqual(['storage_failed', expect.stringContaining('damaged')]);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  truncateSync(file, 0);
  expect((await opening(place)).code).toBe('storage_failed');
});

test('a file of a newer program is refused', async () => {
  const { place, file } = await written();
  const db = new Database(file);
  db.exec(`INSERT INTO schema_migrations (version, name, at) VALUES (99, 'later', 'then')`);
  db.close();
  expect(await opening(place)).toMatchObject({
    code: 'storage_failed',
    extra: { found: 99, known: MIGRATIONS.at(-1)?.version },
  });
});

test('what the disk refuses is told, and what was there is still there', async () => {
  const { place, file } = await written();
  const store = await open(place);
  // Another program that holds the file, as a backup does.
  const other = new Database(file, { timeout: 0 });
  other.exec('BEGIN IMMEDIATE');
  const refused = await refusal(store.tenants.create(tenant('acme')));
  expect([refused.code, refused.hint]).toEqual(['storage_failed', expect.stringContaining('backup')]);
  other.exec('ROLLBACK');
  other.close();
  await store.tenants.create(tenant('acme'));
  expect((await store.events.page({ after: 0, limit: 9 })).items).toHaveLength(1);
});

test('a store that is closed says so', async () => {
  const store = await open(await SQLITE_KIND.place());
  await store.close();
  expect((await refusal(store.keys.revision())).code).toBe('shutting_down');
  expect((await refusal(store.tenants.create(tenant('acme')))).code).toBe('shutting_down');
  await store.close();
});
