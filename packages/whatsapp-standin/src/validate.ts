import { noSuchDrift, PAGES, parseDrift } from './drifts.ts';
import { StandinError } from './errors.ts';
import type { FaultState } from './faults.ts';
import type { SettingsChange } from './options.ts';
import type { PastLetter } from './post-office.ts';
import type { Capping, Erasing } from './wire.ts';

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const text: Check = (value) => typeof value === 'string' && value.length > 0;
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const shaped =
  (shape: Shape): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, field]) => shape[name]?.(field) ?? false);

const count32: Check = (value) => count(value) && Number(value) < 2 ** 31;
/** A list of drifts; one that does not exist is named, with those that do. */
const drifts: Check = (value) => {
  if (!Array.isArray(value)) return false;
  for (const one of value) {
    if (parseDrift(String(one)) === null) throw new StandinError('bad_request', noSuchDrift(String(one)));
  }
  return true;
};
const version: Check = (value) => text(value) && /^[\w.-]+$/.test(value as string);

const FAULTS: Shape = {
  outage: oneOf('none', 'refused', 'hanging', 'page_unreachable', 'page_hanging', 'page_error'),
  deprecated: (value) => flag(value) || text(value),
  messageAcks: oneOf('normal', 'none'),
  unregistered: (value) => Array.isArray(value) && value.every(text),
  brokenChats: (value) => Array.isArray(value) && value.every(text),
  clockSkewMs: number,
  assetsGone: (value) => Array.isArray(value) && value.every(text),
};

const SETTINGS: Shape = {
  qr: shaped({ firstMs: count, nextMs: count, count }),
  sync: oneOf('fast', 'normal', 'slow'),
  slowSyncMs: count,
  ackDelaysMs: (value) => Array.isArray(value) && value.length === 3 && value.every(number),
  pairingCodeMs: count,
  clones: oneOf('observe', 'logout'),
  page: shaped({
    scriptBytes: count,
    heapBytes: count,
    databaseBytes: count,
    mediaBytes: count,
    serviceWorker: flag,
    version,
    schema: count32,
    builds: (value) =>
      Array.isArray(value) &&
      value.every(shaped({ version, drifts, schema: count32 })) &&
      value.every((build) => 'version' in build),
    keepAliveMs: count,
    date: oneOf(...Object.keys(PAGES)),
    drifts,
    speed: (value) => number(value) && Number(value) > 0,
  }),
};

/** Reads a change of the faults from outside; what it does not know it refuses. */
export function parseFaults(value: unknown): Partial<FaultState> {
  return check(value, FAULTS, 'faults') as Partial<FaultState>;
}

/** Reads a change of the settings from outside; what it does not know it refuses. */
export function parseSettings(value: unknown): SettingsChange {
  return check(value, SETTINGS, 'settings') as SettingsChange;
}

function check(value: unknown, shape: Shape, what: string): unknown {
  for (const [name, field] of Object.entries(value ?? {})) {
    const known = shape[name];
    if (!known) throw new StandinError('bad_request', `${what} have no '${name}'; they have ${Object.keys(shape)}`);
    if (!known(field)) throw new StandinError('bad_request', `${what}: '${name}' cannot be ${JSON.stringify(field)}`);
  }
  return value;
}

const ERASING: Shape = { code: (value) => [0, 1, 2, 3].includes(value as number), header: text, subtext: text };

/** Reads `{code, header, subtext}`: how the page gives its login up. */
export function parseErasing(value: unknown): Erasing {
  const erasing = check(value, ERASING, 'erase') as Partial<Erasing>;
  if (erasing.code === undefined) throw new StandinError('bad_request', "erase needs a 'code', 0 to 3");
  return erasing as Erasing;
}

/** Reads `{untilMs}`; null in it, or nothing at all, is no time-lock. */
export function parseTimelock(value: unknown): { untilMs: number } | null {
  const { untilMs } = check(value, { untilMs: (ms) => ms === null || count(ms) }, 'timelock') as { untilMs?: number };
  return untilMs === undefined || untilMs === null ? null : { untilMs };
}

const PAST: Shape = { with: text, text, atMs: count, isOwn: flag };

/** Reads `{letters: [{with, text, atMs, isOwn}]}`. */
export function parsePast({ letters }: Readonly<Record<string, unknown>>): PastLetter[] {
  if (!Array.isArray(letters)) throw new StandinError('bad_request', "the body needs a list 'letters'");
  return letters.map((letter) => {
    const whole = check(letter, PAST, 'letters') as Partial<PastLetter>;
    const missing = Object.keys(PAST).find((name) => !(name in whole));
    if (missing !== undefined) throw new StandinError('bad_request', `a letter needs '${missing}'`);
    return whole as PastLetter;
  });
}

const CAPPING: Shape = {
  status: oneOf('NONE', 'FIRST_WARNING', 'SECOND_WARNING', 'CAPPED'),
  used: count,
  total: count,
};

/** Reads `{status, used, total}`; nothing at all is no quota. */
export function parseCapping(value: unknown): Capping | null {
  const { status, used = 0, total = 50 } = check(value, CAPPING, 'capping') as Partial<Capping>;
  return status === undefined ? null : { status, used, total };
}
