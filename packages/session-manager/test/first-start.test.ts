import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@leadmaster/testkit/free-port';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readConfig } from '../src/config/index.ts';
import { type RunningService, runSessionManager } from '../src/main.ts';
import { openOffline } from '../src/offline.ts';

/** An empty data folder, and what starts a service on it that has opened its vault or cannot. */
async function machine() {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-first-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const env = { LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: String(await freePort()), LOG_LEVEL: 'fatal' };
  const start = async (): Promise<RunningService> => {
    const service = await runSessionManager({ env });
    await service.context.snapshots.idle();
    return service;
  };
  return { dataDir, env, key: join(dataDir, 'vault.key'), start };
}

test('the first start makes the key and the vault, for commands with the service down as well', async () => {
  const { env, key, start } = await machine();
  expect(await (await start()).shutdown('done')).toBeUndefined();
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  const offline = await openOffline(readConfig(env));
  expect(await offline.snapshots.recoverable()).toEqual([]);
  await offline.close();
});

test('no later start makes a key for a vault whose key is missing, and the service runs anyway', async () => {
  const { key, start } = await machine();
  await (await start()).shutdown('done');
  await rm(key);
  const service = await start();
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  await expect(service.context.snapshots.recoverable()).rejects.toMatchObject({ code: 'vault_key_missing' });
  await expect(access(key)).rejects.toMatchObject({ code: 'ENOENT' });
  await service.shutdown('done');
});

test('LOGIN_MODE=local without a screen is refused at the start, and nothing is made', async () => {
  const { dataDir, env } = await machine();
  vi.stubEnv('DISPLAY', undefined).stubEnv('WAYLAND_DISPLAY', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(runSessionManager({ env: { ...env, LOGIN_MODE: 'local' } })).rejects.toMatchObject({
    code: 'display_missing',
    hint: expect.stringContaining('LOGIN_MODE=qr'),
  });
  expect(await readdir(dataDir)).toEqual([]);
});

test('a start that is refused because its port is taken makes nothing, and one beside its own service names that', async () => {
  const { dataDir, env, start } = await machine();
  await rm(dataDir, { recursive: true });
  const other = createServer().listen(Number(env.SESSION_MANAGER_PORT), '127.0.0.1');
  await once(other, 'listening');
  await expect(runSessionManager({ env })).rejects.toMatchObject({ code: 'port_unavailable' });
  await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  await mkdir(dataDir);
  await expect(runSessionManager({ env })).rejects.toMatchObject({ code: 'port_unavailable' });
  expect(await readdir(dataDir)).toEqual([]);
  other.close();
  await once(other, 'close');
  const service = await start();
  await expect(runSessionManager({ env })).rejects.toMatchObject({ code: 'data_folder_in_use' });
  await service.shutdown('done');
});
