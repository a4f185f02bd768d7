import fc, { type Arbitrary } from 'fast-check';
import { z } from 'zod';

type Schema = z.core.JSONSchema.JSONSchema;

/** Good values by the name of their field, where its schema does not say all of the rule. */
export type Words = Readonly<Record<string, readonly unknown[]>>;

/** Texts that have broken programs before. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...['', ' ', '.', '..', '../../../../etc/passwd', '..\\..\\windows', '/etc/passwd', 'a/../b', '\0', 'a\0b'],
  ...['\u202e', 'ñandú', '🙂'.repeat(40), '\ud800', '\uffff', 'a\r\nX-Injected: 1', '__proto__', 'constructor'],
  ...['toString', 'undefined', 'null', 'NaN', '-1', '0x10', '1e309', '9'.repeat(400), "'; DROP TABLE sessions; --"],
  ...['<script>alert(1)</script>', '{{7*7}}', '%s%n%x', 'CON', 'VENTAS', 'a'.repeat(64), 'a'.repeat(300)],
  'x'.repeat(70_000),
];

/** Values that most schemas refuse. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE_TEXTS),
  fc.constantFrom<unknown>(-1, 0.5, 1e308, -0, Number.MAX_SAFE_INTEGER + 2, null, true, false, [], {}, [[[['..']]]]),
  fc.constant({ constructor: { prototype: { polluted: true } } }),
  fc.constant(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, 'v']))),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values that a schema allows, and now and then one just outside of its limits. */
export function valuesOf(schema: z.ZodType, io: 'input' | 'output', words: Words): Arbitrary<unknown> {
  // A registry of its own: once a service has described its API, the common one turns schemas into references.
  return byForm(z.toJSONSchema(schema, { io, unrepresentable: 'any', metadata: z.registry() }), words);
}

function byForm(schema: Schema, words: Words): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom<unknown>(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => byForm(choice as Schema, words)));
  switch (schema.type) {
    case 'object':
      return objects(schema, words);
    case 'array':
      return fc.array(byForm((schema.items ?? {}) as Schema, words), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objects({ properties = {}, required = [], additionalProperties }: Schema, words: Words): Arbitrary<object> {
  const fields = Object.entries(properties).map(([name, inner]) => {
    const good = words[name];
    return [name, good === undefined ? byForm(inner as Schema, words) : fc.constantFrom(...good)] as const;
  });
  // What has a default counts as required in the schema of what is read.
  const isAsked = (name: string): boolean =>
    required.includes(name) && (properties[name] as Schema).default === undefined;
  const stated = fc.record(Object.fromEntries(fields), { requiredKeys: Object.keys(properties).filter(isAsked) });
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0) return stated;
  const others = fc.dictionary(fc.string(), byForm(additionalProperties, words), { maxKeys: 4 });
  return fc.tuple(stated, others).map(([known, more]) => ({ ...more, ...known }));
}

function texts({ pattern, minLength = 0, maxLength = 2 ** 20 }: Schema): Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const usual = fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40), unit: 'grapheme' });
  const edges = [minLength, minLength - 1, maxLength, maxLength + 1].filter((size) => size >= 0 && size < 5000);
  return fc.oneof({ weight: 9, arbitrary: usual }, fc.constantFrom(...edges.map((size) => 'a'.repeat(size))));
}

function numbers({ minimum, exclusiveMinimum, maximum }: Schema): Arbitrary<number> {
  const min = minimum ?? (typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : -1000);
  const max = maximum ?? Number.MAX_SAFE_INTEGER;
  const usual = fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 100) }),
    fc.maxSafeInteger().map((n) => Math.min(max, Math.max(min, n))),
  );
  return fc.oneof({ weight: 9, arbitrary: usual }, fc.constantFrom(min - 1, max + 1, min + 0.5));
}

/** An object with one thing about it made wrong. */
export function spoiled(good: Arbitrary<unknown>, hostile: Arbitrary<unknown>): Arbitrary<unknown> {
  const how = fc.constantFrom('change', 'change', 'leave out', 'add', 'replace');
  const extra = fc.constantFrom('extra', 'Name', 'start ', 'constructor');
  return fc.tuple(good, how, fc.nat(), extra, hostile).map(([value, way, at, name, bad]) => {
    if (typeof value !== 'object' || value === null || way === 'replace') return bad;
    const names = Object.keys(value);
    const field = names[at % names.length] ?? 'x';
    if (way === 'leave out') return Object.fromEntries(Object.entries(value).filter(([key]) => key !== field));
    return { ...value, [way === 'add' ? name : field]: bad };
  });
}
