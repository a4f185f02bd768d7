import {
  LeadMasterError,
  operation,
  pruneReport,
  recoverable,
  recovered,
  session,
  snapshot,
  snapshotDetail,
  snapshotList,
  verifyReport,
} from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Ask, serve } from './serve.ts';

const OF_A = '/v1/sessions/a/snapshots';

describe('snapshots', () => {
  test('are taken, listed, shown and removed', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'READY');
    const first = await ask(OF_A, { method: 'POST' });
    expect([first.status, first.headers.location]).toEqual([201, `${OF_A}/${first.json.id}`]);
    expect(snapshot.parse(first.json)).toEqual(first.json);
    expect(first.json).toMatchObject({ session: 'a', kind: 'essential', reason: 'requested' });
    const full = await ask(OF_A, { body: { kind: 'full' } });
    expect([full.status, full.json.kind]).toEqual([201, 'full']);

    const list = await ask(OF_A);
    expect(snapshotList.parse(list.json).items.map(({ id }) => id)).toEqual([full.json.id, first.json.id]);
    const shown = await ask(String(first.headers.location));
    expect(snapshotDetail.parse(shown.json)).toMatchObject(first.json);
    const head = await ask(String(first.headers.location), { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);

    const gone = await ask(String(first.headers.location), { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await ask(String(first.headers.location))).json).toMatchObject({ status: 404, code: 'snapshot_not_found' });
    expect((await ask(OF_A)).json.items).toHaveLength(1);
    expect(snapshots.changes).toEqual(['snapshot a', 'snapshot a', `forget a ${first.json.id}`]);
  });

  test('stay when their session is deleted', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'STOPPED');
    const { id } = snapshots.take('a');
    await ask('/v1/sessions/a', { method: 'DELETE' });
    expect((await ask(OF_A)).json.items.map((each: { id: string }) => each.id)).toEqual([id]);
    expect((await ask('/v1/sessions/none/snapshots')).json).toMatchObject({ status: 404, code: 'session_not_found' });
  });

  test('are not taken of what has none to give', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'QR_REQUIRED');
    sessions.set('stranger', 'UNCLAIMED');
    for (const [name, status, code] of [
      ['a', 409, 'nothing_to_snapshot'],
      ['stranger', 409, 'session_unclaimed'],
      ['none', 404, 'session_not_found'],
    ] as const) {
      const refused = await ask(`/v1/sessions/${name}/snapshots`, { method: 'POST' });
      expect([name, refused.status, refused.json.code]).toEqual([name, status, code]);
      expect(refused.headers['content-type']).toContain('application/problem+json');
    }
  });

  test('are verified; damage is an answer', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'READY');
    const { id } = snapshots.take('a');
    const plain = await ask(`${OF_A}/${id}/verify`, { method: 'POST' });
    expect([plain.status, verifyReport.parse(plain.json).checks.map(({ name }) => name)]).toEqual([200, ['content']]);
    const drill = await ask(`${OF_A}/${id}/verify`, { body: { drill: true } });
    expect(drill.json).toMatchObject({ ok: true, checks: [{ name: 'content' }, { name: 'drill' }] });
    expect((await ask(`${OF_A}/${id}`)).json.verified).toBe(true);
    snapshots.damage(id);
    const damaged = await ask(`${OF_A}/${id}/verify`, { body: {} });
    expect([damaged.status, damaged.json.ok]).toEqual([200, false]);
  });

  test('are restored: not under a running session, nor over a newer login, unless told to', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'READY');
    const { id } = snapshots.take('a');
    const restore = (query: string, body?: unknown) =>
      ask(`${OF_A}/${id}/restore${query}`, body === undefined ? { method: 'POST' } : { body });
    const running = await restore('');
    expect([running.status, running.json.code]).toEqual([409, 'session_running']);
    expect((await restore('?restart=false', { start: true })).json.code).toBe('session_running');
    const restarted = await restore('?restart=true');
    expect([restarted.status, session.parse(restarted.json).state]).toEqual([200, 'READY']);

    sessions.set('a', 'STOPPED', { generation: 5 });
    expect((await restore('', { start: true })).json).toMatchObject({ status: 409, code: 'newer_login' });
    const over = await restore('', { overwriteNewer: true });
    expect([over.status, over.json.state]).toEqual([200, 'STOPPED']);
    sessions.set('a', 'STOPPED', { generation: 1 });
    expect((await restore('', { start: true })).json.state).toBe('READY');
    snapshots.damage(id);
    expect((await restore('?restart=true')).json).toMatchObject({ status: 502, code: 'snapshot_damaged' });
    expect(snapshots.changes).toEqual(Array(3).fill(`restore a ${id}`));
  });

  test('of an older vault are told as such until they are accepted', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'STOPPED');
    const { id } = snapshots.take('a');
    snapshots.rollBack('a', 'The vault is older than it was.');
    expect((await ask(OF_A)).json.problems).toMatchObject([{ kind: 'rolled_back' }]);
    const now = await ask(`${OF_A}/accept`, { method: 'POST' });
    expect([now.status, snapshotList.parse(now.json)]).toMatchObject([200, { items: [{ id }], problems: [] }]);
    expect(snapshots.changes).toEqual(['accept a']);
  });

  test('are pruned', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'READY');
    const [oldest] = [snapshots.take('a'), snapshots.take('a'), snapshots.take('a')];
    snapshots.take('b');
    const pruned = await ask(`${OF_A}/prune`, { method: 'POST' });
    expect([pruned.status, pruneReport.parse(pruned.json)]).toMatchObject([
      200,
      { session: 'a', forgotten: [oldest?.id], freedBytes: 1_048_576 },
    ]);
    expect((await ask(`${OF_A}/prune`, { body: {} })).json.forgotten).toEqual([]);
    expect((await ask('/v1/sessions/none/snapshots/prune', { method: 'POST' })).json.code).toBe('session_not_found');
    expect(snapshots.changes).toEqual(['prune a', 'prune a']);
  });

  test('a prune that had nothing to say of the session says so', async () => {
    const { ask, snapshots } = await serve();
    snapshots.prune = async () => [];
    const nothing = await ask(`${OF_A}/prune`, { method: 'POST' });
    expect(pruneReport.parse(nothing.json)).toMatchObject({ session: 'a', forgotten: [], freedBytes: 0 });
  });
});

