import type { Operation, Schema } from './description.ts';
import { parseJson } from './json.ts';
import { type Draft, header, MISCHIEFS, makeWrong, mangle } from './mischief.ts';
import type { Random } from './random.ts';
import { validValue } from './values.ts';

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
  /** Paths that the service has named in `Location`: what is there to be asked for. */
  places: readonly string[];
  /** Leave out, with a key, what would start browsers. */
  gentle: boolean;
}

/** What starts a browser when it is asked for properly. */
const STARTS = new Set([
  'startSession',
  'restartSession',
  'compatConnect',
  'requestPairingCode',
  'logoutSession',
  'verifySnapshot',
  'restoreSnapshot',
  'recoverSessions',
  'adoptSession',
  'importSession',
  'retireSession',
  'transferSession',
  'prepareTransfer',
]);

/** What files are sealed with. */
const PASSPHRASE = 'caballo%20correcto%20b';
/** The file that the sessions in memory take for one. */
const FILE = Buffer.from(`fake export ${decodeURIComponent(PASSPHRASE).length}\nabc`);

/** What a long call may be told of how it is liked to be answered; all but the third get 202. */
const PREFERENCES = [
  'respond-async',
  'RESPOND-ASYNC; a="b, c", wait=5',
  'wait=5, return=minimal',
  'a=",", respond-async=""',
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
  if (plan.gentle && operation.id === 'createSession' && draft.body !== null) draft.body = startless(draft.body);
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
    line: `${bytes.subarray(0, 400).toString('latin1').replaceAll('\r\n', ' ⏎ ').replaceAll(plan.keys.good, 'KEY')} (${mischiefs.join('+') || 'valid'}, key: ${key})`,
    key,
    valid,
    broken: mangled || mischiefs.includes('cut'),
    endless:
      mangled ||
      mischiefs.includes('cut') ||
      /wait=|text\/event-stream|content-length: (?!\d{1,7}\r)|chunked|\r\nexpect/i.test(bytes.toString('latin1')),
  };
}

/** A body that makes a session without starting it: `start` is true when nobody says otherwise. */
function startless(body: Buffer): Buffer {
  const value = parseJson(new TextDecoder().decode(body));
  if (typeof value !== 'object' || value === null || !('name' in value)) return body;
  if ('start' in value && value.start !== true) return body;
  return Buffer.from(JSON.stringify({ ...value, start: false }));
}

function wellFormed(operation: Operation, plan: Plan, random: Random): Draft {
  let path = random.chance(0.7) ? knownPath(operation.path, plan.places, random) : operation.path;
  const query: string[] = [];
  const headers: [string, string][] = [];
  for (const { name, in: place, required, schema } of operation.parameters) {
    const isName = name === 'session' || name === 'x-session';
    const value = (): string =>
      isName
        ? random.pick(plan.names)
        : name === 'prefer'
          ? random.pick(PREFERENCES)
          : name === 'x-passphrase'
            ? PASSPHRASE
            : String(validValue(schema, random));
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value()));
    else if (required || name === 'x-passphrase' || random.chance(0.4)) {
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
  if (operation.upload) {
    body = FILE;
    headers.push(['content-type', 'application/octet-stream']);
  }
  return { method: operation.method, path: query.length > 0 ? `${path}?${query.join('&')}` : path, headers, body };
}

/** The path with a place that the service has named in it, where it has named one of that form. */
function knownPath(path: string, places: readonly string[], random: Random): string {
  const end = path.lastIndexOf('}') + 1;
  const form = new RegExp(`^${path.slice(0, end).replace(/{\w+}/g, '[^/]+')}$`);
  const known = places.filter((place) => form.test(place));
  return end === 0 || known.length === 0 ? path : random.pick(known) + path.slice(end);
}

/** Recipients as people write them: no schema says the rule whole. */
const RECIPIENTS = ['5491100000001', '+54 9 11 0000-0001', '5491100000001@c.us', '120363000000000001@g.us'];

function validBody(schema: Schema, plan: Plan, random: Random): unknown {
  const value = validValue(schema, random);
  if (typeof value === 'object' && value !== null && 'name' in value)
    Object.assign(value, { name: random.pick(plan.names) });
  if (typeof value === 'object' && value !== null && schema.properties?.sessions !== undefined)
    Object.assign(value, { sessions: [random.pick(plan.names)] });
  if (typeof value === 'object' && value !== null && 'to' in value)
    Object.assign(value, { to: random.pick(RECIPIENTS) });
  if (typeof value === 'object' && value !== null && 'phone' in value)
    Object.assign(value, { phone: random.pick(RECIPIENTS.slice(0, 2)) });
  return value;
}

/** A form that the operation offers. */
function acceptable(operation: Operation, random: Random): string {
  const types = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content }]) => Object.keys(content));
  return random.pick([...types, '*/*', 'text/html, */*;q=0.5']);
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
