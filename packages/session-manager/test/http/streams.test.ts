import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { pageMessage } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY, serve } from './serve.ts';

const EVERYTHING = { after: 0, limit: 1_000, waitMs: 0 };

/** An open event stream: what it has said so far, and whether it has ended. */
async function open(port: number, path: string, headers: Record<string, string> = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, accept: 'text/event-stream', ...headers },
      },
      resolve,
    );
    request.on('error', reject);
    request.end();
    onTestFinished(() => void request.destroy());
  });
  const stream = {
    response,
    text: '',
    ended: false,
    ids: () => [...stream.text.matchAll(/^id: (\d+)@\S+\nevent: /gm)].map((m) => +(m[1] ?? 0)),
  };
  response.on('data', (chunk: Buffer) => {
    stream.text += chunk.toString('utf8');
  });
  response.on('error', () => undefined);
  response.on('close', () => {
    stream.ended = true;
  });
  return stream;
}

test('without a cursor a stream begins now; each event has id, type and data', async () => {
  const { given, port, sessions, stage, waiters } = await serve();
  await given('a', 'READY');
  const stream = await open(port, '/v1/events');
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  await expect.poll(waiters).toBe(1);
  const made = await stage.hear('a', 'two\nlines\r\n\u2028');
  await expect.poll(() => stream.ids()).toContain(made.id);
  expect(stream.ids()[0]).toBeGreaterThan(0);
  const { logId } = sessions.eventLog();
  expect(stream.text).toContain(`id: ${made.id}@${logId}\nevent: message.received\ndata: ${JSON.stringify(made)}\n\n`);
});

test('a stream resumes from Last-Event-ID, before ?after=, and tells what is gone', async () => {
  const { given, port, sessions, store } = await serve();
  await given('odd', 'QR_REQUIRED');
  await given('even', 'STOPPED');
  const { items } = await sessions.events({ ...EVERYTHING, signal: new AbortController().signal });
  const ids = items.map(({ id }) => id);
  const newest = ids.length;
  expect(ids).toEqual(Array.from(ids, (_, index) => index + 1));
  const all = await open(port, '/v1/events?after=0');
  await expect.poll(() => all.ids()).toEqual(ids);
  const resumed = await open(port, '/v1/events?after=0', { 'last-event-id': '2' });
  await expect.poll(() => resumed.ids()).toEqual(ids.slice(2));
  const even = await open(port, '/v1/sessions/even/events?after=1');
  const ofEven = items.filter(({ session }) => session === 'even').map(({ id }) => id);
  await expect.poll(() => even.ids()).toEqual(ofEven);
  store.sweep({ events: 2, eventDays: 1, transitions: 100, keepBytes: 0 });
  const late = await open(port, '/v1/events?after=1');
  await expect.poll(() => late.ids()).toEqual([newest - 2, newest - 1, newest]);
  const gap = { from: 2, to: newest - 2, reason: 'retention' };
  expect(late.text).toContain(`event: events.gap\ndata: {"id":${newest - 2},"session":"",`);
  expect(late.text).toContain(`"data":${JSON.stringify(gap)}}`);
  const further = await open(port, '/v1/events', { 'last-event-id': String(gap.to) });
  await expect.poll(() => further.ids()).toEqual([newest - 1, newest]);
  expect(late.response.headers['x-oldest-event-id']).toBe(String(newest - 1));
});

test('a stream of no session, or in no known form, is refused before it begins', async () => {
  const { ask, given } = await serve();
  await given('a', 'STOPPED');
  const headers = { accept: 'text/event-stream' };
  expect((await ask('/v1/sessions/none/events', { headers })).json.code).toBe('session_not_found');
  expect((await ask('/v1/sessions/a/events', { headers: { accept: 'text/html' } })).status).toBe(406);
});

test('a quiet stream gives signs of life', async () => {
  const { port } = await serve({ timing: { heartbeatMs: 30 } });
  const stream = await open(port, '/v1/events');
  await expect.poll(() => stream.text.split(': still here\n\n').length).toBeGreaterThan(3);
});

test('a cursor beyond the end of the log is refused instead of kept waiting', async () => {
  const { ask, given, sessions } = await serve();
  await given('a', 'INITIALIZING');
  const beyond = sessions.lastEventId() + 1;
  for (const path of ['/v1/events', '/v1/sessions/a/events']) {
    const reply = await ask(`${path}?after=${beyond}&wait=600`);
    expect([reply.status, reply.json]).toMatchObject([409, { code: 'cursor_unknown', newest: beyond - 1 }]);
  }
  const stream = await ask('/v1/events', { headers: { accept: 'text/event-stream', 'last-event-id': String(beyond) } });
  expect(stream.status).toBe(409);
});

