import { MAGNITUDES, RECORDED_DATABASES, RECORDED_MODULES, recording } from '@leadmaster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordedPageOf } from '../../src/engine/recorded-page.ts';
import { recordingOf } from '../../src/lifecycle/recording.ts';
import { leaksOf, partsWithin, strangersIn } from './closed.ts';

const digits = (length: fc.IntegerConstraints) =>
  fc.integer(length).chain((count) => fc.stringMatching(new RegExp(`^[2-9][0-9]{${count}}$`)));
const phone = digits({ min: 7, max: 14 });

/** What an account holds: numbers, names, texts, keys, ids, in any script and of any size. */
const secret = fc.oneof(
  phone,
  phone.map((number) => `${number}@c.us`),
  fc.tuple(phone, fc.stringMatching(/^3EB0[0-9A-F]{18}$/)).map(([number, id]) => `true_${number}@lid_${id}`),
  phone.map((number) => `2.3000.${number}`),
  phone.map((number) => `$${number}`),
  fc.string({ minLength: 4, unit: 'grapheme' }),
  fc.base64String({ minLength: 8, maxLength: 64 }),
  fc.lorem(),
  fc.string({ minLength: 2_000, maxLength: 2_001 }),
);

/** A thing that runs code when it is asked. */
const getter = secret.map((text) => Object.defineProperty({}, 'state', { enumerable: true, get: () => text }));

const leaf = fc.oneof(
  secret,
  phone.map(Number),
  phone.map((number) => -Number(number) / 7),
  getter,
  fc.constant(null),
);
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'length', 'then', 'toJSON'];
const key = fc.oneof(secret, fc.constantFrom(...KEYS));

const nested = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('any')), { maxLength: 3 }).map(bag),
  ),
})).any;

/** An object with these own fields, under any names. */
function bag(fields: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [name, value] of fields) {
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

const orSecret = <T>(right: T) => fc.oneof(fc.constant(right), nested);

/** A page as it should answer, with a secret wherever one can be. */
const shapes = (paths: readonly string[]) =>
  fc.tuple(
    ...paths.map((path) =>
      fc
        .record({ type: orSecret('function'), arity: orSecret(2), text: secret })
        .map((shape) => [path, shape] as const),
    ),
    fc.tuple(key, nested),
  );
const modules = fc
  .tuple(
    fc.tuple(
      ...Object.entries(RECORDED_MODULES)
        .slice(0, 4)
        .map(([name, paths]) =>
          fc
            .record({ state: orSecret('present'), exports: fc.oneof(shapes(paths).map(bag), nested), name: secret })
            .map((found) => [name, found] as const),
        ),
    ),
    fc.array(fc.tuple(key, nested), { maxLength: 3 }),
  )
  .map(([known, strange]) => bag([...known, ...strange]));
const likely = fc.record({
  hasLoader: orSecret(true),
  isInjected: nested,
  modulesLoaded: orSecret(13_327),
  debug: orSecret('2.3000.1047935283'),
  updater: nested,
  socket: orSecret('CONNECTED'),
  hasSynced: nested,
  streamMode: orSecret('MAIN'),
  streamInfo: nested,
  modules: fc.oneof(modules, nested),
  keyReads: fc.oneof(fc.array(secret, { maxLength: 3 }), nested),
  keyFields: fc.oneof(fc.array(fc.oneof(secret, fc.constant('remote')), { maxLength: 20 }), nested),
  widReads: fc.oneof(fc.array(secret, { minLength: 1, maxLength: 1 }), nested),
  chats: orSecret(1_234),
  messages: leaf,
  servers: fc.oneof(fc.array(fc.tuple(key, fc.oneof(leaf, fc.nat())), { maxLength: 5 }).map(bag), nested),
  databases: fc.oneof(
    fc.array(fc.tuple(fc.oneof(secret, fc.constantFrom(...RECORDED_DATABASES)), fc.oneof(leaf, fc.constant(2020)))),
    nested,
  ),
});

const facts = {
  features: {},
  runtime: { browser: 'chromium', browserVersion: '156.0.7777.5' },
  state: 'READY' as const,
  transitions: [],
  now: new Date('2026-09-20T12:00:00Z'),
};

function secretsIn(value: unknown, seen: string[] = []): string[] {
  if (typeof value === 'string' || typeof value === 'number') seen.push(String(value));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      seen.push(name);
      secretsIn(field.value, seen);
    }
  }
  return seen;
}

/** What the page may say rightly, which is no secret. */
const RIGHT = ['13327', '2.3000.1047935283', '1234', '2020'];

test('holds no content of a page, for any answer of the page', () => {
  fc.assert(
    fc.property(fc.oneof(nested, likely), (findings) => {
      const file = recordingOf({ ...facts, page: recordedPageOf(findings) });
      expect(recording.parse(file)).toEqual(file);
      expect(strangersIn(file)).toEqual([]);
      const parts = partsWithin(file).difference(RIGHT_PARTS);
      const leaks = secretsIn(findings)
        .filter((found) => !RIGHT.includes(found) && found.length >= 4)
        .flatMap((found) => leaksOf(found, parts));
      expect(leaks).toEqual([]);
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

/** What stands in every recording of this test, and what a page may rightly say. */
const RIGHT_PARTS = partsWithin([
  ...RIGHT,
  ...[13_300, ...MAGNITUDES, 1_047_935_283, true, false, null],
  recordingOf({ ...facts, page: recordedPageOf({}) }),
]);

test('leaves the prototype of everything alone', () => {
  const findings: unknown = JSON.parse('{"__proto__":{"polluted":1},"modules":{"__proto__":{"state":"present"}}}');
  recordedPageOf(findings);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(recordedPageOf(findings).modules.WAWebMsgKey.state).toBe('absent');
});
