import type { Operation, Schema } from './description.ts';
import { parseJson } from './json.ts';
import type { Random } from './random.ts';
import { HOSTILE_TEXTS, hostileValue, spoil, validValue } from './values.ts';

/** One request as bytes, and what is known of it beforehand. */
export interface Attempt {
  operation: Operation | null;
  bytes: Buffer;
  /** How it reads in a report. */
  line: string;
  key: 'good' | 'none' | 'wrong';
  /** Nothing about it was made wrong: a refusal as malformed would be a mistake. */
  valid: boolean;
  /** The bytes are such that the server may close without an answer. */
  broken: boolean;
  /** The answer may take long or never end; hang up after a while. */
  endless: boolean;
}

export interface Plan {
  host: string;
  keys: { good: string };
  /** Sessions that requests are about; no others come into being. */
  names: readonly string[];
  /** Leave out, with a key, what would start browsers. */
  gentle: boolean;
}

interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  body: Buffer | null;
}

/** What starts a browser when it is asked for properly. */
const STARTS = new Set(['startSession', 'restartSession', 'compatConnect', 'requestPairingCode', 'logoutSession']);

/** Ways to make a good request wrong. */
type Mischief = 'path' | 'query' | 'header' | 'body' | 'type' | 'method' | 'cut' | 'bytes';
const MISCHIEFS: readonly Mischief[] = [
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

/** Makes one request out of chance. */
export function attempt(operations: readonly Operation[], plan: Plan, random: Random): Attempt {
  const operation = random.pick(operations);
  const key = random.pick(['good', 'good', 'good', 'good', 'good', 'none', 'wrong'] as const);
  const mayStart = key === 'good' && plan.gentle && STARTS.has(operation.id);
  const valid = !mayStart && random.chance(0.3);
  const draft = wellFormed(operation, plan, random);
  const mischiefs = valid ? [] : [random.pick(MISCHIEFS), ...(random.chance(0.3) ? [random.pick(MISCHIEFS)] : [])];
  // What may not start must be wrong in a way that is always noticed.
  if (mayStart) draft.path += `${draft.path.includes('?') ? '&' : '?'}unknown=1`;
  for (const mischief of mischiefs) makeWrong(draft, mischief, random);
  if (plan.gentle && draft.body !== null)
    draft.body = Buffer.from(draft.body.toString('latin1').replace('"start":true', '"start":false'), 'latin1');
  if (key === 'good')
    draft.headers.push(
      random.chance(0.8) ? ['authorization', `Bearer ${plan.keys.good}`] : ['x-api-key', plan.keys.good],
    );
  if (key === 'wrong') draft.headers.push(wrongKey(plan.keys.good, random));
  let bytes = toBytes(draft, plan.host);
  const mangled = mischiefs.includes('bytes');
  if (mangled) bytes = mangle(bytes, random);
  if (mischiefs.includes('cut')) bytes = bytes.subarray(0, random.int(1, bytes.length - 1));
  return {
    operation,
    bytes,
    line: `${bytes.subarray(0, 400).toString('latin1').replaceAll('\r\n', ' ⏎ ')} (${mischiefs.join('+') || 'valid'}, key: ${key})`,
    key,
    valid,
    broken: mangled || mischiefs.includes('cut'),
    endless:
      mangled ||
      mischiefs.includes('cut') ||
      /wait=|text\/event-stream|content-length: (?!\d{1,7}\r)|chunked|\r\nexpect/i.test(bytes.toString('latin1')),
  };
}

function wellFormed(operation: Operation, plan: Plan, random: Random): Draft {
  let path = operation.path;
  const query: string[] = [];
  const headers: [string, string][] = [];
  for (const { name, in: place, required, schema } of operation.parameters) {
    const isName = name === 'session' || name === 'x-session';
    const value = (): string => (isName ? random.pick(plan.names) : String(validValue(schema, random)));
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value()));
    else if (required || random.chance(0.4)) {
      if (place === 'query') query.push(`${name}=${encodeURIComponent(value())}`);
      else headers.push([name, header(value())]);
    }
  }
  if (random.chance(0.3)) headers.push(['accept', acceptable(operation, random)]);
  let body: Buffer | null = null;
  if (operation.body !== null && (operation.body.required || random.chance(0.4))) {
    const value = validBody(operation.body.schema, plan, random);
    body = Buffer.from(JSON.stringify(value));
    headers.push(['content-type', random.pick(['application/json', 'application/json; charset=utf-8'])]);
  }
  return { method: operation.method, path: query.length > 0 ? `${path}?${query.join('&')}` : path, headers, body };
}

function validBody(schema: Schema, plan: Plan, random: Random): unknown {
  const value = validValue(schema, random);
  if (typeof value === 'object' && value !== null && 'name' in value)
    Object.assign(value, { name: random.pick(plan.names) });
  if (typeof value === 'object' && value !== null && 'to' in value && random.chance(0.9))
    Object.assign(value, { to: '5491100000001' });
  return value;
}

/** A form that the operation offers. */
function acceptable(operation: Operation, random: Random): string {
  const types = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content }]) => Object.keys(content));
  return random.pick([...types, '*/*', 'text/html, */*;q=0.5']);
}

function makeWrong(draft: Draft, mischief: Mischief, random: Random): void {
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
function header(value: string): string {
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

function wrongKey(good: string, random: Random): [string, string] {
  return random.pick<[string, string]>([
    ['authorization', 'Bearer wrong'],
    ['authorization', `Bearer ${good}x`],
    ['authorization', `Basic ${good}`],
    ['authorization', `Bearer ${good.slice(0, -1)}`],
    ['authorization', 'Bearer'],
    ['authorization', good],
    ['x-api-key', good.toUpperCase()],
    ['x-api-key', 'k'.repeat(4000)],
    ['cookie', `key=${good}`],
  ]);
}

function toBytes({ method, path, headers, body }: Draft, host: string): Buffer {
  const own = new Set(headers.map(([name]) => name));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(own.has('host') ? [] : [`host: ${host}`]),
    ...(own.has('connection') ? [] : ['connection: close']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === null || own.has('content-length') || own.has('transfer-encoding')
      ? []
      : [`content-length: ${body.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}

/** Breaks the HTTP itself. */
function mangle(bytes: Buffer, random: Random): Buffer {
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
