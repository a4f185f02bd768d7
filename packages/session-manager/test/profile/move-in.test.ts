import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import { expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';

const WHY = { reason: 'adopted', generation: 0, committedAt: '2026-01-01T00:00:00.000Z' };

test.each(['EACCES', 'EBUSY', 'EXDEV'])(
  'a profile that cannot be moved (%s) stays as it was, without a record of ours',
  async (code) => {
    const source = join(await tempFolder(), 'session-bot');
    await putLogin(source);
    const before = (await readdir(source, { recursive: true })).sort();
    const fs = failingFs((what, path) => (what === 'rename' && path === source ? code : undefined));
    const store = createProfileStore({ dataDir: await tempFolder(), fs });
    await expect(store.moveIn('bot', source, WHY)).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining(code === 'EXDEV' ? 'tokens/bot' : source),
    });
    expect((await readdir(source, { recursive: true })).sort()).toEqual(before);
    expect(await store.list()).toEqual([]);
  },
);

test('nor is the record changed that another LeadMaster has left in it', async () => {
  const elsewhere = createProfileStore({ dataDir: await tempFolder() });
  await elsewhere.create('bot');
  const source = elsewhere.locate('bot');
  await putLogin(source);
  const record = await readFile(join(source, RECORD_FILE), 'utf8');
  const fs = failingFs((what, path) => (what === 'rename' && path === source ? 'EACCES' : undefined));
  const store = createProfileStore({ dataDir: await tempFolder(), fs });
  await expect(store.moveIn('ventas', source, { ...WHY, formerly: 'bot' })).rejects.toMatchObject({
    code: 'storage_failed',
  });
  expect(await readFile(join(source, RECORD_FILE), 'utf8')).toBe(record);
});
