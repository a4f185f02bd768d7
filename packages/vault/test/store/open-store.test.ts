import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { folderError } from '../../src/store/folder-errors.ts';
import { openStore } from '../../src/store/open-store.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-store-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('a store that is opened by its URL', () => {
  test('is a folder, made only when that was asked for', async () => {
    const kept = await openStore('file:kept', { base: folder, create: true });
    expect(kept.name).toBe(`file:${folder}/kept`);
    await kept.put('a', Buffer.from('x'));
    const lost = await openStore('file:lost', { base: folder, retry: { attempts: 2, firstPauseMs: 1 } });
    await expect(lost.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'store_unreachable' });
    await expect(lost.get('a')).rejects.toMatchObject({ code: 'store_unreachable' });
    expect(existsSync(join(folder, 'lost'))).toBe(false);
  });

  test('a file in the place of the folder is told as that, and left as it is', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'mine');
    const store = await openStore(`file:${file}`, { base: folder, retry: { attempts: 1, firstPauseMs: 1 } });
    await expect(store.get('a')).rejects.toMatchObject({ message: `${file} is a file, and no folder` });
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({
      message: `${file} is a file, and no folder`,
    });
    for (const path of [file, join(file, 'below')]) {
      const made = await openStore(`file:${path}`, {
        base: folder,
        create: true,
        retry: { attempts: 1, firstPauseMs: 1 },
      });
      await expect(made.put('a', Buffer.from('x'))).rejects.toMatchObject({ hint: expect.stringContaining('folder') });
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a disk that is mounted read-only is not told as another owner', () => {
    const error = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    expect(folderError('/mnt/vault', 'writing vault', error)).toMatchObject({
      code: 'store_denied',
      hint: expect.stringContaining('read-only'),
    });
  });

  test('says what S3 lacks: credentials, a region', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_REGION']) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const absent = await openStore('s3://vault?endpoint=http://127.0.0.1:9', { base: '/' });
    await expect(absent.get('a')).rejects.toMatchObject({
      code: 'store_denied',
      hint: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const nowhere = await openStore('s3://vault', { base: '/', credentials });
    await expect(nowhere.get('a')).rejects.toMatchObject({
      code: 'store_denied',
      hint: expect.stringContaining('region='),
    });
  });
});
