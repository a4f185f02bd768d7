import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN_KEY, QUICK_DISK } from '@leadmaster/testkit';
import { Postgres, postgresMissing } from '@leadmaster/testkit/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { runCentralHub } from '../src/main.ts';
import { send } from './hub.ts';

test('a hub whose database is away at its start says so, and opens once it is there', async (context) => {
  const missing = postgresMissing();
  if (missing !== null) return context.skip(missing);
  await using server = await Postgres.start();
  const url = await server.createDatabase();
  await server.stopServer();
  const dataDir = await mkdtemp(join(QUICK_DISK, 'leadmaster-hub-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const secret = join(dataDir, 'hub.secret');
  await writeFile(secret, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  const hub = await runCentralHub({
    env: {
      LEADMASTER_DATA_DIR: dataDir,
      LEADMASTER_ADMIN_KEY: ADMIN_KEY,
      LOG_LEVEL: 'silent',
      HUB_PORT: '0',
      DATABASE_URL: url,
    },
    version: '0.0.0',
  });
  onTestFinished(() => hub.shutdown('the test is over'));
  const ask = (path: string) => send(Number(new URL(hub.url).port), path);
  expect((await ask('/v1/sessions')).json).toMatchObject({ status: 503, code: 'database_unreachable' });
  expect((await ask('/health')).status).toBe(200);
  expect((await ask('/ready')).status).toBe(503);
  await server.startServer();
  await expect.poll(async () => (await ask('/v1/sessions').catch(() => null))?.status).toBe(200);
  expect((await ask('/v1/sessions')).json).toEqual({ items: [], cursor: null });
  await hub.shutdown('the test is over');
  expect(await hub.finished).toBe(0);
});
