import { request as httpRequest } from 'node:http';
import { LeadMasterError, type Operation, operation, type Snapshot } from '@leadmaster/protocol';
import { Operations } from '@leadmaster/service-kit/http';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, serve } from './serve.ts';

const OF_A = '/v1/sessions/a/snapshots';
const ASYNC = { method: 'POST', headers: { prefer: 'respond-async' } };

/** A server with a session whose next long call stops in its middle. */
async function held(timing = {}) {
  const manager = await serve({ timing: { progressMs: 0, ...timing } });
  await manager.given('a', 'LINKED');
  manager.captures.hold();
  return manager;
}

describe('a long call that is answered at once', () => {
  test('says where to follow it, and holds in the end what the call would have answered', async () => {
    const { ask, captures } = await held();
    const begun = await ask(OF_A, ASYNC);
    expect(begun.status).toBe(202);
    expect(operation.parse(begun.json)).toMatchObject({
      kind: 'snapshot',
      session: 'a',
      state: 'running',
      endedAt: null,
    });
    const location = `/v1/operations/${begun.json.id}`;
    expect(begun.headers).toMatchObject({ location, 'preference-applied': 'respond-async' });

    const end = ask(`${location}?wait=30`);
    await expect.poll(() => captures.working).toEqual(['a']);
    expect((await ask(location)).json).toMatchObject({ state: 'running', progress: { phase: 'copying', done: 0 } });
    captures.release();
    const done: Operation = (await end).json;
    expect(done).toMatchObject({ state: 'done', error: null, endedAt: expect.any(String) });
    const [taken] = (await ask(OF_A)).json.items as Snapshot[];
    expect(done.result).toEqual(taken);
    expect((await ask('/v1/operations')).json.items).toEqual([done]);
  });

  test('with every request, and beside other preferences', async () => {
    const { ask, given, take } = await serve();
    await given('a', 'LINKED');
    const { id } = await take('a');
    const headers = { prefer: ['wait=1, return=minimal', 'respond-async; x="a,b"'] };
    for (const [path, kind, name] of [
      [`${OF_A}/${id}/verify`, 'verify', 'a'],
      [`${OF_A}/${id}/restore`, 'restore', 'a'],
      [`${OF_A}/prune`, 'prune', 'a'],
      ['/v1/recover', 'recover', null],
    ] as const) {
      const begun = await ask(path, { method: 'POST', headers });
      expect([path, begun.status, begun.json.kind, begun.json.session]).toEqual([path, 202, kind, name]);
      const { json: end } = await ask(`${begun.headers.location}?wait=30`);
      expect([path, end.state]).toEqual([path, kind === 'recover' ? 'failed' : 'done']);
    }
    const sync = await ask(OF_A, { method: 'POST', headers: { prefer: 'wait=1; respond-async' } });
    expect([sync.status, sync.headers['preference-applied']]).toEqual([201, undefined]);
    const kinds = (await ask('/v1/operations')).json.items.map((each: Operation) => each.kind);
    expect(kinds).toEqual(['snapshot', 'recover', 'prune', 'restore', 'verify']);
    expect((await ask('/v1/operations?limit=2')).json.items).toHaveLength(2);
  });

  test('keeps the refusal as a problem; our own faults are in the log alone', async () => {
    const { ask, given, faults, logLines } = await serve();
    const refused = await ask('/v1/sessions/none/snapshots', ASYNC);
    expect(refused.status).toBe(202);
    expect((await ask(`${refused.headers.location}?wait=30`)).json).toMatchObject({
      state: 'failed',
      result: null,
      error: { status: 404, code: 'session_not_found', hint: expect.stringMatching(/\S/) },
    });
    await given('a', 'LINKED');
    faults.error = () => new Error('secret detail');
    faults.fails = (call) => call === 'snapshots.created';
    const fault = await ask(OF_A, ASYNC);
    const end = await ask(`${fault.headers.location}?wait=30`);
    expect([end.json.error.code, end.text.includes('secret')]).toEqual(['internal', false]);
    const lines = logLines.filter((line) => line.includes('secret detail'));
    expect(lines.join('\n')).toContain(fault.json.id);
  });
});

