import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recentFiles, storageReport, trimReport } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

const OF_A = '/v1/sessions/a/storage';
const STORE = 'https_web.whatsapp.com_0.indexeddb.leveldb';
const MEDIA_BYTES = 300_000;

const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

/** Media that the page has cached: what a trim takes. */
async function putMedia(dataDir: string, session: string): Promise<void> {
  const folder = join(dataDir, 'tokens', session, 'Default/Service Worker/CacheStorage');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'one'), Buffer.alloc(MEDIA_BYTES, 1));
}

describe('storage', () => {
  test('tells the size of a profile, also of one that was not adopted', async () => {
    const { ask, given } = await serve();
    await given('a', 'READY');
    await given('stranger', 'UNCLAIMED');
    for (const name of ['a', 'stranger']) {
      const { status, json } = await ask(`/v1/sessions/${name}/storage`);
      expect(status).toBe(200);
      expect(storageReport.parse(json)).toEqual(json);
      expect(json.bytes).toBeGreaterThan(0);
      expect(Object.values<number>(json.classes).reduce((sum, bytes) => sum + bytes, 0)).toBe(json.bytes);
    }
    expect((await ask('/v1/sessions/none/storage')).json).toMatchObject({ status: 404, code: 'session_not_found' });
    expect((await ask(`${OF_A}?x=1`)).status).toBe(400);
  });

  test('lists what was changed lately', async () => {
    const { ask, dataDir, given } = await serve();
    await given('a', 'READY');
    await utimes(join(dataDir, 'tokens/a/Default/IndexedDB', STORE, 'CURRENT'), new Date(), hoursAgo(3));
    const { json } = await ask(`${OF_A}/recent`);
    expect(recentFiles.parse(json)).toEqual(json);
    expect(json.total).toBe(json.items.length);
    const within = (await ask(`${OF_A}/recent?hours=1`)).json;
    expect(within.total).toBe(json.total - 1);
    const first = (await ask(`${OF_A}/recent?hours=1&limit=2`)).json;
    expect(first).toEqual({ items: within.items.slice(0, 2), total: within.total });
    for (const query of [
      'hours=0',
      'hours=-1',
      'hours=1.5',
      'hours=x',
      'hours=87601',
      'limit=0',
      'limit=1001',
      'y=1',
    ]) {
      expect([query, (await ask(`${OF_A}/recent?${query}`)).status]).toEqual([query, 400]);
    }
  });

  test('is trimmed while stopped, or with a restart', async () => {
    const { ask, dataDir, engine, given } = await serve();
    await given('a', 'READY');
    await putMedia(dataDir, 'a');
    const trim = `${OF_A}/trim`;
    expect((await ask(trim, { method: 'POST' })).json).toMatchObject({ status: 409, code: 'session_running' });
    expect((await ask(`${trim}?restart=false`, { method: 'POST' })).status).toBe(409);
    expect((await ask(`${trim}?restart=yes`, { method: 'POST' })).status).toBe(400);
    expect((await ask(trim, { body: { restart: true } })).status).toBe(400);
    expect((await ask(OF_A)).json.bytes).toBeGreaterThan(MEDIA_BYTES);
    expect(engine.runs).toHaveLength(1);
    const { status, json } = await ask(`${trim}?restart=true`, { method: 'POST' });
    expect([status, trimReport.parse(json)]).toEqual([200, json]);
    expect(json.freedBytes).toBeGreaterThanOrEqual(MEDIA_BYTES);
    expect((await ask(OF_A)).json.bytes).toBe(json.bytes);
    await engine.runOf('a');
    await given('stranger', 'UNCLAIMED');
    expect((await ask('/v1/sessions/stranger/storage/trim', { method: 'POST' })).json.code).toBe('session_unclaimed');
  });

  test('a trim can be answered at once and followed', async () => {
    const { ask, dataDir, given } = await serve();
    await given('a', 'LINKED');
    await putMedia(dataDir, 'a');
    const headers = { prefer: 'respond-async' };
    const begun = await ask(`${OF_A}/trim`, { method: 'POST', headers });
    expect([begun.status, begun.headers['preference-applied'], begun.json.kind]).toEqual([
      202,
      'respond-async',
      'trim',
    ]);
    let ended = begun;
    while (ended.json.state === 'running')
      ended = await ask(`${begun.headers.location}?wait=5&after=${ended.json.revision}`);
    expect(ended.json).toMatchObject({ state: 'done', error: null });
    expect(ended.json.result.freedBytes).toBeGreaterThanOrEqual(MEDIA_BYTES);
  });

  test('a profile that cannot be read is told as it is', async () => {
    const { ask, dataDir, given } = await serve();
    await given('a', 'LINKED');
    await rm(join(dataDir, 'tokens/a'), { recursive: true });
    await writeFile(join(dataDir, 'tokens/a'), 'a file where the profile was');
    for (const [path, method] of [
      [OF_A, 'GET'],
      [`${OF_A}/recent`, 'GET'],
      [`${OF_A}/trim`, 'POST'],
    ] as const) {
      expect([path, (await ask(path, { method })).json]).toMatchObject([
        path,
        { status: 503, code: 'profile_unreadable' },
      ]);
    }
  });
});
