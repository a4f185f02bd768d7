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
import { usedSince, vaultOf } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Ask, serve } from './serve.ts';

const OF_A = '/v1/sessions/a/snapshots';

describe('snapshots', () => {
  test('are taken, listed, shown and removed', async () => {
    const { ask, given } = await serve();
    await given('a', 'READY');
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
    expect((await ask(OF_A)).json.items).toEqual([full.json]);
  });

  test('stay when their session is deleted', async () => {
    const { ask, given, take } = await serve();
    await given('a', 'LINKED');
    const { id } = await take('a');
    await ask('/v1/sessions/a', { method: 'DELETE' });
    expect((await ask(OF_A)).json.items.map((each: { id: string }) => each.id)).toContain(id);
    expect((await ask('/v1/sessions/none/snapshots')).json).toMatchObject({ status: 404, code: 'session_not_found' });
  });

  test('are not taken of what has none to give', async () => {
    const { ask, given } = await serve();
    await given('a', 'QR_REQUIRED');
    await given('stranger', 'UNCLAIMED');
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
    const { ask, damageVault, given, take } = await serve();
    await given('a', 'LINKED');
    const { id } = await take('a');
    const plain = await ask(`${OF_A}/${id}/verify`, { method: 'POST' });
    expect([plain.status, verifyReport.parse(plain.json).checks.map(({ name }) => name)]).toEqual([200, ['bytes']]);
    const drill = await ask(`${OF_A}/${id}/verify`, { body: { drill: true } });
    expect(drill.json.ok).toBe(true);
    expect(drill.json.checks.map(({ name }: { name: string }) => name)).toContain('boot');
    expect((await ask(`${OF_A}/${id}`)).json.verified).toBe(true);
    await damageVault();
    const damaged = await ask(`${OF_A}/${id}/verify`, { body: {} });
    expect([damaged.status, damaged.json.ok]).toEqual([200, false]);
  });

  test('are restored: not under a running session, nor over a newer login, unless told to', async () => {
    const { ask, damageVault, dataDir, given, take, until } = await serve();
    await given('a', 'READY');
    const { id } = await take('a');
    const restore = (query: string, body?: unknown) =>
      ask(`${OF_A}/${id}/restore${query}`, body === undefined ? { method: 'POST' } : { body });
    const running = await restore('');
    expect([running.status, running.json.code]).toEqual([409, 'session_running']);
    expect((await restore('?restart=false', { start: true })).json.code).toBe('session_running');
    const restarted = await restore('?restart=true');
    expect([restarted.status, session.parse(restarted.json).desired]).toEqual([200, 'running']);
    await given('a', 'READY');

    await given('a', 'STOPPED');
    await usedSince(dataDir, 'a');
    expect((await restore('', { start: true })).json).toMatchObject({ status: 409, code: 'newer_login' });
    const over = await restore('', { overwriteNewer: true });
    expect([over.status, over.json.state]).toEqual([200, 'STOPPED']);
    expect((await restore('', { start: true })).json.desired).toBe('running');
    await until('a', 'RECONNECTING');
    const { json: kept } = await ask('/v1/sessions/a');
    await damageVault();
    expect((await restore('?restart=true')).json).toMatchObject({ status: 502, code: 'snapshot_damaged' });
    expect((await ask('/v1/sessions/a')).json.generation).toBe(kept.generation);
  });

  test('of an older vault are told as such until they are accepted', async () => {
    const { ask, given, olderVault, take } = await serve();
    await given('a', 'LINKED');
    const { id } = await take('a');
    const putBack = await olderVault();
    await take('a');
    await putBack();
    expect((await ask(OF_A)).json.problems).toMatchObject([{ kind: 'rolled_back' }]);
    const now = await ask(`${OF_A}/accept`, { method: 'POST' });
    expect([now.status, snapshotList.parse(now.json)]).toMatchObject([200, { items: [{ id }], problems: [] }]);
    expect((await ask(OF_A)).json.problems).toEqual([]);
  });

  test('are pruned', async () => {
    const { ask, given, take } = await serve({ env: { SNAPSHOT_KEEP: 'last=2' } });
    await given('a', 'LINKED');
    await given('b', 'LINKED');
    const [oldest, , newest] = [await take('a'), await take('a'), await take('a')];
    await take('b');
    const pruned = await ask(`${OF_A}/prune`, { method: 'POST' });
    expect([pruned.status, pruneReport.parse(pruned.json)]).toMatchObject([
      200,
      { session: 'a', forgotten: [oldest.id] },
    ]);
    expect((await ask(`${OF_A}/prune`, { body: {} })).json.forgotten).toEqual([]);
    expect((await ask(OF_A)).json.items[0].id).toBe(newest.id);
    expect((await ask('/v1/sessions/b/snapshots')).json.items).toHaveLength(1);
    expect((await ask('/v1/sessions/none/snapshots/prune', { method: 'POST' })).json.code).toBe('session_not_found');
  });

  test('that a session has none of yet, are pruned to none', async () => {
    const { ask, given } = await serve();
    await given('a', 'LINKED');
    const nothing = await ask(`${OF_A}/prune`, { method: 'POST' });
    expect(pruneReport.parse(nothing.json)).toMatchObject({ session: 'a', forgotten: [], freedBytes: 0 });
    const look = await ask(`${OF_A}/9-0000`);
    expect([look.status, look.json.code]).toEqual([404, 'snapshot_not_found']);
  });
});

