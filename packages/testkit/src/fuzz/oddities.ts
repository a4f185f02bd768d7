import fc, { type Arbitrary } from 'fast-check';
import { HOSTILE_TEXTS } from './values.ts';

/** A request before it becomes bytes. */
export interface Wire {
  method: string;
  path: string;
  headers: [name: string, value: string][];
  body: Buffer | null;
}

/** Something odd about a request that no contract speaks of: to its parts, or to its bytes. */
export interface Oddity {
  name: string;
  parts?: (wire: Wire) => Partial<Wire>;
  bytes?: (bytes: Buffer) => Buffer;
}

/** What may stand in a header without ending it; other mischief is made with the bytes. */
export function headerText(value: string): string {
  return Buffer.from(value, 'utf8')
    .toString('latin1')
    .replace(/[^\x20-\x7e\x80-\xff]/g, '')
    .trim();
}

const shortTexts = HOSTILE_TEXTS.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 9000));
const PATH_PARTS = [
  '%',
  '%zz',
  '%E0%A4%A',
  '%c0%af',
  '%00',
  '%2e%2e%2f',
  '..;',
  '*',
  ':session',
  '{session}',
  'a%0d%0ab',
];
const QUERIES = [
  ...[
    'wait',
    'limit',
    'after',
    'purge',
    'restart',
    'unknown',
    '__proto__',
    'constructor[prototype][x]',
    'wait[]',
    '',
    '%00',
  ],
];
const QUERY_VALUES = ['1&wait=2', '%', '%zz', '=', '9007199254740993', '601', '1.5', '+1', '1e3', ...shortTexts];
const HEADERS = [
  ...['accept', 'last-event-id', 'idempotency-key', 'prefer', 'x-session', 'x-cliente-id', 'x-request-id', 'host'],
  ...['origin', 'expect', 'content-encoding', 'content-length', 'transfer-encoding', 'upgrade', 'range', 'connection'],
  ...['if-none-match', 'x-http-method-override', 'x-forwarded-for', 'accept-encoding', 'cookie'],
];
const HEADER_VALUES = [
  ...[
    '100-continue',
    'chunked',
    'gzip',
    'websocket',
    'DELETE',
    '*/*;q=9',
    'bytes=0-0',
    'keep-alive',
    '*'.repeat(20_000),
  ],
  ...HOSTILE_TEXTS.map(headerText),
];
const METHODS = ['PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'DELETE', 'GET', 'POST', 'QUERY', 'get'];
const TYPES = ['text/plain', 'application/xml', 'multipart/form-data', ';', 'application/json/x', 'a'.repeat(500)];
const BODIES = [
  ...['[', '['.repeat(20_000), `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, '{"__proto__":{"polluted":true}}'],
  ...['{"name":"\\ud800","name":"\\u0000"}', '\xff\xfe{}', '\xef\xbb\xbf{}', ' ', 'undefined', ' '.repeat(1_100_000)],
];

/** Ways to break HTTP itself: each gets the text of the request and where its first line ends. */
const BREAKS: readonly ((text: string, head: number) => string)[] = [
  ...['HTTP/9.9', 'HTTP/0.9', 'HTTP/1.0', 'HTTQ', ''].map(
    (version) => (text: string) => text.replace('HTTP/1.1', version),
  ),
  (text) => text.replaceAll('\r\n', '\n'),
  ...[
    ...['no colon here', 'x: \0', 'content-length: -1', 'content-length: 5\r\ncontent-length: 6', 'host: elsewhere'],
    ...['transfer-encoding: chunked\r\ncontent-length: 3', 'x: y\r\n'.repeat(3000).trim()],
  ].map((line) => (text: string, head: number) => `${text.slice(0, head)}\r\n${line}${text.slice(head)}`),
  (text) => text.replace(' /', ' /\xff\xfe'),
  (text) => text.replace(' /', ' http://elsewhere/'),
  (text) => text.replace(/ \/\S*/, ' *'),
  (text) => text.replace(/host: .*\r\n/, ''),
  (text) => `\x16\x03\x01${text}`,
];

const both = (of: readonly string[], and: readonly string[]): Arbitrary<[string, string]> =>
  fc.tuple(fc.constantFrom(...of), fc.constantFrom(...and));

/** The headers with a type of the body in place of the one they have. */
function typed({ headers }: Wire, type: string): Wire['headers'] {
  return [...headers.filter(([name]) => name !== 'content-type'), ['content-type', type]];
}

function withPart({ path }: Wire, at: number, part: string): string {
  const pieces = path.split('/');
  return pieces.with(1 + (at % (pieces.length - 1)), part).join('/');
}

const parts = (name: string, change: (wire: Wire) => Partial<Wire>): Oddity => ({ name, parts: change });

/** Every kind of oddity, as often as it is worth. */
export const oddities: Arbitrary<Oddity> = fc.oneof(
  fc
    .tuple(fc.nat(), fc.constantFrom(...PATH_PARTS, ...shortTexts))
    .map(([at, part]) => parts('path', (wire) => ({ path: withPart(wire, at, part) }))),
  both(QUERIES, QUERY_VALUES).map(([name, value]) =>
    parts('query', ({ path }) => ({ path: `${path}${path.includes('?') ? '&' : '?'}${name}=${value}` })),
  ),
  both(HEADERS, HEADER_VALUES).map((header) => parts('header', ({ headers }) => ({ headers: [...headers, header] }))),
  fc.constantFrom(...METHODS).map((method) => parts('method', () => ({ method }))),
  fc
    .constantFrom(...TYPES)
    .map((type) => parts('type', (wire) => ({ headers: typed(wire, type), body: wire.body ?? Buffer.from('{}') }))),
  fc
    .constantFrom(...BODIES)
    .map((body) =>
      parts('body', (wire) => ({ headers: typed(wire, 'application/json'), body: Buffer.from(body, 'latin1') })),
    ),
  fc.constantFrom(...BREAKS).map((broken) => ({
    name: 'bytes',
    bytes: (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      return Buffer.from(broken(text, text.indexOf('\r\n')), 'latin1');
    },
  })),
  fc.double({ min: 0, max: 1, noNaN: true }).map((part) => ({
    name: 'cut',
    bytes: (bytes: Buffer) => bytes.subarray(0, 1 + Math.floor(part * (bytes.length - 2))),
  })),
  fc.uint8Array({ minLength: 1, maxLength: 200 }).map((noise) => ({ name: 'noise', bytes: () => Buffer.from(noise) })),
);
