import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { isLocal } from '../../src/http/local.ts';
import { preferredType } from '../../src/http/negotiate.ts';

function requestOf(remoteAddress: string, headers: Record<string, string>, httpVersion = '1.1'): FastifyRequest {
  return { headers, socket: { remoteAddress }, raw: { httpVersion } } as unknown as FastifyRequest;
}

test('a program on this machine is local', () => {
  for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    for (const host of ['localhost:3001', '127.0.0.1', '[::1]:3001']) {
      expect([peer, host, isLocal(requestOf(peer, { host }))]).toEqual([peer, host, true]);
    }
  }
  expect(isLocal(requestOf('::1', { host: 'localhost', origin: 'http://localhost:8080' }))).toBe(true);
});

test('another machine, a proxy, a rebound name and a web page are not', () => {
  const host = 'localhost:3001';
  for (const [peer, headers] of [
    ['10.0.0.2', { host }],
    ['127.0.0.1', {}],
    ['127.0.0.1', { host: 'rebound.example' }],
    ['127.0.0.1', { host: '127.0.0.1.rebound.example' }],
    ['127.0.0.1', { host, 'x-forwarded-for': '10.0.0.2' }],
    ['127.0.0.1', { host, via: '1.1 proxy' }],
    ['127.0.0.1', { host, forwarded: 'for=10.0.0.2' }],
    ['127.0.0.1', { host, 'x-forwarded-proto': 'https' }],
    ['127.0.0.1', { host, 'x-forwarded-host': 'leadmaster.example' }],
    ['127.0.0.1', { host, 'x-original-forwarded-for': '10.0.0.2' }],
    ['127.0.0.1', { host, 'x-real-ip': '127.0.0.1' }],
    ['127.0.0.1', { host, 'cf-connecting-ip': '10.0.0.2' }],
    ['127.0.0.1', { host, 'forwarded-for': '10.0.0.2' }],
    ['127.0.0.1', { host, 'wl-proxy-client-ip': '10.0.0.2' }],
    ['127.0.0.1', { host, 'x-azure-clientip': '10.0.0.2' }],
    ['127.0.0.1', { host, 'x-appengine-user-ip': '10.0.0.2' }],
    ['127.0.0.1', { host, origin: 'https://evil.example' }],
    ['127.0.0.1', { host, origin: 'null' }],
    ['127.0.0.1', { host, 'sec-fetch-site': 'cross-site' }],
  ] as const) {
    expect([headers, isLocal(requestOf(peer, headers))]).toEqual([headers, false]);
  }
});

test('a proxy that says nothing of itself is known by its HTTP/1.0', () => {
  expect(isLocal(requestOf('127.0.0.1', { host: 'localhost' }, '1.0'))).toBe(false);
});

test('the best form that a caller takes is chosen, and none where it takes none', () => {
  const offered = ['image/png', 'application/json'] as const;
  expect(preferredType(undefined, offered)).toBe('image/png');
  expect(preferredType('application/*;q=0.9, image/png;q=0.1', offered)).toBe('application/json');
  expect(preferredType('*/*, image/png;q=0', offered)).toBe('application/json');
  expect(preferredType('text/html', offered)).toBeNull();
});