describe('recover', () => {
  test('lists what the vault holds, and brings it back once the origin is retired', async () => {
    const { ask, given, sessions } = await serve(await vaultOf({ a: 1, b: 1 }));
    await given('here', 'LINKED');
    await ask('/v1/sessions/here/snapshots', { method: 'POST' });
    const list = await ask('/v1/recover');
    const items = z.array(recoverable).parse(list.json.items);
    expect(items.map(({ session: name, isHere }) => [name, isHere])).toEqual([
      ['a', false],
      ['b', false],
      ['here', true],
    ]);
    for (const ask409 of [
      { method: 'POST' },
      { body: {} },
      { body: { sessions: ['a'], originRetired: false } },
    ] as Ask[]) {
      expect((await ask('/v1/recover', ask409)).json).toMatchObject({ status: 409, code: 'origin_not_retired' });
    }
    const lost = await ask('/v1/recover', { body: { sessions: ['a', 'lost'], originRetired: true } });
    expect(lost.json).toMatchObject({ status: 404, code: 'session_not_found' });
    const one = await ask('/v1/recover', { body: { sessions: ['a', 'here'], originRetired: true, start: false } });
    expect([one.status, recovered.parse(one.json).items.map(({ ok }) => ok)]).toEqual([200, [true, false]]);
    const rest = await ask('/v1/recover', { body: { originRetired: true } });
    expect(rest.json.items).toMatchObject([{ session: 'b', ok: true }]);
    expect((await sessions.get('a')).state).toBe('STOPPED');
    expect((await sessions.get('b')).desired).toBe('running');
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
    const { ask, fingerprint, given, take } = await serve();
    await given('a', 'LINKED');
    await take('a');
    const before = await fingerprint();
    for (const [name, path, what, status, code] of cases) {
      const answer = await ask(path, what);
      expect([name, answer.status, answer.json?.code]).toEqual([name, status, code]);
      expect(answer.json.hint).not.toBe('');
    }
    expect(await fingerprint()).toBe(before);
    const begun = z.array(operation).parse((await ask('/v1/operations')).json.items);
    expect(begun.map(({ kind, error }) => [kind, error?.code])).toEqual([
      ['restore', 'snapshot_not_found'],
      ['verify', 'snapshot_not_found'],
    ]);
  });

  test('a failing vault is told as it is, by every route of snapshots', async () => {
    const { ask, blobs, given, logLines, take } = await serve();
    await given('a', 'LINKED');
    const { id: taken } = await take('a');
    const away = new LeadMasterError('store_unreachable', 'no answer', 'look at the network', { extra: { tries: 5 } });
    blobs.plan({ what: 'fail', times: Number.POSITIVE_INFINITY, error: away });
    for (const [path, method] of [
      [OF_A, 'GET'],
      [OF_A, 'POST'],
      [`${OF_A}/${taken}`, 'GET'],
      [`${OF_A}/${taken}`, 'DELETE'],
      [`${OF_A}/${taken}/verify`, 'POST'],
      [`${OF_A}/${taken}/restore`, 'POST'],
      [`${OF_A}/prune`, 'POST'],
      ['/v1/recover', 'GET'],
    ] as const) {
      const answer = await ask(path, { method });
      expect([path, method, answer.status, answer.json]).toMatchObject([
        ...[path, method, 503],
        { code: 'store_unreachable', tries: 5 },
      ]);
    }
    const recover = await ask('/v1/recover', { body: { originRetired: true } });
    expect(recover.json).toMatchObject({ code: 'store_unreachable' });
    blobs.heal();
    blobs.plan({ what: 'fail', on: 'put', times: Number.POSITIVE_INFINITY, error: new Error('secret detail') });
    const answer = await ask(OF_A, { method: 'POST' });
    expect([answer.status, answer.json.code, answer.text.includes('secret')]).toEqual([500, 'internal', false]);
    expect(logLines.join('\n')).toContain('secret detail');
  });
});
