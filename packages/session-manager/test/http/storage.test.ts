import { LeadMasterError, recentFiles, storageReport, trimReport } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

const OF_A = '/v1/sessions/a/storage';

describe('storage', () => {
  test('gives the size of a profile, also of an unclaimed one', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'READY');
    sessions.set('stranger', 'UNCLAIMED');
    for (const name of ['a', 'stranger']) {
      const { status, json } = await ask(`/v1/sessions/${name}/storage`);
      expect(status).toBe(200);
      expect(storageReport.parse(json)).toEqual(json);
      expect(Object.values<number>(json.classes).reduce((sum, bytes) => sum + bytes, 0)).toBe(json.bytes);
    }
    expect((await ask('/v1/sessions/none/storage')).json).toMatchObject({ status: 404, code: 'session_not_found' });
    expect((await ask(`${OF_A}?x=1`)).status).toBe(400);
  });

  test('lists what was changed lately', async () => {
    const { ask, sessions, storage } = await serve();
    sessions.set('a', 'READY');
    const { json } = await ask(`${OF_A}/recent`);
    expect(recentFiles.parse(json)).toEqual(json);
    expect(storage.asked).toEqual({ hours: 24, limit: 1000 });
    await ask(`${OF_A}/recent?hours=1&limit=5`);
    expect(storage.asked).toEqual({ hours: 1, limit: 5 });
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
    const { ask, sessions, storage } = await serve();
    sessions.set('a', 'READY');
    const trim = `${OF_A}/trim`;
    expect((await ask(trim, { method: 'POST' })).json).toMatchObject({ status: 409, code: 'session_running' });
    expect((await ask(`${trim}?restart=false`, { method: 'POST' })).status).toBe(409);
    expect((await ask(`${trim}?restart=yes`, { method: 'POST' })).status).toBe(400);
    expect((await ask(trim, { body: { restart: true } })).status).toBe(400);
    expect(storage.changes).toEqual([]);
    const { status, json } = await ask(`${trim}?restart=true`, { method: 'POST' });
    expect([status, trimReport.parse(json)]).toEqual([200, json]);
    expect(json.freedBytes).toBe(800 * 2 ** 20);
    expect((await ask(OF_A)).json.bytes).toBe(json.bytes);
    sessions.set('stranger', 'UNCLAIMED');
    expect((await ask('/v1/sessions/stranger/storage/trim', { method: 'POST' })).json.code).toBe('session_unclaimed');
  });

  test('a trim can be answered at once and followed', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'STOPPED');
    const headers = { prefer: 'respond-async' };
    const begun = await ask(`${OF_A}/trim`, { method: 'POST', headers });
    expect([begun.status, begun.headers['preference-applied'], begun.json.kind]).toEqual([
      202,
      'respond-async',
      'trim',
    ]);
    const ended = await ask(`${begun.headers.location}?wait=5&after=${begun.json.revision}`);
    expect(ended.json).toMatchObject({ state: 'done', result: { freedBytes: 800 * 2 ** 20 } });
  });

  test('a disk that refuses is told as it is', async () => {
    const { ask, sessions, storage } = await serve();
    sessions.set('a', 'STOPPED');
    storage.failure = new LeadMasterError('profile_unreadable', '/x cannot be read (EIO)', 'Look at the disk.');
    for (const [path, method] of [
      [OF_A, 'GET'],
      [`${OF_A}/recent`, 'GET'],
      [`${OF_A}/trim`, 'POST'],
    ] as const) {
      expect((await ask(path, { method })).json).toMatchObject({ status: 503, code: 'profile_unreadable' });
    }
  });
});
