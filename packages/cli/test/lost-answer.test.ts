import { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, masterKey, openVault } from '@leadmaster/vault';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { run, service } from './harness.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const MESSAGE = {
  id: 'm1',
  session: 'ventas',
  state: 'SENDING',
  whatsappId: null,
  to: '5491100000002',
  error: null,
  code: null,
  retryAt: null,
  at: '2026-01-01T00:00:00.000Z',
};

/** A service that is well, but for what it does with orders; with `reads`, also with what is asked of messages. */
async function answering(orders: Answer, reads: Answer = say(200, { items: [] })) {
  const seen = new EventEmitter();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      seen.emit(`${request.method}`, request);
      const isRead = request.method === 'GET';
      if (isRead && request.url === '/health') say(200, { status: 'ok' })(response, request);
      else (isRead ? reads : orders)(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const env = { SESSION_MANAGER_PORT: String(port), HUB_PORT: String(port), LEADMASTER_ADMIN_KEY: 'k'.repeat(32) };
  return {
    env,
    seen,
    cli: (args: readonly string[], signals?: EventEmitter) => run(args, { env, ...(signals && { signals }) }),
  };
}

const cut: Answer = (response) => response.destroy();
const never: Answer = () => {};
const cutInTheBody: Answer = (response) => {
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":', () => setTimeout(() => response.destroy(), 20));
};
const proxys: Answer = (response) => response.writeHead(504, { 'content-type': 'text/html' }).end('<h1>504</h1>');
function say(status: number, body: object): Answer {
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const SEND = ['send', 'ventas', '5491100000002', "it's here"];

describe('send', () => {
  test.each([
    ['cut', cut],
    ['cut in the body', cutInTheBody],
    ["a proxy's 504", proxys],
    ['the end of a service', say(503, { status: 503, code: 'shutting_down', detail: 'It ends.', hint: '', title: '' })],
  ])('an answer that is lost (%s): exit code 1, the key, and how to ask; never "start it"', async (_what, answer) => {
    const { cli } = await answering(answer);
    const { code, stderr } = await cli([...SEND, '--idempotency-key', 'order 7']);
    expect(code).toBe(1);
    expect(stderr).toContain('The message may have gone (idempotency key order 7).');
    expect(stderr).toContain(`./leadmaster send '--idempotency-key=order 7' -- ventas 5491100000002 'it'\\''s here'`);
    expect(stderr).not.toMatch(/npm start/i);
  });

  test('with --json, the id and the key as members; a key of its own where none was given', async () => {
    const { cli } = await answering(cut);
    const { code, stdout } = await cli([...SEND, '--json']);
    const { error } = JSON.parse(stdout);
    expect({ code, error }).toMatchObject({
      code: 1,
      error: {
        code: 'answer_lost',
        exitCode: 1,
        messageId: null,
        idempotencyKey: expect.stringMatching(/^[\w-]{36}$/),
      },
    });
    expect(error.hint).toContain(error.idempotencyKey);
  });

  test('a service that ends while the message is on its way: its id and its key', async () => {
    const { cli } = await answering(say(202, MESSAGE), cut);
    const { code, stdout } = await cli([...SEND, '--idempotency-key', 'k1', '--json']);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 1,
      error: { code: 'answer_lost', messageId: 'm1', idempotencyKey: 'k1' },
    });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s says the same, before and after the answer', async (signal) => {
    for (const [orders, method, id] of [
      [never, 'POST', null],
      [say(202, MESSAGE), 'GET', 'm1'],
    ] as const) {
      const { cli, seen } = await answering(orders, never);
      const signals = new EventEmitter();
      seen.once(method, () => signals.emit(signal));
      const { code, stdout } = await cli([...SEND, '--idempotency-key', 'k1', '--json'], signals);
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({
        code: 130,
        error: { code: 'interrupted', detail: /may have gone/, messageId: id, idempotencyKey: 'k1' },
      });
    }
  });

  test('what certainly never left is not told as sent: no service, and a disk that refused the journal', async () => {
    const { app, cli } = await service();
    await app.close();
    expect(await cli(SEND)).toMatchObject({ code: 6, stderr: expect.not.stringMatching(/may have/) });
    const full = say(503, { status: 503, code: 'storage_failed', detail: 'The disk is full.', hint: 'h', title: '' });
    const refused = await answering(full);
    expect(await refused.cli(SEND)).toMatchObject({ code: 1, stderr: expect.not.stringMatching(/may have/) });
  });

  test('the printed command asks: the same message, sent once', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    const first = JSON.parse((await cli([...SEND, '--idempotency-key', '-k 1', '--json'])).stdout);
    const again = await cli(['send', '--json', '--idempotency-key=-k 1', '--', ...SEND.slice(1)]);
    expect(JSON.parse(again.stdout)).toEqual({ ...first, replayed: true });
    expect(await cli([...SEND, '--idempotency-key', 'ñ'])).toMatchObject({ code: 2, stderr: /printable ASCII/ });
  });
});

