import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sourceOf } from '@leadmaster/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { S3Store } from '../../src/store/s3-store.ts';
import { failure } from './failure.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ACCESS_KEY = 'AKIAODDSERVERTEST123';
const MIB = 1024 * 1024;
let server: Server | null = null;

/** A store at a server that answers as the test says; radosgw cannot be made to misbehave so. */
async function storeAt(answer: Answer, deadlineMs = 5000): Promise<S3Store> {
  server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new S3Store({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'vault',
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: 'secret-of-the-odd-server-test' },
    deadlineMs,
  });
}

function xml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}

function s3Error(response: ServerResponse, status: number, code: string, message = ''): void {
  xml(response, status, `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>r-1</RequestId></Error>`);
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

describe('a server that does not answer', () => {
  test('at all: every operation ends at its deadline', async () => {
    const store = await storeAt(() => undefined, 200);
    for (const work of [
      () => store.get('a'),
      () => store.stat('a'),
      () => store.put('a', Buffer.from('x')),
      () => store.delete('a'),
      () => Array.fromAsync(store.list('')),
    ]) {
      const error = await failure(work());
      expect(error.code).toBe('store_unreachable');
    }
  });

  test('all of it: a body that stands still, and one that breaks off, are no objects', async () => {
    const still = await storeAt((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('only this');
    }, 200);
    expect((await failure(still.get('a'))).code).toBe('store_unreachable');
    const cut = await storeAt((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('only this', () => response.destroy());
    });
    expect((await failure(cut.get('a'))).code).toBe('store_unreachable');
  });

  test('while a large conditional body goes up: its source is let go', async () => {
    const store = await storeAt((request) => request.pause(), 300);
    let isClosed = false;
    const source = {
      length: 30 * MIB,
      async *open() {
        try {
          for (let i = 0; i < 30; i++) yield Buffer.alloc(MIB);
        } finally {
          isClosed = true;
        }
      },
    };
    const control = new AbortController();
    setTimeout(() => control.abort(new Error('enough')), 300);
    await expect(store.put('a', source, { ifAbsent: true, signal: control.signal })).rejects.toThrow('enough');
    await expect.poll(() => isClosed).toBe(true);
  });
});

describe('an answer that is not proof', () => {
  test('404 of something that is no S3 is not an absence', async () => {
    const store = await storeAt((_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>nginx: not found</body></html>');
    });
    expect((await failure(store.get('a'))).code).toBe('store_unreachable');
    expect((await failure(store.stat('a'))).code).toBe('store_unreachable');
    expect((await failure(Array.fromAsync(store.list('')))).code).toBe('store_unreachable');
  });

  test.each(['<html><body>Please sign in<br></body></html>', '<html><body>Please sign in</body></html>', ''])(
    'a page for people is neither an empty listing nor a put that was done: %s',
    async (page) => {
      const store = await storeAt((request, response) => {
        request.on('end', () => response.writeHead(200, { 'content-type': 'text/html' }).end(page));
      });
      expect((await failure(Array.fromAsync(store.list('')))).code).toBe('store_unreachable');
      expect((await failure(store.put('a', Buffer.from('x')))).code).toBe('store_unreachable');
    },
  );

  test('a listing that says there is more but not where is not a whole one', async () => {
    const store = await storeAt((_, response) => {
      const one = '<Contents><Key>a</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>';
      xml(response, 200, `<ListBucketResult><IsTruncated>true</IsTruncated>${one}</ListBucketResult>`);
    });
    expect((await failure(Array.fromAsync(store.list('')))).code).toBe('store_unreachable');
  });
});

describe('a server that knows less', () => {
  test('of ranges: what was asked for is cut out of the whole', async () => {
    const store = await storeAt((_, response) => response.writeHead(200, { 'content-length': '10' }).end('0123456789'));
    expect(await store.get('a', { range: { offset: 3, length: 4 } })).toEqual(Buffer.from('3456'));
  });

  test('of conditions: it cannot hold a vault, and the second write tells', async () => {
    let puts = 0;
    const store = await storeAt((request, response) => {
      request.on('end', () => response.writeHead(200, { etag: `"${puts++}"` }).end());
    });
    const error = await failure(store.put('a', Buffer.from('x'), { ifAbsent: true }));
    expect(error.code).toBe('store_denied');
    expect(error.hint).toContain('If-None-Match');
    expect(puts).toBe(2);
  });

  test('than it said: an upload that it confirmed and does not have is damage', async () => {
    const store = await storeAt((request, response) => {
      const { method, url = '' } = request;
      request.on('end', () => {
        if (url.includes('uploads')) xml(response, 200, '<R><UploadId>u</UploadId></R>');
        else if (method === 'POST')
          xml(response, 200, '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
        else if (method === 'HEAD') response.writeHead(200, { 'content-length': '5' }).end();
        else response.writeHead(200, { etag: '"e"' }).end();
      });
    });
    expect((await failure(store.put('a', sourceOf([Buffer.alloc(9 * MIB)])))).code).toBe('store_damaged');
  });
});

describe('what a server says', () => {
  test.each([
    [503, 'SlowDown', 'store_unreachable'],
    [500, 'InternalError', 'store_unreachable'],
    [502, 'Whatever', 'store_unreachable'],
    [400, 'RequestTimeout', 'store_unreachable'],
    [409, 'ConditionalRequestConflict', 'store_unreachable'],
    [400, 'BadDigest', 'store_unreachable'],
    [403, 'AccessDenied', 'store_denied'],
    [403, 'InvalidAccessKeyId', 'store_denied'],
    [403, 'RequestTimeTooSkewed', 'store_denied'],
    [400, 'ExpiredToken', 'store_denied'],
    [400, 'AuthorizationHeaderMalformed', 'store_denied'],
    [301, 'PermanentRedirect', 'store_denied'],
    [403, 'InvalidObjectState', 'store_denied'],
    [404, 'NoSuchBucket', 'store_denied'],
    [403, 'QuotaExceeded', 'store_full'],
    [507, 'InsufficientStorage', 'store_full'],
    [507, 'XMinioStorageFull', 'store_full'],
  ] as const)('%i %s is %s', async (status, name, code) => {
    const store = await storeAt((request, response) => {
      request.on('end', () => s3Error(response, status, name));
    });
    const error = await failure(store.put('some/key', Buffer.from('x')));
    expect(error.code).toBe(code);
    expect(error.message).toContain('s3://vault: put some/key');
    expect(error.hint).not.toBe('');
  });

  test('is not repeated where it could hold a credential', async () => {
    const store = await storeAt((request, response) => {
      request.on('end', () => s3Error(response, 403, 'AccessDenied', String(request.headers.authorization)));
    });
    const error = await failure(store.get('a'));
    const said = JSON.stringify([error.message, error.hint, error.stack, error.cause ?? null, error.toProblem()]);
    expect(said).not.toContain(ACCESS_KEY);
    expect(said).not.toContain('Signature');
  });
});
