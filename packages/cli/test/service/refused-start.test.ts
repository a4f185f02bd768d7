import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@leadmaster/testkit/free-port';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { startServices } from '../../src/service/services.ts';

/** The settings of a first start; its data folder is not there yet. */
async function firstStart() {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-ports-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [manager, hub] = [String(await freePort()), String(await freePort())];
  const dataDir = join(folder, 'data');
  const env = {
    ...{ LEADMASTER_DATA_DIR: dataDir, LEADMASTER_ENV_FILE: '/dev/null', LOG_LEVEL: 'fatal' },
    ...{ SESSION_MANAGER_PORT: manager, HUB_PORT: hub },
  };
  return { dataDir, env };
}

async function occupy(port: string): Promise<void> {
  const other = createServer().listen(Number(port), '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(async () => void (await once(other.close(), 'close')));
}

test.each(['SESSION_MANAGER_PORT', 'HUB_PORT'] as const)(
  'a start of both services whose %s is taken is refused, names it and makes nothing',
  async (setting) => {
    const { dataDir, env } = await firstStart();
    await occupy(env[setting]);
    await expect(startServices({ which: 'both', env, logTo: 'stderr' })).rejects.toMatchObject({
      code: 'port_unavailable',
      hint: expect.stringContaining(setting),
    });
    await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('one port for both services is refused, and nothing is made', async () => {
  const { dataDir, env } = await firstStart();
  const same = { ...env, HUB_PORT: env.SESSION_MANAGER_PORT };
  await expect(startServices({ which: 'both', env: same, logTo: 'stderr' })).rejects.toMatchObject({
    code: 'port_unavailable',
    hint: expect.stringContaining('HUB_PORT'),
  });
  await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a setting of the hub that is out of rule is told before anything is made', async () => {
  const { dataDir, env } = await firstStart();
  const start = startServices({ which: 'both', env: { ...env, HUB_PORT: 'x' }, logTo: 'stderr' });
  await expect(start).rejects.toThrow('HUB_PORT');
  await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a hub.db of a newer version is refused before the session manager starts and changes anything', async () => {
  const { dataDir, env } = await firstStart();
  const first = await startServices({ which: 'both', env, logTo: 'stderr' });
  await first.shutdown('the test goes on', 0);
  const hub = new Database(join(dataDir, 'hub.db'));
  hub.exec(`INSERT INTO schema_migrations VALUES (999, 'later', 'x')`);
  hub.close();
  const kept = ['session-manager.db', 'place.txt'].map((name) => join(dataDir, name));
  const read = () => Promise.all(kept.map((file) => readFile(file, 'base64')));
  const before = await read();
  await expect(startServices({ which: 'both', env, logTo: 'stderr' })).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('schema version 999'),
  });
  expect(await read()).toEqual(before);
});

test('a second start on a data folder in use names the service there, not its ports', async () => {
  const { env } = await firstStart();
  const running = await startServices({ which: 'both', env, logTo: 'stderr' });
  onTestFinished(async () => void (await running.shutdown('the test is over', 0)));
  await expect(startServices({ which: 'both', env, logTo: 'stderr' })).rejects.toMatchObject({
    code: 'data_folder_in_use',
  });
});
