import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type PrepareTransfer, TRANSFER_PIECE } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { certify, makeAuthority } from '../../prove/transfer/networks/certificates.ts';
import { Relay } from '../../prove/transfer/networks/relay.ts';
import { HttpPeer } from '../../src/transfer/http-peer.ts';
import { ADMIN_KEY, serve } from '../http/serve.ts';

const signal = new AbortController().signal;
const ID = 'tr_5b0f2f3e-54c0-4a0c-8a6e-9f1d7d1f0a11';
const WANTED: PrepareTransfer = {
  ...{ version: 1, id: ID, session: 'ventas', replaces: [], generation: 1, chromium: null, bytes: 3 },
  ...{ metadata: {}, account: null, desired: 'running' },
};

function peerOf(port: number, key = ADMIN_KEY, ms = 5_000): HttpPeer {
  return new HttpPeer(`http://127.0.0.1:${port}`, key, { short: ms, piece: ms, long: ms });
}

/** Something that answers as it likes. */
async function answering(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

describe('another manager over HTTP', () => {
  test('is asked every step', async () => {
    const { port } = await serve();
    const peer = peerOf(port);
    const bytes = Buffer.from('abc');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await peer.prepare(WANTED, signal)).toMatchObject({ id: ID, phase: 'prepared' });
    expect(await peer.look(ID, signal)).toMatchObject({ id: ID, phase: 'prepared' });
    expect(await peer.missing(ID, [sha256], signal)).toEqual([sha256]);
    expect(await peer.send(ID, { sha256, offset: 0, size: 3, bytes }, signal)).toBe(3);
    expect(await peer.missing(ID, [sha256], signal)).toEqual([]);
    // What came is no login: it is neither put together nor owned here.
    const empty = peer.seal(ID, { entries: [], caughtUpTo: null, told: [] }, signal);
    await expect(empty).rejects.toMatchObject({ code: 'transfer_incomplete' });
    await expect(peer.commit(ID, signal)).rejects.toMatchObject({ status: 409 });
    await peer.abort(ID, signal);
    await expect(peer.commit(ID, signal)).rejects.toMatchObject({ status: 409 });
  });

  test('says no in its own words', async () => {
    const { port, given } = await serve();
    const wrong = peerOf(port, 'a-wrong-key').prepare(WANTED, signal);
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 'unauthorized', mayPass: false });
    const bytes = Buffer.alloc(TRANSFER_PIECE);
    const piece = { sha256: 'a'.repeat(64), offset: 0, size: bytes.length, bytes };
    const unread = peerOf(port, 'a-wrong-key').send(ID, piece, signal);
    await expect(unread).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
    await given('ventas', 'LINKED');
    await expect(peerOf(port).prepare(WANTED, signal)).rejects.toMatchObject({
      ...{ status: 409, code: 'session_exists', hint: expect.stringMatching(/\S/), mayPass: false },
      message: expect.stringContaining('ventas'),
    });
  });

  test('is not followed elsewhere: neither the key nor the login goes to another place', async () => {
    const asked: string[] = [];
    const elsewhere = await answering((request, response) => {
      asked.push(String(request.headers.authorization));
      response.end('{}');
    });
    const port = await answering((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${elsewhere}/v1/transfers` }).end();
    });
    await expect(peerOf(port).prepare(WANTED, signal)).rejects.toMatchObject({ status: 307, mayPass: false });
    expect(asked).toEqual([]);
  });

  test.each<[string, RequestListener, boolean]>([
    ['silent', () => undefined, true],
    ['cut off', (_request, response) => response.destroy(), true],
    [
      'half an answer',
      (_request, response) => response.writeHead(200, { 'content-length': 90 }).write('{', () => response.destroy()),
      true,
    ],
    ['no JSON', (_request, response) => response.end('<html>'), false],
    ['JSON of another kind', (_request, response) => response.end('{"phase":"done"}'), false],
    ['too long', (_request, response) => response.end('x'.repeat(2_000_000)), true],
    ['a proxy that has lost it', (_request, response) => response.writeHead(502).end('<html>'), true],
  ])('that is %s is an error, and never an answer', async (_name, listener, mayPass) => {
    const peer = peerOf(await answering(listener), ADMIN_KEY, 500);
    await expect(peer.commit(ID, signal)).rejects.toMatchObject({ name: 'PeerError', mayPass });
  });

  test('is asked step after step over connections that are kept', async () => {
    const connections = new Set<unknown>();
    const port = await answering((request, response) => {
      connections.add(request.socket);
      request.resume().on('end', () => response.writeHead(204).end());
    });
    const peer = peerOf(port);
    for (let step = 0; step < 10; step += 1) await peer.abort(ID, signal);
    // A step that follows at once may find the first one not free yet.
    expect(connections.size).toBeLessThanOrEqual(2);
  });

  test('that answers nothing where the contract has an answer is an error', async () => {
    const peer = peerOf(await answering((_request, response) => response.writeHead(204).end()));
    await expect(peer.look(ID, signal)).rejects.toMatchObject({ name: 'PeerError', status: 204, mayPass: false });
  });

  test('is asked over TLS where its certificate is vouched for', async () => {
    const { port } = await serve();
    const authority = await makeAuthority();
    const known = getCACertificates('default');
    setDefaultCACertificates([...known, authority.cert]);
    onTestFinished(() => setDefaultCACertificates(known));
    const host = '127.0.0.1';
    const certificate = await certify(host, authority);
    const line = await Relay.open({ at: { host, port: 0 }, to: { host, port }, certificate });
    onTestFinished(() => line[Symbol.asyncDispose]());
    const peer = new HttpPeer(`https://${host}:${line.port}`, ADMIN_KEY);
    expect(await peer.prepare(WANTED, signal)).toMatchObject({ id: ID, phase: 'prepared' });
    const bytes = Buffer.from('abc');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await peer.send(ID, { sha256, offset: 0, size: 3, bytes }, signal)).toBe(3);
  });

  test('with an untrusted certificate gets neither the key nor anything else', async () => {
    const asked: string[] = [];
    const server = createTlsServer(await certify('127.0.0.1', await makeAuthority()), (request, response) => {
      asked.push(String(request.url));
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const peer = new HttpPeer(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, ADMIN_KEY);
    await expect(peer.prepare(WANTED, signal)).rejects.toMatchObject({ name: 'PeerError', message: /certificate/ });
    expect(asked).toEqual([]);
  });

  test('that is not there is an error that may pass, and an abort ends the asking at once', async () => {
    const { port, app } = await serve();
    await app.close();
    await expect(peerOf(port).commit(ID, signal)).rejects.toMatchObject({ status: null, mayPass: true });
    const ending = new AbortController();
    const asking = peerOf(await answering(() => ending.abort(new Error('the service ends')))).commit(ID, ending.signal);
    await expect(asking).rejects.toThrow('the service ends');
  });
});
