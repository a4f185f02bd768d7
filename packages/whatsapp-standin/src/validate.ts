import { PAGES, parseDrift } from './drifts.ts';
import { StandinError } from './errors.ts';
import type { FaultState } from './faults.ts';
import type { SettingsChange } from './options.ts';

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

const FAULTS: Shape = {
  outage: oneOf('none', 'refused', 'hanging', 'page_unreachable', 'page_hanging'),
  deprecated: (value) => flag(value) || text(value),
  messageAcks: oneOf('normal', 'none'),
  unregistered: (value) => Array.isArray(value) && value.every(text),
  brokenChats: (value) => Array.isArray(value) && value.every(text),
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
    version: text,
    keepAliveMs: count,
    date: oneOf(...Object.keys(PAGES)),
    drifts: (value) => Array.isArray(value) && value.every((one) => text(one) && parseDrift(one) !== null),
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