describe('recover', () => {
  test('lists what the vault holds, and brings it back once the origin is retired', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('here', 'READY');
    for (const name of ['here', 'a', 'b']) snapshots.take(name);
    const list = await ask('/v1/recover');
    const items = z.array(recoverable).parse(list.json.items);
    expect(items.map(({ session: name, isHere }) => [name, isHere])).toEqual([
      ['here', true],
      ['a', false],
      ['b', false],
    ]);
    for (const ask409 of [
      { method: 'POST' },
      { body: {} },
      { body: { sessions: ['a'], originRetired: false } },
    ] as Ask[]) {
      expect((await ask('/v1/recover', ask409)).json).toMatchObject({ status: 409, code: 'origin_not_retired' });
    }
    const one = await ask('/v1/recover', { body: { sessions: ['a', 'lost'], originRetired: true, start: false } });
    expect([one.status, recovered.parse(one.json).items.map(({ ok }) => ok)]).toEqual([200, [true, false]]);
    const rest = await ask('/v1/recover', { body: { originRetired: true } });
    expect(rest.json.items).toMatchObject([{ session: 'b', ok: true, detail: 'READY' }]);
    expect((await sessions.get('a')).state).toBe('STOPPED');
    expect(snapshots.changes).toEqual(['recover a', 'recover b']);
  });
});

