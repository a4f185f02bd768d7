import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '@leadmaster/session-manager/config';
import { expect, onTestFinished, test } from 'vitest';
import { Client } from '../src/client/client.ts';
import { follow } from '../src/client/follow.ts';

/** A service whose streams the test holds in its hands. */
async function streams() {
  const asked: (string | undefined)[] = [];
  const opened: ServerResponse[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers['last-event-id']?.toString());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    opened.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = new Client(readConfig({ SESSION_MANAGER_PORT: String(port), LEADMASTER_ADMIN_KEY: 'k'.repeat(32) }));
  return { asked, opened, client };
}

function event(id: number): string {
  const data = { id, session: 'a', type: 'message.received', at: '2026-01-01T00:00:00Z', data: { text: 'ñandú €' } };
  return `id: ${id}\nevent: message.received\ndata: ${JSON.stringify(data)}\n\n`;
}

test('a stream that breaks is taken up where it broke off, and characters may be cut in two', async () => {
  const { asked, opened, client } = await streams();
  const stop = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const found of follow(client, '/v1/events', undefined, stop.signal)) {
      expect(found.data).toEqual({ text: 'ñandú €' });
      seen.push(found.id);
      if (found.id === 2) opened[0]?.destroy();
      if (found.id === 3) stop.abort();
    }
  })();
  await expect.poll(() => opened.length).toBe(1);
  for (const byte of Buffer.from(`: hello\n\n${event(1)}${event(2)}`)) opened[0]?.write(Buffer.from([byte]));
  await expect.poll(() => opened.length, { timeout: 5000 }).toBe(2);
  opened[1]?.write(event(3));
  await reading;
  expect(seen).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, '2']);
});

test('a service that is not there at first is an error, not a wait without end', async () => {
  const client = new Client(readConfig({ SESSION_MANAGER_PORT: '9', LEADMASTER_ADMIN_KEY: 'k'.repeat(32) }));
  const first = follow(client, '/v1/events', 0, new AbortController().signal).next();
  await expect(first).rejects.toMatchObject({ exitCode: 6 });
});
