import { parseJson } from './json.ts';
import type { Random } from './random.ts';
import { HOSTILE_TEXTS, hostileValue, spoil } from './values.ts';

/** A request before it becomes bytes. */
export interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  body: Buffer | null;
}

/** Ways to make a good request wrong. */
export type Mischief = 'path' | 'query' | 'header' | 'body' | 'type' | 'method' | 'cut' | 'bytes';
/** Each as often as it is worth. */
export const MISCHIEFS: readonly Mischief[] = [
  'path',
  'query',
  'query',
  'header',
  'header',
  'body',
  'body',
  'body',
  'type',
  'method',
  'cut',
  'bytes',
];

/** Makes a good request wrong in one way; `cut` and `bytes` come later, when it is bytes. */
export function makeWrong(draft: Draft, mischief: Mischief, random: Random): void {
  switch (mischief) {
    case 'path': {
      const parts = draft.path.split('/');
      parts[random.int(1, parts.length - 1)] = hostilePart(random);
      draft.path = parts.join('/');
      break;
    }
    case 'query':
      draft.path += (draft.path.includes('?') ? '&' : '?') + hostileQuery(random);
      break;
    case 'header':
      draft.headers.push(hostileHeader(random));
      break;
    case 'body':
      draft.body = hostileBody(draft.body, random);
      if (!draft.headers.some(([name]) => name === 'content-type'))
        draft.headers.push(['content-type', 'application/json']);
      break;
    case 'type':
      draft.headers = draft.headers.filter(([name]) => name !== 'content-type');
      draft.headers.push([
        'content-type',
        random.pick([
          'text/plain',
          'application/xml',
          'multipart/form-data',
          ';',
          'application/json/x',
          'a'.repeat(500),
        ]),
      ]);
      draft.body ??= Buffer.from('{}');
      break;
    case 'method':
      draft.method = random.pick([
        'PUT',
        'PATCH',
        'OPTIONS',
        'HEAD',
        'TRACE',
        'PROPFIND',
        'DELETE',
        'GET',
        'POST',
        'QUERY',
        'get',
      ]);
      break;
    default:
  }
}

function hostilePart(random: Random): string {
  const raw = random.pick([
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
  ]);
  return random.chance(0.4) ? raw : encodeURIComponent(random.pick(HOSTILE_TEXTS).toWellFormed()).slice(0, 9000);
}

function hostileQuery(random: Random): string {
  const name = random.pick([
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
  ]);
  const value = random.chance(0.3)
    ? random.pick(['1&wait=2', '%', '%zz', '=', '9007199254740993', '601', '1.5', '+1', '1e3'])
    : encodeURIComponent(random.pick(HOSTILE_TEXTS).toWellFormed()).slice(0, 9000);
  return `${name}=${value}`;
}

function hostileHeader(random: Random): [string, string] {
  const name = random.pick([
    'accept',
    'last-event-id',
    'idempotency-key',
    'prefer',
    'x-session',
    'x-cliente-id',
    'x-request-id',
    'host',
    'origin',
    'expect',
    'content-encoding',
    'content-length',
    'transfer-encoding',
    'upgrade',
    'range',
    'if-none-match',
    'x-http-method-override',
    'x-forwarded-for',
    'accept-encoding',
    'cookie',
    'connection',
  ]);
  const value = random.pick([
    ...HOSTILE_TEXTS,
    '100-continue',
    'chunked',
    'gzip',
    'websocket',
    'DELETE',
    '*/*;q=9',
    'bytes=0-0',
    'keep-alive',
    '*'.repeat(20_000),
  ]);
  return [name, header(value)];
}

/** What may stand in a header without ending it; other mischief is made with the bytes. */
export function header(value: string): string {
  return Buffer.from(value, 'utf8')
    .toString('latin1')
    .replace(/[\r\n\0]/g, '');
}

function hostileBody(body: Buffer | null, random: Random): Buffer {
  const text = body?.toString('utf8') ?? '{}';
  const parsed = parseJson(text);
  return random.pick<() => Buffer>([
    () => Buffer.from(JSON.stringify(spoil(parsed, random)) ?? 'undefined'),
    () => Buffer.from(JSON.stringify(spoil(parsed, random)) ?? 'undefined'),
    () => Buffer.from(JSON.stringify(spoil(parsed, random)) ?? 'undefined'),
    () => Buffer.from(JSON.stringify(hostileValue(random)) ?? 'undefined'),
    () => Buffer.from(text.slice(0, random.int(0, text.length))),
    () => Buffer.from(`${'['.repeat(20_000)}`),
    () => Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
    () => Buffer.from('{"__proto__":{"polluted":true}}'),
    () => Buffer.from('{"name":"\\ud800","name":"\\u0000"}'),
    () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
    () => (random.chance(0.1) ? Buffer.alloc(1_100_000, 0x20) : Buffer.from(' ')),
  ])();
}

/** Breaks the HTTP itself. */
export function mangle(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('latin1');
  const head = text.indexOf('\r\n');
  const broken = random.pick<() => string>([
    () => text.replace('HTTP/1.1', random.pick(['HTTP/9.9', 'HTTP/0.9', 'HTTP/1.0', 'HTTQ', ''])),
    () => text.replaceAll('\r\n', '\n'),
    () => `${text.slice(0, head)}\r\nno colon here${text.slice(head)}`,
    () => `${text.slice(0, head)}\r\nx: \0${text.slice(head)}`,
    () => `${text.slice(0, head)}\r\ncontent-length: -1${text.slice(head)}`,
    () => `${text.slice(0, head)}\r\ncontent-length: 5\r\ncontent-length: 6${text.slice(head)}`,
    () => `${text.slice(0, head)}\r\ntransfer-encoding: chunked\r\ncontent-length: 3${text.slice(head)}zz\r\n`,
    () => `${text.slice(0, head)}\r\n${'x: y\r\n'.repeat(3000)}${text.slice(head + 2)}`,
    () => text.replace(' /', ` /\xff\xfe`),
    () => text.replace(' /', ' http://elsewhere/'),
    () => text.replace(/ \/\S*/, ' *'),
    () => String.fromCharCode(...Array.from({ length: 200 }, () => random.int(0, 255))),
  ])();
  return Buffer.from(broken, 'latin1');
}
