import type { ServerResponse } from 'node:http';
import type { LeadMasterEvent } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { follow } from '../src/index.ts';
import { answering, clientOf, manager } from './service.ts';

function event(id: number): string {
  const data = { id, session: 'a', type: 'message.received', at: '2026-01-01T00:00:00Z', data: { text: 'ñandú €' } };
  return `id: ${id}\nevent: message.received\ndata: ${JSON.stringify(data)}\n\n`;
}

test('a stream that breaks is taken up where it broke off, and characters may be cut in two', async () => {
  const asked: unknown[] = [];
  const opened: ServerResponse[] = [];
  const client = await answering((response, request) => {
    asked.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    opened.push(response);
  });
  const stop = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const found of follow(client, { signal: stop.signal })) {
      expect(found.data).toEqual({ text: 'ñandú €' });
      seen.push(found.id);
      if (found.id === 2) opened[0]?.destroy();
      if (found.id === 3) stop.abort();
    }
  })();
  await expect.poll(() => opened.length).toBe(1);
  for (const byte of Buffer.from(`: hello\n\n${event(1)}${event(2)}`)) opened[0]?.write(Buffer.from([byte]));
  await expect.poll(() => opened.length, { timeout: 30_000 }).toBe(2);
  opened[1]?.write(event(3));
  await reading;
  expect(seen).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, '2']);
});

test('a stream that breaks before its first event is taken up, too', async () => {
  const opened: ServerResponse[] = [];
  const client = await answering((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    opened.push(response);
    if (opened.length === 1) response.write(': hello\n\n', () => response.destroy());
    else response.write(event(1));
  });
  const stop = new AbortController();
  for await (const found of follow(client, { signal: stop.signal })) {
    expect(found.id).toBe(1);
    stop.abort();
  }
  expect(opened.length).toBe(2);
});

test('the comments of a stream are told apart from its events', async () => {
  const client = await answering((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`: hello\n\n: machines\n\n${event(1)}`);
  });
  const stop = new AbortController();
  const comments: string[] = [];
  for await (const found of follow(client, { signal: stop.signal, onComment: (comment) => comments.push(comment) })) {
    expect(found.id).toBe(1);
    stop.abort();
  }
  expect(comments).toEqual(['hello', 'machines']);
});

test('a service that is not there at first is an error, not a wait without end', async () => {
  const first = follow(clientOf(9), { after: 0, signal: new AbortController().signal }).next();
  await expect(first).rejects.toMatchObject({ code: 'service_unreachable' });
});

test('the log is told once, and where the connection breaks, what is asked for next says it', async () => {
  const asked: unknown[] = [];
  const client = await answering((response, request) => {
    asked.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-event-cursor': '6@0123456789abcdef' });
    // The first is cut off before its first event.
    if (asked.length === 1) response.write(': hello\n\n', () => response.destroy());
    else response.end(event(7).replace('id: 7', 'id: 7@0123456789abcdef'));
  });
  const stop = new AbortController();
  const logs: string[] = [];
  const seen: number[] = [];
  for await (const { id } of follow(client, { signal: stop.signal, onLog: (log) => logs.push(log) })) {
    seen.push(id);
    if (seen.length === 2) stop.abort();
  }
  expect(logs).toEqual(['0123456789abcdef']);
  expect(asked).toEqual([undefined, '6@0123456789abcdef', '7@0123456789abcdef']);
});

test('a log that is another one now ends the following with what the service said', async () => {
  let opened = 0;
  const client = await answering((response) => {
    opened += 1;
    if (opened === 1) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(event(1));
      return;
    }
    const body = { status: 409, code: 'cursor_of_another_log', detail: 'Another.', hint: 'Begin again.' };
    response.writeHead(409, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify(body));
  });
  const following = follow(client, { signal: new AbortController().signal });
  expect((await following.next()).value).toMatchObject({ id: 1 });
  await expect(following.next()).rejects.toMatchObject({ code: 'cursor_of_another_log' });
});

test('a hub registers, follows from what it has, is told what is gone, and confirms', async () => {
  const { client, given, store } = await manager();
  for (const name of ['ventas', 'soporte', 'admin']) await given(name, 'STOPPED');
  const { newest, logId } = await client.call('confirmEvents', { params: { hub: 'norte' }, body: { cursor: 1 } });
  store.sweep({ events: 1, eventDays: 30, transitions: 100, keepBytes: 0 });
  const stop = new AbortController();
  const read: LeadMasterEvent[] = [];
  for await (const event of follow(client, { after: `1@${logId}`, signal: stop.signal })) {
    read.push(event);
    if (event.id === newest) stop.abort();
  }
  const [gap, ...events] = read;
  expect(gap).toMatchObject({ type: 'events.gap', data: { from: 2, to: newest - 1, reason: 'limit' } });
  expect(events.map(({ id }) => id)).toEqual([newest]);
  const body = { cursor: `${newest}@${logId}` };
  expect(await client.call('confirmEvents', { params: { hub: 'norte' }, body })).toMatchObject({
    unconfirmed: { events: 0 },
  });
});
