import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { LOG_ID } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY, serve } from './serve.ts';

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
  const { port, sessions } = await serve();
  sessions.set('a', 'STOPPED');
  const stream = await open(port, '/v1/events');
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  await expect.poll(() => sessions.waiters).toBe(1);
  const made = sessions.emit('a', 'message.received', { text: 'two\nlines\r\n\u2028' });
  await expect.poll(() => stream.ids()).toEqual([made.id]);
  const [, block = ''] = stream.text.split(/\n\n(?=id: )/);
  expect(block).toBe(`id: ${made.id}@${LOG_ID}\nevent: message.received\ndata: ${JSON.stringify(made)}\n\n`);
});

test('a stream resumes from Last-Event-ID, before ?after=, and tells what is gone', async () => {
  const { port, sessions } = await serve();
  for (let i = 0; i < 6; i++) sessions.emit(i % 2 ? 'odd' : 'even', 'session.qr', {});
  sessions.set('even', 'STOPPED');
  const all = await open(port, '/v1/events?after=0');
  await expect.poll(() => all.ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const resumed = await open(port, '/v1/events?after=0', { 'last-event-id': '5' });
  await expect.poll(() => resumed.ids()).toEqual([6, 7]);
  const even = await open(port, '/v1/sessions/even/events?after=1');
  await expect.poll(() => even.ids()).toEqual([3, 5, 7]);
  sessions.forgetUpTo(4);
  const late = await open(port, '/v1/events?after=2');
  await expect.poll(() => late.ids()).toEqual([5, 6, 7]);
  expect(late.text).toContain(': events 3 to 4 are no longer kept');
  expect(late.response.headers['x-oldest-event-id']).toBe('5');
});

test('a stream of no session, or in no known form, is refused before it begins', async () => {
  const { ask, sessions } = await serve();
  sessions.set('a', 'STOPPED');
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
  const { ask, sessions } = await serve();
  sessions.set('a', 'INITIALIZING');
  const beyond = sessions.lastEventId() + 1;
  for (const path of ['/v1/events', '/v1/sessions/a/events']) {
    const reply = await ask(`${path}?after=${beyond}&wait=600`);
    expect([reply.status, reply.json]).toMatchObject([409, { code: 'cursor_unknown', newest: beyond - 1 }]);
  }
  const stream = await ask('/v1/events', { headers: { accept: 'text/event-stream', 'last-event-id': String(beyond) } });
  expect(stream.status).toBe(409);
});

test('a cursor with its log goes on in that log, and is refused in another, as ?after= and as Last-Event-ID', async () => {
  const { ask, port, sessions } = await serve();
  for (let i = 0; i < 3; i++) sessions.emit('a', 'session.qr', {});
  expect((await ask(`/v1/events?after=2@${LOG_ID}`)).json).toMatchObject({ items: [{ id: 3 }], logId: LOG_ID });
  const resumed = await open(port, '/v1/events', { 'last-event-id': `2@${LOG_ID}` });
  await expect.poll(() => resumed.ids()).toEqual([3]);
  const other = '2@0123456789abcdef';
  for (const headers of [{}, { accept: 'text/event-stream', 'last-event-id': other }]) {
    const reply = await ask(`/v1/events?after=${other}`, { headers });
    expect([reply.status, reply.json]).toMatchObject([
      409,
      { code: 'cursor_of_another_log', newest: 3, logId: LOG_ID, hint: expect.stringContaining('after=0') },
    ]);
  }
});

test('a stream says where it begins, so that one that is cut off before its first event goes on from there', async () => {
  const { port, sessions } = await serve();
  sessions.emit('a', 'session.qr', {});
  const stream = await open(port, '/v1/events');
  await expect.poll(() => stream.text).toContain(`id: 1@${LOG_ID}\n`);
  expect(stream.response.headers['x-event-cursor']).toBe(`1@${LOG_ID}`);
});

test('a follower that hangs up is forgotten', async () => {
  const { port, sessions } = await serve();
  sessions.set('a', 'INITIALIZING');
  const stream = await open(port, '/v1/events');
  const poll = connect(port, '127.0.0.1');
  poll.on('error', () => undefined);
  poll.write(
    `GET /v1/events?after=${sessions.lastEventId()}&wait=600 HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${ADMIN_KEY}\r\n\r\n`,
  );
  await expect.poll(() => sessions.waiters).toBe(2);
  stream.response.destroy();
  poll.destroy();
  await expect.poll(() => sessions.waiters).toBe(0);
});

test('a reader that does not read is not read for: events wait for it', async () => {
  const { port, sessions } = await serve();
  const text = 'x'.repeat(100_000);
  for (let i = 0; i < 400; i++) sessions.emit('a', 'session.qr', { text });
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
  await expect.poll(() => stream.ids().length, { timeout: 30_000 }).toBe(400);
});

test('closing ends streams and long polls at once, and refuses what comes after', async () => {
  const { app, port, ask, sessions } = await serve();
  sessions.set('a', 'INITIALIZING');
  const stream = await open(port, '/v1/events');
  const newest = sessions.lastEventId();
  const polls = [
    ask(`/v1/events?after=${newest}&wait=600`),
    ask('/v1/sessions/a/start?wait=600', { method: 'POST' }),
    ask(`/v1/sessions/a/events?after=${newest}&wait=600`),
  ];
  // Somebody who has connected and not yet asked.
  const idle = connect(port, '127.0.0.1');
  idle.on('error', () => undefined);
  await expect.poll(() => sessions.waiters).toBe(4);
  const start = performance.now();
  await app.close();
  expect(performance.now() - start).toBeLessThan(10_000);
  for (const answer of await Promise.all(polls)) {
    expect([200, 202, 503]).toContain(answer.status);
    if (answer.status === 503) expect(answer.json.code).toBe('shutting_down');
  }
  await expect.poll(() => stream.ended).toBe(true);
  expect(sessions.waiters).toBe(0);
  idle.destroy();
});