describe('what is refused', () => {
  const id = '1-00000001';
  const cases: [string, string, Ask, number, string][] = [
    ['bad name', '/v1/sessions/Ventas/snapshots', {}, 400, 'invalid_session_name'],
    ['bad id', `${OF_A}/a%2fb`, {}, 400, 'invalid_request'],
    ['long id', `${OF_A}/${'a'.repeat(129)}`, {}, 400, 'invalid_request'],
    ['unknown id', `${OF_A}/9-0000`, {}, 404, 'snapshot_not_found'],
    ['unknown id removed', `${OF_A}/9-0000`, { method: 'DELETE' }, 404, 'snapshot_not_found'],
    ['unknown id verified', `${OF_A}/9-0000/verify`, { method: 'POST' }, 404, 'snapshot_not_found'],
    ['unknown id restored', `${OF_A}/9-0000/restore`, { method: 'POST' }, 404, 'snapshot_not_found'],
    ['unknown kind', OF_A, { body: { kind: 'some' } }, 400, 'invalid_request'],
    ['unknown field', OF_A, { body: { kind: 'full', reason: 'x' } }, 400, 'invalid_request'],
    ['drill of wrong type', `${OF_A}/${id}/verify`, { body: { drill: 'yes' } }, 400, 'invalid_request'],
    ['start of wrong type', `${OF_A}/${id}/restore`, { body: { start: 1 } }, 400, 'invalid_request'],
    ['restart in the body', `${OF_A}/${id}/restore`, { body: { restart: true } }, 400, 'invalid_request'],
    ['restart that is neither', `${OF_A}/${id}/restore?restart=1`, { method: 'POST' }, 400, 'invalid_request'],
    ['query of verify', `${OF_A}/${id}/verify?drill=true`, { method: 'POST' }, 400, 'invalid_request'],
    ['body of prune', `${OF_A}/prune`, { body: { keep: 1 } }, 400, 'invalid_request'],
    ['name in recover', '/v1/recover', { body: { sessions: ['../x'] } }, 400, 'invalid_session_name'],
    ['no names in recover', '/v1/recover', { body: { sessions: [] } }, 400, 'invalid_request'],
    ['cut JSON', '/v1/recover', { body: '{"originRetired":' }, 400, 'invalid_request'],
    ['text', OF_A, { body: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['too large', OF_A, { body: Buffer.alloc(1_048_577, 32) }, 413, 'payload_too_large'],
    ['GET of verify', `${OF_A}/${id}/verify`, {}, 405, 'method_not_allowed'],
    ['PUT of a snapshot', `${OF_A}/${id}`, { method: 'PUT' }, 405, 'method_not_allowed'],
    ['no key', OF_A, { key: null }, 401, 'unauthorized'],
    ['no key, async', OF_A, { method: 'POST', key: null, headers: { prefer: 'respond-async' } }, 401, 'unauthorized'],
  ];

  test('every case, and nothing is changed or begun by one that is malformed', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('a', 'STOPPED');
    snapshots.take('a');
    for (const [name, path, what, status, code] of cases) {
      const answer = await ask(path, what);
      expect([name, answer.status, answer.json?.code]).toEqual([name, status, code]);
      expect(answer.json.hint).not.toBe('');
    }
    expect(snapshots.changes).toEqual([]);
    const begun = z.array(operation).parse((await ask('/v1/operations')).json.items);
    expect(begun.map(({ kind, error }) => [kind, error?.code])).toEqual([
      ['restore', 'snapshot_not_found'],
      ['verify', 'snapshot_not_found'],
    ]);
  });

  test('a failing vault gives its own error on every route', async () => {
    const { ask, snapshots, logLines } = await serve();
    snapshots.failure = new LeadMasterError('store_unreachable', 'no answer', 'look at the network', {
      extra: { tries: 5 },
    });
    for (const [path, method] of [
      [OF_A, 'GET'],
      [OF_A, 'POST'],
      [`${OF_A}/${id}`, 'GET'],
      [`${OF_A}/${id}`, 'DELETE'],
      [`${OF_A}/${id}/verify`, 'POST'],
      [`${OF_A}/${id}/restore`, 'POST'],
      [`${OF_A}/prune`, 'POST'],
      ['/v1/recover', 'GET'],
      ['/v1/recover', 'POST'],
    ] as const) {
      const answer = await ask(path, { method });
      expect([path, answer.status, answer.json]).toMatchObject([path, 503, { code: 'store_unreachable', tries: 5 }]);
    }
    snapshots.failure = new Error('secret detail');
    const answer = await ask(OF_A, { method: 'POST' });
    expect([answer.status, answer.json.code, answer.text.includes('secret')]).toEqual([500, 'internal', false]);
    expect(logLines.join('\n')).toContain('secret detail');
  });
});
