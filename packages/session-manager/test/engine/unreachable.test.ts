import { expect, test } from 'vitest';
import { unreachableByStatus, unreachableFrom } from '../../src/engine/unreachable.ts';

test.each([
  ['ERR_NAME_NOT_RESOLVED', 'dns'],
  ['ERR_DNS_TIMED_OUT', 'dns'],
  ['ERR_INTERNET_DISCONNECTED', 'route'],
  ['ERR_CONNECTION_REFUSED', 'route'],
  ['ERR_CONNECTION_TIMED_OUT', 'route'],
  ['ERR_ADDRESS_UNREACHABLE', 'route'],
  ['ERR_NETWORK_CHANGED', 'route'],
  ['ERR_CERT_AUTHORITY_INVALID', 'tls'],
  ['ERR_CERT_DATE_INVALID', 'tls'],
  ['ERR_SSL_PROTOCOL_ERROR', 'tls'],
  ['ERR_PROXY_CONNECTION_FAILED', 'proxy'],
  ['ERR_PROXY_CERTIFICATE_INVALID', 'proxy'],
  ['ERR_TUNNEL_CONNECTION_FAILED', 'proxy'],
  ['ERR_SOCKS_CONNECTION_FAILED', 'proxy'],
  ['ERR_EMPTY_RESPONSE', 'http'],
  ['ERR_HTTP2_PROTOCOL_ERROR', 'http'],
  ['ERR_INSUFFICIENT_RESOURCES', 'other'],
] as const)('%s is told as %s', (code, by) => {
  expect(unreachableFrom(`net::${code} at https://web.whatsapp.com/`)).toEqual({ by, detail: code });
});

test.each(['net::ERR_ABORTED', 'net::ERR_BLOCKED_BY_CLIENT', 'net::ERR_FAILED', 'auth timeout', ''])(
  'says nothing of the network: %s',
  (text) => expect(unreachableFrom(text)).toBeNull(),
);

test('an answer that is an error is told with its status', () => {
  expect([200, 304, 407, 429, 503].map(unreachableByStatus)).toEqual([
    null,
    null,
    { by: 'proxy', detail: 'HTTP 407' },
    { by: 'http', detail: 'HTTP 429' },
    { by: 'http', detail: 'HTTP 503' },
  ]);
});
