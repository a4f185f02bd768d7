import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN_KEY, QUICK_DISK, SERVICE_TOKEN, send, startTestManager } from '@leadmaster/testkit';
import { Postgres, postgresMissing } from '@leadmaster/testkit/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { recoverHub, runCentralHub } from '../src/index.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(QUICK_DISK, 'leadmaster-hub-backup-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

const envOf = (dataDir: string, databaseUrl?: string) => ({
  ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  ...{ LEADMASTER_DATA_DIR: dataDir, HUB_PORT: '0', LOG_LEVEL: 'silent', LEADMASTER_ADMIN_KEY: ADMIN_KEY },
  LEADMASTER_SERVICE_TOKEN: SERVICE_TOKEN,
});

async function hubOn(dataDir: string, url: string, databaseUrl?: string) {
  const hub = await runCentralHub({
    ...{ env: envOf(dataDir, databaseUrl), version: '0.0.0' },
    local: { url, token: SERVICE_TOKEN },
  });
  onTestFinished(() => hub.shutdown('the test is over'));
  const port = Number(new URL(hub.url).port);
  return { hub, ask: (path: string, ask = {}) => send(port, path, ask) };
}

/** A fresh database for each place of a hub; undefined is SQLite in its folder. */
type Databases = () => Promise<string | undefined>;

test('a lost hub comes back from the vault: a key works, a revoked one does not, the audit is whole', () =>
  comesBack(async () => undefined));

test('so does one on PostgreSQL', { timeout: 60_000 }, async (context) => {
  const missing = postgresMissing();
  if (missing !== null) context.skip(missing);
  await using postgres = await Postgres.start();
  await comesBack(() => postgres.createDatabase());
});

async function comesBack(database: Databases): Promise<void> {
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  const url = `http://127.0.0.1:${manager.port}`;
  const [first, firstDatabase] = [await folder(), await database()];
  // Hubs on one PostgreSQL share a secret, which is made by the operator.
  if (firstDatabase !== undefined) await writeFile(join(first, 'hub.secret'), `${'5'.repeat(64)}\n`, { mode: 0o600 });
  const lost = await hubOn(first, url, firstDatabase);
  await lost.ask('/v1/tenants', { body: { name: 'acme' } });
  const make = async (name: string) =>
    (await lost.ask('/v1/keys', { body: { name, tenant: 'acme', scopes: ['read'] } })).json;
  const [kept, revoked] = [await make('kept'), await make('revoked')];
  const saved = async () => (await manager.context.hubBackups.list())[0];
  await expect.poll(async () => (await saved())?.number ?? 0, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = (await saved())?.number ?? 0;
  expect((await lost.ask(`/v1/keys/${revoked.id}`, { method: 'DELETE' })).status).toBe(204);
  // The revocation alone, without another word, makes a document.
  await expect.poll(async () => (await saved())?.number ?? 0, { timeout: 20_000 }).toBeGreaterThan(before);
  await lost.hub.shutdown('its machine is lost');
  // After that backup, and before its end, the hub had switched off the tenant: its machine was told.
  const hubId = (await saved())?.hub ?? '';
  const { revision } = manager.context.bounds.wordOf(hubId);
  await manager.context.bounds.say(hubId, { revision: revision + 1, machine: 'on', tenants: ['acme'], sessions: [] });

  const fresh = await folder();
  const there = envOf(fresh, await database());
  const newest = await manager.context.hubBackups.newest((await saved())?.hub ?? '');
  const back = await recoverHub(there, newest?.document ?? Buffer.alloc(0));
  expect(back).toMatchObject({ tenants: 1, keys: 1, machines: 1 });
  expect(await readdir(fresh)).toContain('hub.secret');
  const { ask } = await hubOn(fresh, url, there.DATABASE_URL);
  await expect.poll(async () => (await ask('/v1/tenants/acme')).json.sending, { timeout: 10_000 }).toBe('off');
  expect((await ask('/v1/sessions', { key: kept.key })).status).toBe(200);
  expect((await ask('/v1/sessions', { key: revoked.key })).status).toBe(401);
  expect((await ask('/v1/audit/verify')).json).toMatchObject({ ok: true, problems: [] });
  await expect(recoverHub(there, newest?.document ?? Buffer.alloc(0))).rejects.toMatchObject({
    code: there.DATABASE_URL === undefined ? 'data_folder_in_use' : 'wrong_state',
  });
}

test('the secret that a fresh start has made gives way to that of the hub, which opens its tokens and its audit', async () => {
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  const url = `http://127.0.0.1:${manager.port}`;
  const lost = await hubOn(await folder(), url);
  await lost.ask('/v1/tenants', { body: { name: 'acme' } });
  await expect.poll(async () => (await manager.context.hubBackups.list()).length, { timeout: 20_000 }).toBe(1);
  await lost.hub.shutdown('its machine is lost');
  const [held] = await manager.context.hubBackups.list();
  const document = (await manager.context.hubBackups.newest(held?.hub ?? ''))?.document ?? Buffer.alloc(0);

  const fresh = await folder();
  await (await hubOn(fresh, url)).hub.shutdown('the operator recovers');
  await recoverHub(envOf(fresh), document);
  const { ask } = await hubOn(fresh, url);
  expect((await ask('/v1/tenants')).json.items).toMatchObject([{ name: 'acme' }]);
  await expect(recoverHub(envOf(await folder()), Buffer.from('{}'))).rejects.toMatchObject({ code: 'store_damaged' });
});
