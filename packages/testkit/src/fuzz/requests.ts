import { BYTES, goodAnswersOf, longCallHeaders, nothingRead, ROUTES, type Route } from '@leadmaster/protocol';
import fc, { type Arbitrary } from 'fast-check';
import { z } from 'zod';
import type { KeyKind } from './keys.ts';
import { headerText, type Oddity, oddities, type Wire } from './oddities.ts';
import { HOSTILE_TEXTS, hostileValue, spoiled, valuesOf, type Words } from './values.ts';

type Texts = Readonly<Record<string, string>>;

/** One request: what is asked of a route, with which key, and what is odd about it. */
export interface Ask {
  route: Route;
  key: KeyKind;
  /** Which form of the key. */
  form: number;
  params: Texts;
  query: Texts;
  headers: Texts;
  body: Buffer | null;
  oddities: readonly Oddity[];
  /** Which place that the service has named is asked for, where it has named one of that form. */
  place: number | null;
  /** Sends it in two parts, cut there. */
  pause: number | null;
}

/** What requests are drawn from. */
export interface Plan {
  host: string;
  keys: readonly KeyKind[];
  words: Words;
  /** Bodies for routes that take bytes. */
  files: readonly Buffer[];
  routes: readonly Route[];
  /** Paths that the service has named in `Location`. */
  places: string[];
}

const hostileText = fc.constantFrom(...HOSTILE_TEXTS);
const nothing = z.object({});

/** Every route of the contract, asked well, nearly well and badly. */
export function asks(plan: Plan): Arbitrary<Ask> {
  return fc.oneof(...plan.routes.map((route) => asksOf(route, plan)));
}

function asksOf(route: Route, { keys, words, files }: Plan): Arbitrary<Ask> {
  const parts = partsOf(route);
  return fc.record({
    route: fc.constant(route),
    key: fc.constantFrom(...keys.flatMap((key) => Array<KeyKind>(key.weight).fill(key))),
    form: fc.nat(20),
    params: texts(parts.params, words, queryText).map((given) => inPath(route, given)),
    query: texts(parts.query, words, queryText),
    headers: fc
      .tuple(
        texts(parts.headers, words, (text) => headerText(text.slice(0, 3000))),
        fc.option(accepts(route), { freq: 2 }),
      )
      .map(([headers, accept]) => (accept === null ? headers : { accept, ...headers })),
    body: bodies(route, words, files),
    oddities: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(oddities, { minLength: 1, maxLength: 2 })),
    place: fc.option(fc.nat(300), { freq: 3 }),
    pause: fc
      .option(fc.nat(300), { freq: 20 })
      .map((at) => (at === 0 ? null : at))
      .map((at) => (at === null || at % 3 > 0 ? null : at)),
  });
}

/** What is read of a request, as `bind.ts` has it read. */
function partsOf({ params = nothing, query = nothingRead, headers = nothing, long }: Route) {
  return { params, query, headers: long === undefined ? headers : longCallHeaders };
}

/** What the path has room for; a part that is missing is empty. */
function inPath({ path }: Route, given: Texts): Texts {
  return Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, given[name] ?? '']));
}

function queryText(text: string): string {
  return text.slice(0, 500).toWellFormed();
}

/** A part of a request that is texts by name. */
function texts(schema: z.ZodType, words: Words, clean: (text: string) => string): Arbitrary<Texts> {
  const good = valuesOf(schema, 'output', words);
  return fc
    .oneof({ weight: 6, arbitrary: good }, spoiled(good, hostileText))
    .map((value) => (typeof value === 'object' && value !== null ? value : {}))
    .map((value) =>
      Object.fromEntries(Object.entries(value).map(([name, each]) => [name.trim(), clean(textOf(each))])),
    );
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function accepts(route: Route): Arbitrary<string> {
  const types = Object.values(goodAnswersOf(route)).flatMap((answer) =>
    'content' in answer ? Object.keys(answer.content) : [],
  );
  return fc.constantFrom(...types, '*/*', 'text/html, */*;q=0.5');
}

function bodies(route: Route, words: Words, files: readonly Buffer[]): Arbitrary<Buffer | null> {
  if (route.bytes !== undefined)
    return fc.oneof(
      fc.constantFrom(...files),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
  if (route.body === undefined) return fc.constant(null);
  const good = valuesOf(route.body, 'input', words);
  const value = fc.oneof({ weight: 4, arbitrary: good }, spoiled(good, hostileValue));
  return fc
    .option(value, { freq: 8, nil: undefined })
    .map((each) => (each === undefined ? null : Buffer.from(JSON.stringify(each))));
}

/** Whether a request is such that the contract does not speak of its like. */
export function isOdd(ask: Ask): boolean {
  return ask.oddities.length > 0 || Object.values(ask.params).includes('');
}

/** Whether the contract takes a request; null where it does not speak of its like. */
export function isTaken(ask: Ask): boolean | null {
  if (isOdd(ask)) return null;
  const { route, body } = ask;
  // Names that would reach into a prototype are refused wherever they stand.
  if (route.bytes === undefined && /__proto__|constructor/.test(body?.toString() ?? '')) return null;
  const parts = partsOf(route);
  return (
    parts.params.safeParse(ask.params).success &&
    parts.query.safeParse(ask.query).success &&
    parts.headers.safeParse(ask.headers).success &&
    (route.body === undefined ||
      route.bytes !== undefined ||
      route.body.safeParse(body === null ? undefined : JSON.parse(body.toString())).success)
  );
}

/** Whether nothing may come of it: its key does not open the route, or the contract refuses it. */
export function mustBeRefused(ask: Ask): boolean {
  return ask.key.refuses(ask.route) !== null || isTaken(ask) === false;
}

/** The answer may take long, or never end. */
export function isEndless({ oddities: odd, query, headers }: Ask): boolean {
  return odd.length > 0 || 'wait' in query || headers.accept === 'text/event-stream';
}

/** The bytes of a request. */
export function bytesOf(ask: Ask, { host, places }: Pick<Plan, 'host' | 'places'>): Buffer {
  const { route, key, body, oddities: odd } = ask;
  const query = Object.entries(ask.query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const type = route.bytes === undefined ? 'application/json' : BYTES;
  const wire: Wire = {
    method: route.method,
    path: [pathOf(ask, places), ...(query.length > 0 ? [query.join('&')] : [])].join('?'),
    headers: [
      ...Object.entries(ask.headers),
      ...(body === null ? [] : [['content-type', type] as [string, string]]),
      ...(key.forms[ask.form % Math.max(1, key.forms.length)] ?? []).map(([name, value]): [string, string] => [
        name,
        value,
      ]),
    ],
    body,
  };
  for (const { parts } of odd) Object.assign(wire, parts?.(wire));
  return odd.reduce((bytes, oddity) => oddity.bytes?.(bytes) ?? bytes, serialised(wire, host));
}

function pathOf({ route, params, place }: Ask, places: readonly string[]): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] as string));
  const end = route.path.lastIndexOf('}') + 1;
  if (place === null || end === 0 || route.params?.safeParse(params).success !== true) return path;
  const form = new RegExp(`^${route.path.slice(0, end).replace(/{\w+}/g, '[^/]+')}$`);
  const known = places.filter((each) => form.test(each));
  const chosen = known[place % known.length];
  return chosen === undefined ? path : chosen + route.path.slice(end);
}

function serialised({ method, path, headers, body }: Wire, host: string): Buffer {
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

/** All routes of a session manager. */
export const ALL_ROUTES: readonly Route[] = Object.values(ROUTES);
