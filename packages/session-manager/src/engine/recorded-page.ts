import {
  CHAT_SERVERS,
  EXPORT_TYPES,
  type ExportShape,
  MAGNITUDES,
  RECORDED_DATABASES,
  RECORDED_MODULE_NAMES,
  RECORDED_MODULES,
  type RecordedModule,
  type RecordedModuleShape,
  type RecordedPage,
  recordedPage,
  revision,
  SOCKET_STATES,
  STREAM_INFOS,
  STREAM_MODES,
} from '@leadmaster/protocol';

/**
 * The part of a recording that comes from the page, built from our own lists: for each name that a recording may hold,
 * the findings are asked whether they have it. What they have besides is never looked at, and nothing is copied but
 * small numbers and words of ours. Takes anything; what is not as expected becomes null, `other` or absent.
 */
export function recordedPageOf(findings: unknown): RecordedPage {
  const of = (name: string): unknown => own(findings, name);
  const counts = of('servers');
  return recordedPage.parse({
    hasLoader: of('hasLoader') === true,
    isInjected: of('isInjected') === true,
    modulesLoaded: hundreds(whole(of('modulesLoaded'), 1e6)),
    builds: { debug: revisionOf(of('debug')), updater: revisionOf(of('updater')) },
    socket: wordOf(SOCKET_STATES, of('socket')),
    hasSynced: typeof of('hasSynced') === 'boolean' ? of('hasSynced') : null,
    streamMode: wordOf(STREAM_MODES, of('streamMode')),
    streamInfo: wordOf(STREAM_INFOS, of('streamInfo')),
    modules: Object.fromEntries(RECORDED_MODULE_NAMES.map((name) => [name, moduleOf(name, own(of('modules'), name))])),
    messageKey: messageKeyOf(of('keyReads'), of('keyFields')),
    widTextField: textFieldOf(of('widReads')),
    counts: {
      chats: magnitudeOf(of('chats')),
      messages: magnitudeOf(of('messages')),
      chatsByServer: Object.fromEntries(
        CHAT_SERVERS.map((server) => [server, magnitudeOf(countOf(counts, server))]).filter(([, count]) => count !== 0),
      ),
    },
    ...databasesOf(of('databases')),
  } satisfies Record<keyof RecordedPage, unknown>);
}

function moduleOf(name: RecordedModule, found: unknown): RecordedModuleShape {
  const said = own(found, 'state');
  const state = said === 'present' || said === 'failed' ? said : 'absent';
  if (state !== 'present') return { state, exports: {} };
  const shapes = own(found, 'exports');
  return {
    state,
    exports: Object.fromEntries(RECORDED_MODULES[name].map((path) => [path, shapeOf(own(shapes, path))])),
  };
}

function shapeOf(found: unknown): ExportShape {
  const type = EXPORT_TYPES.find((known) => known === own(found, 'type')) ?? 'unreadable';
  return { type, arity: type === 'function' ? whole(own(found, 'arity'), 20) : null };
}

const KEY_PARTS = ['fromMe', 'remote', 'id', 'self', 'participant'] as const;

function messageKeyOf(reads: unknown, fields: unknown): RecordedPage['messageKey'] {
  if (!Array.isArray(reads)) return null;
  const names = Array.isArray(fields) ? fields.slice(0, 12) : null;
  return {
    textField: textFieldOf(reads),
    ownFields: names?.map((name) => KEY_PARTS.find((part) => part === name) ?? fieldOf(name)) ?? null,
  };
}

/** A `toString` that reads one field keeps the text there; one that reads several joins it. */
function textFieldOf(reads: unknown): RecordedPage['widTextField'] {
  return Array.isArray(reads) && reads.length === 1 ? fieldOf(reads[0]) : null;
}

/** A field's name: the old one, a minified one (its number is read from the digits), or `other`. */
function fieldOf(name: unknown): '_serialized' | 'other' | string {
  if (name === '_serialized') return '_serialized';
  const minified = typeof name === 'string' ? /^\$([0-9]{1,2})$/.exec(name) : null;
  return minified === null ? 'other' : `$${Number(minified[1])}`;
}

function databasesOf(found: unknown): Pick<RecordedPage, 'databases' | 'otherDatabases'> {
  const pairs = Array.isArray(found) ? found.filter((pair) => Array.isArray(pair)) : [];
  const known = RECORDED_DATABASES.flatMap((name) => {
    const version = whole(pairs.find(([other]) => other === name)?.[1], 99_999);
    return version === null || version === 0 ? [] : [[name, version]];
  });
  return { databases: Object.fromEntries(known), otherDatabases: Math.min(pairs.length - known.length, 1_000) };
}

/** How many chats a server has; every server that is not on our list is `other`. */
function countOf(counts: unknown, server: (typeof CHAT_SERVERS)[number]): number {
  const sum = (names: string[]) => names.reduce((all, name) => all + (whole(own(counts, name), 1e7) ?? 0), 0);
  if (server !== 'other') return sum([server]);
  if (typeof counts !== 'object' || counts === null) return 0;
  return sum(Object.keys(counts).filter((name) => name === 'other' || !CHAT_SERVERS.some((known) => known === name)));
}

/** Digits of `2.3000.N`, in the range of WhatsApp Web's builds; anything else is none. */
function revisionOf(version: unknown): number | null {
  const digits = typeof version === 'string' ? /^2\.3000\.([0-9]{10})(?:\.i)?$/.exec(version)?.[1] : undefined;
  return revision.safeParse(Number(digits)).data ?? null;
}

function wordOf<const Words extends readonly string[]>(words: Words, said: unknown): Words[number] | null {
  if (typeof said !== 'string') return null;
  return words.find((word) => word === said) ?? 'other';
}

function magnitudeOf(count: unknown): number {
  const many = whole(count, Number.MAX_SAFE_INTEGER) ?? 0;
  return MAGNITUDES.findLast((size) => size <= many) ?? 0;
}

/** A whole number from 0 to `most`, else null. */
function whole(value: unknown, most: number): number | null {
  if (typeof value !== 'number' || !(value >= 0 && value <= most)) return null;
  return Math.floor(value);
}

function hundreds(count: number | null): number | null {
  return count === null ? null : Math.floor(count / 100) * 100;
}

/** An own data field of something, read without running anything of its. */
function own(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  return Object.getOwnPropertyDescriptor(from, name)?.value;
}