test('a cursor with its log continues in that log, and is refused in another, as ?after= and as Last-Event-ID', async () => {
  const { ask, given, port, sessions } = await serve();
  await given('a', 'QR_REQUIRED');
  const { logId, newest } = sessions.eventLog();
  const cursor = `${newest - 1}@${logId}`;
  expect((await ask(`/v1/events?after=${cursor}`)).json).toMatchObject({ items: [{ id: newest }], logId });
  const resumed = await open(port, '/v1/events', { 'last-event-id': cursor });
  await expect.poll(() => resumed.ids()).toEqual([newest]);
  const other = '2@0123456789abcdef';
  for (const headers of [{}, { accept: 'text/event-stream', 'last-event-id': other }]) {
    const reply = await ask(`/v1/events?after=${other}`, { headers });
    expect([reply.status, reply.json]).toMatchObject([
      409,
      { code: 'cursor_of_another_log', newest, logId, hint: expect.stringContaining('after=0') },
    ]);
  }
});

test('a stream says where it begins, so that one that is cut off before its first event continues from there', async () => {
  const { given, port, sessions } = await serve();
  await given('a', 'QR_REQUIRED');
  const { logId, newest } = sessions.eventLog();
  const stream = await open(port, '/v1/events');
  await expect.poll(() => stream.text).toContain(`id: ${newest}@${logId}\n`);
  expect(stream.response.headers['x-event-cursor']).toBe(`${newest}@${logId}`);
});

test('a follower that hangs up is forgotten', async () => {
  const { given, port, sessions, waiters } = await serve();
  await given('a', 'INITIALIZING');
  const stream = await open(port, '/v1/events');
  const poll = connect(port, '127.0.0.1');
  poll.on('error', () => undefined);
  poll.write(
    `GET /v1/events?after=${sessions.lastEventId()}&wait=600 HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${ADMIN_KEY}\r\n\r\n`,
  );
  await expect.poll(waiters).toBe(2);
  stream.response.destroy();
  poll.destroy();
  await expect.poll(waiters).toBe(0);
});

test('a reader that does not read is not read for: events wait for it', async () => {
  const { engine, given, port, sessions } = await serve();
  await given('a', 'READY');
  const text = 'x'.repeat(100_000);
  const run = await engine.runOf('a');
  const already = sessions.lastEventId();
  for (let i = 0; i < 400; i++) run.tell({ type: 'message', message: pageMessage(`false_x@c.us_${i}`, { text }) });
  await expect.poll(() => sessions.lastEventId()).toBeGreaterThanOrEqual(already + 400);
  const newest = sessions.lastEventId();
  let taken = 0;
  const events = sessions.events.bind(sessions);
  sessions.events = (query) => {
    taken = query.after;
    return events(query);
  };
  const stream = await open(port, '/v1/events?after=0');
  stream.response.pause();
  let before = -1;
  await expect
    .poll(
      () => {
        const still = taken === before;
        before = taken;
        return still && taken > 0;
      },
      { interval: 200 },
    )
    .toBe(true);
  // 40 MB were ready; what was taken is what sockets hold.
  expect(taken).toBeLessThan(200);
  stream.response.resume();
  await expect.poll(() => stream.ids().at(-1), { timeout: 30_000 }).toBe(newest);
  expect(stream.ids().length).toBeGreaterThanOrEqual(400);
});

test('closing ends streams and long polls at once, and refuses what comes after', async () => {
  const { app, ask, given, port, sessions, waiters } = await serve();
  await given('a', 'INITIALIZING');
  const stream = await open(port, '/v1/events');
  const newest = sessions.lastEventId();
  const polls = [
    ask(`/v1/events?after=${newest}&wait=600`),
    ask('/v1/sessions/a/start?wait=600', { method: 'POST' }),
    ask(`/v1/sessions/a/events?after=${newest}&wait=600`),
  ];
  // A client that has connected and not yet asked.
  const idle = connect(port, '127.0.0.1');
  idle.on('error', () => undefined);
  await expect.poll(waiters).toBe(4);
  const start = performance.now();
  await app.close();
  expect(performance.now() - start).toBeLessThan(10_000);
  for (const answer of await Promise.all(polls)) {
    expect([200, 202, 503]).toContain(answer.status);
    if (answer.status === 503) expect(answer.json.code).toBe('shutting_down');
  }
  await expect.poll(() => stream.ended).toBe(true);
  expect(waiters()).toBe(0);
  idle.destroy();
});
