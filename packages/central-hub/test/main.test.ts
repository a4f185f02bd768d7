import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QUICK_DISK } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningHub, runCentralHub } from '../src/index.ts';

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(QUICK_DISK, 'leadmaster-hub-main-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function hubOn(dataDir: string): Promise<RunningHub> {
  const env = { LEADMASTER_DATA_DIR: dataDir, HUB_PORT: '0', LOG_LEVEL: 'silent' };
  const hub = await runCentralHub({ env, version: '0.0.0' });
  onTestFinished(() => hub.shutdown('the test is over'));
  return hub;
}

test('a second hub on the same hub.db is refused at once, and the first one answers on', async () => {
  const dataDir = await dataFolder();
  const first = await hubOn(dataDir);
  await expect(hubOn(dataDir)).rejects.toMatchObject({
    code: 'data_folder_in_use',
    message: expect.stringContaining('Another hub') as string,
  });
  expect((await fetch(`${first.url}/health`)).status).toBe(200);
});

test('a hub that has ended leaves hub.db to the next one', async () => {
  const dataDir = await dataFolder();
  const first = await hubOn(dataDir);
  await first.shutdown('another one takes over');
  const second = await hubOn(dataDir);
  expect((await fetch(`${second.url}/health`)).status).toBe(200);
});
