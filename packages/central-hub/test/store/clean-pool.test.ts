import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { CleanPool } from '../../src/store/postgres/clean-pool.ts';

/** A message of PostgreSQL's protocol: its letter, its length, and its content. */
function message(letter: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(letter), length, content]);
}

const WELCOME = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const SHUTTING_DOWN = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

/** A server that takes a connection and ends it at once, all in one packet, as one that is just being stopped may. */
async function endingServer(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([WELCOME, READY, SHUTTING_DOWN])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('a connection that the server ends in the moment of its making fails its query, and nothing else', async () => {
  const pool = new CleanPool(new pg.Pool({ host: '127.0.0.1', port: await endingServer(), user: 'hub' }));
  const client = await pool.connect();
  await expect(client.query('select 1', [])).rejects.toThrow(/not queryable/);
  client.release();
  await pool.end();
});