const FOLDER = mkdtempSync(join(tmpdir(), 'leadmaster-lost-'));
/** It is written once an order has succeeded, and none does here. */
const FILE = join(FOLDER, 'ventas.lmx');
/** What another machine has exported: an import reads all of it before it gives its order. */
const EXPORTED = join(FOLDER, 'exported.lmx');
const TOKEN = join(FOLDER, 'service.token');
const PASSPHRASE = 'caballo batería grapa';
beforeAll(async () => {
  const master = masterKey(Buffer.alloc(32, 7));
  const vault = await openVault({ store: new MemoryStore(), masterKeys: [master], owner: 'there', create: true });
  const { id } = await vault.save('ventas', [], { kind: 'essential' });
  await writeFile(EXPORTED, vault.exportTo('ventas', id, { passphrase: PASSPHRASE }));
  await writeFile(TOKEN, 't'.repeat(43));
});
afterAll(() => rm(FOLDER, { recursive: true }));

/** Every order that the command line gives. */
const ORDERS = [
  'session create ventas',
  'session start ventas',
  'session stop ventas',
  'session restart ventas',
  'session logout ventas --yes',
  'session delete ventas --yes',
  'trim ventas',
  'adopt /tmp --name ventas --move',
  'transfer ventas --to http://127.0.0.1:9',
  'snapshot create ventas',
  'snapshot prune ventas --yes',
  'snapshot restore ventas 1-00000001 --yes',
  'recover ventas --origin-retired --yes',
  `export ventas ${FILE}`,
  `import ${EXPORTED} --origin-retired`,
  'pair ventas 5491100000002',
  'qr ventas',
  'session set ventas --no-metadata',
  'account ventas --accept',
  'sending ventas off',
  'links create ventas',
  'links revoke ventas l-1 --yes',
  'snapshot delete ventas 1-00000001 --yes',
  'move ventas --machine m2',
  'tenants create acme',
  'tenants remove acme --yes',
  'keys create bot --scopes read',
  'keys revoke k-1 --yes',
  `machines add m2 http://127.0.0.1:9 --token-file ${TOKEN}`,
  'machines change m2 --url http://127.0.0.1:9',
  'machines drain m2',
  'machines remove m2 --yes',
];
const KEY = { LEADMASTER_TARGET_KEY: 'k'.repeat(32), LEADMASTER_PASSPHRASE: PASSPHRASE };
const SNAPSHOT = {
  ...{ id: '1-00000001', session: 'ventas', at: MESSAGE.at, kind: 'essential', bytes: 1, reason: 'requested' },
  ...{ verified: true, account: null, damaged: false },
};
const HELD = { snapshots: 1, last: SNAPSHOT, isHere: false, gone: null, problems: [] };
/** What the service holds, and no order changes. */
const held: Answer = (response, request) => {
  const isList = /\/(snapshots|recover)$/.test(request.url ?? '');
  const isOfHubs = /\/hub-backups$/.test(request.url ?? '');
  const list = { items: isOfHubs ? [] : [{ ...SNAPSHOT, ...HELD }], problems: [] };
  const body = isList || isOfHubs ? list : { name: 'ventas', state: 'STOPPED' };
  say(200, body)(response, request);
};

describe('every other order', () => {
  test.each(ORDERS)('%s: a lost answer is exit code 1 and says that it may have been done', async (line) => {
    // A good answer to `delete` has no body.
    for (const answer of line.includes('delete') ? [cut] : [cut, cutInTheBody]) {
      const { env } = await answering(answer, held);
      const { code, stdout } = await run([...line.split(' '), '--json'], { env: { ...env, ...KEY } });
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({
        code: 1,
        error: { code: 'answer_lost', detail: /may have been done/, hint: /\.\/leadmaster/ },
      });
    }
  });

  test.each(ORDERS)('%s: Ctrl-C after it was given says so', async (line) => {
    const { env, seen } = await answering(never, held);
    const signals = new EventEmitter();
    for (const method of ['POST', 'PATCH', 'DELETE']) seen.once(method, () => signals.emit('SIGINT'));
    const { code, stdout } = await run([...line.split(' '), '--json'], { env: { ...env, ...KEY }, signals });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 130,
      error: { code: 'interrupted', detail: /may have been done/, hint: /\.\/leadmaster/ },
    });
  });

  test('what is only read is told as before: the service does not answer', async () => {
    const { cli } = await answering(cut, cut);
    expect(await cli(['sessions'])).toMatchObject({ code: 6 });
    expect(await cli(['events'])).toMatchObject({ code: 6 });
  });
});