describe('following an operation', () => {
  test('each answer is a newer revision, up to the end', async () => {
    const { ask, blobs, captures } = await held();
    const stored = Promise.withResolvers<void>();
    blobs.plan({ what: 'wait', on: 'put', key: /^packs/, until: stored.promise });
    const { headers, json } = await ask(OF_A, ASYNC);
    await expect.poll(() => captures.working).toHaveLength(1);
    let known: Operation = (await ask(`${headers.location}?wait=30&after=0`)).json;
    expect(known.revision).toBeGreaterThanOrEqual(json.revision);
    expect(known.progress).toEqual({ phase: 'copying', done: 0, total: null });
    // Either it waits already or it finds the new revision when it comes.
    let next = ask(`${headers.location}?wait=30&after=${known.revision}`);
    captures.release();
    const steps: Operation['progress'][] = [];
    while (known.state === 'running') {
      const { json: news } = (await next) as { json: Operation };
      expect(news.revision).toBeGreaterThan(known.revision);
      known = news;
      if (known.state === 'running') steps.push(known.progress);
      next = ask(`${headers.location}?wait=30&after=${known.revision}`);
      // Steps are told while the store is still at work.
      if (steps.length === 2) stored.resolve();
    }
    const { bytes } = known.result as Snapshot;
    for (const step of steps) expect(step).toEqual({ phase: 'saving', done: expect.any(Number), total: bytes });
    const done = steps.map((step) => step.done);
    expect(done.length).toBeGreaterThanOrEqual(2);
    expect(done.at(-1)).toBeGreaterThan(done[0] ?? 0);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(known).toMatchObject({ state: 'done', result: { session: 'a' } });
    // What has ended has no news to wait for.
    expect((await ask(`${headers.location}?wait=600&after=${known.revision}`)).json).toEqual(known);
  });

  test('the wait ends with the time, and without one there is none', async () => {
    const { ask } = await held();
    const { headers } = await ask(OF_A, ASYNC);
    for (const query of ['', '?after=9', '?wait=0&after=9', '?wait=1&after=9', '?wait=1']) {
      const answer = await ask(`${headers.location}${query}`);
      expect([query, answer.status, answer.json.state]).toEqual([query, 200, 'running']);
    }
    expect((await ask(`${headers.location}`, { method: 'HEAD' })).status).toBe(200);
  });

  test('progress alone is told a few times a second, a new phase at once', async () => {
    const operations = new Operations({ log: pino({ level: 'silent' }), progressMs: 3_600_000, closeMs: 0 });
    const work = Promise.withResolvers<void>();
    let report = (_phase: string, _done: number): void => undefined;
    const { operation: begun, result } = operations.begin({
      kind: 'prune',
      session: null,
      run: ({ onProgress }) => {
        report = (phase, done) => onProgress({ phase, done, total: null });
        return work.promise;
      },
    });
    const now = () => operations.list(1)[0];
    report('reading', 0);
    for (let done = 1; done < 1_000; done += 1) report('reading', done);
    expect(now()).toMatchObject({ revision: begun.revision + 1, progress: { phase: 'reading', done: 999 } });
    report('storing', 0);
    expect(now()?.revision).toBe(begun.revision + 2);
    work.resolve();
    await result;
    expect(now()).toMatchObject({ revision: begun.revision + 3, state: 'done' });
    report('storing', 5);
    expect(now()?.progress.done).toBe(0);
  });

  test('what is not known is 404, what is malformed 400, and there is nothing to post', async () => {
    const { ask } = await serve();
    for (const [path, status, code] of [
      ['/v1/operations/op_none', 404, 'operation_not_found'],
      ['/v1/operations/op_none?wait=600&after=1', 404, 'operation_not_found'],
      ['/v1/operations/a%20b', 400, 'invalid_request'],
      ['/v1/operations/x?wait=601', 400, 'invalid_request'],
      ['/v1/operations/x?after=-1', 400, 'invalid_request'],
      ['/v1/operations/x?since=1', 400, 'invalid_request'],
      ['/v1/operations?limit=0', 400, 'invalid_request'],
      ['/v1/operations?state=running', 400, 'invalid_request'],
    ] as const) {
      const answer = await ask(path);
      expect([path, answer.status, answer.json.code]).toEqual([path, status, code]);
    }
    expect((await ask('/v1/operations', { method: 'POST' })).headers.allow).toBe('GET, HEAD');
    expect((await ask('/v1/operations/x', { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/v1/operations', { key: null })).status).toBe(401);
  });
});

describe('a caller who waits', () => {
  test('may hang up: the work continues and can be found', async () => {
    const { port, ask, captures } = await held();
    const request = httpRequest({
      port,
      path: OF_A,
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const gone = new Promise((resolve) => request.on('error', resolve));
    request.end();
    await expect.poll(() => captures.working).toEqual(['a']);
    request.destroy();
    await gone;
    const [running] = (await ask('/v1/operations')).json.items as Operation[];
    expect(running).toMatchObject({ kind: 'snapshot', session: 'a', state: 'running' });
    captures.release();
    const end = await ask(`/v1/operations/${running?.id}?wait=30`);
    expect(end.json).toMatchObject({ state: 'done', result: { session: 'a' } });
    expect((await ask(OF_A)).json.items).toEqual([end.json.result]);
  });

  test('is not cut off by the limit on silent connections', async () => {
    const { app, ask, sessions, captures } = await held();
    // Longer than a busy machine takes to hand a request over.
    app.server.setTimeout(1_000);
    const long = ask(OF_A, { method: 'POST' });
    await expect.poll(() => captures.working).toHaveLength(1);
    // The limit is in force: another call that is silent for so long loses its connection.
    const silent = ask(`/v1/events?after=${sessions.lastEventId()}&wait=600`);
    await expect(silent).rejects.toThrow('socket hang up');
    captures.release();
    expect((await long).status).toBe(201);
  });
});

describe('the end of the server', () => {
  test('tells all work to end, answers callers that wait, and waits for the work', async () => {
    const { app, ask, captures, snapshots } = await held();
    let arrived = 0;
    app.server.on('request', () => {
      arrived += 1;
    });
    const sync = ask(OF_A, { method: 'POST' });
    const begun = await ask(OF_A, ASYNC);
    const polls = [ask(`${begun.headers.location}?wait=600`), ask(`${begun.headers.location}?wait=600&after=99`)];
    // The second snapshot waits for its turn behind the first.
    await expect.poll(() => [arrived, captures.working.length]).toEqual([4, 1]);
    const start = performance.now();
    await app.close();
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(captures.working).toEqual([]);
    const refused = await sync;
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([503, 'shutting_down', '5']);
    for (const { status, json } of await Promise.all(polls)) {
      expect([status, json.state, json.error.code]).toEqual([200, 'failed', 'shutting_down']);
    }
    expect((await snapshots.list('a')).items).toEqual([]);
  });

  test('does not wait for ever: what does not end is given up and named', async () => {
    const { app, ask, captures, logLines } = await held({ operationEndMs: 50 });
    captures.isDeaf = true;
    const sync = ask(OF_A, { method: 'POST' });
    await expect.poll(() => captures.working).toHaveLength(1);
    const [running] = (await ask('/v1/operations')).json.items as Operation[];
    await app.close();
    expect((await sync).json).toMatchObject({ status: 503, code: 'shutting_down' });
    expect(logLines.find((line) => line.includes('did not end in time'))).toContain(running?.id);
  });

  test('work that comes to its end meanwhile is answered as what it came to', async () => {
    const operations = new Operations({ log: pino({ level: 'silent' }), progressMs: 0, closeMs: 1_000 });
    const run = ({ signal }: { signal: AbortSignal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('what it came to')));
    const { result } = operations.begin({ kind: 'prune', session: null, run });
    await operations.close();
    expect(await result).toBe('what it came to');
  });

  test('nothing more is begun', async () => {
    const operations = new Operations({ log: pino({ level: 'silent' }), progressMs: 0, closeMs: 0 });
    await operations.close();
    const begin = () => operations.begin({ kind: 'prune', session: null, run: async () => undefined });
    expect(begin).toThrow(expect.objectContaining({ code: 'shutting_down' }) as LeadMasterError);
  });
});

describe('what is remembered', () => {
  /** Operations with a clock that the test moves by hand, and a way to run some to their end. */
  function remembering() {
    const clock = { now: Date.parse('2026-01-01T00:00:00.000Z') };
    const operations = new Operations({
      log: pino({ level: 'silent' }),
      progressMs: 0,
      closeMs: 0,
      now: () => clock.now,
    });
    const begin = (run: () => Promise<unknown>) => operations.begin({ kind: 'verify', session: 'a', run });
    return { operations, clock, begin };
  }

  test('for a day after the end; what runs is never forgotten', async () => {
    const { operations, clock, begin } = remembering();
    const work = Promise.withResolvers<void>();
    const running = begin(() => work.promise);
    const failed = begin(() => Promise.reject(new LeadMasterError('timeout', 'late', 'again')));
    await expect(failed.result).rejects.toThrow('late');
    clock.now += 24 * 3_600_000;
    expect(operations.list(10).map(({ id }) => id)).toEqual([failed.operation.id, running.operation.id]);
    clock.now += 1;
    expect(operations.list(10).map(({ id }) => id)).toEqual([running.operation.id]);
    work.resolve();
    await running.result;
    expect(operations.list(10)).toMatchObject([{ state: 'done', endedAt: new Date(clock.now).toISOString() }]);
  });

  test('of those that ended the newest five hundred', async () => {
    const { operations, begin } = remembering();
    const all = Array.from({ length: 510 }, () => begin(async () => null));
    await Promise.all(all.map(({ result }) => result));
    const kept = operations.list(1_000);
    expect(kept).toHaveLength(500);
    expect(kept[0]?.id).toBe(all.at(-1)?.operation.id);
    const forgotten = all[0]?.operation.id ?? '';
    const { signal } = new AbortController();
    await expect(operations.newerThan(forgotten, 0, 0, signal)).rejects.toMatchObject({ code: 'operation_not_found' });
  });
});
