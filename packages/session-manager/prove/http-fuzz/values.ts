import fc from 'fast-check';
import type { Schema } from './description.ts';
import type { Random } from './random.ts';

/** Texts that have broken programs before. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../../../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd',
  'a/../b',
  '\0',
  'a\0b',
  '\u202e',
  'ñandú',
  '🙂'.repeat(40),
  '\ud800',
  '\uffff',
  'a\r\nX-Injected: 1',
  '__proto__',
  'constructor',
  'toString',
  'undefined',
  'null',
  'NaN',
  '-1',
  '0x10',
  '1e309',
  '9'.repeat(400),
  "'; DROP TABLE sessions; --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '%s%n%x',
  'CON',
  'VENTAS',
  'a'.repeat(64),
  'a'.repeat(300),
  'x'.repeat(70_000),
];

const pools = new Map<string, readonly string[]>();

/** Texts that match a pattern; the same for the same seed. */
function matching(pattern: string, seed: number): readonly string[] {
  const key = `${seed} ${pattern}`;
  const known = pools.get(key);
  if (known !== undefined) return known;
  const pool = fc.sample(fc.stringMatching(new RegExp(pattern)), { seed, numRuns: 60 });
  pools.set(key, pool);
  return pool;
}

/** A value that a schema allows. */
export function validValue(schema: Schema, random: Random): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return validValue(random.pick(choices), random);
  switch (schema.type) {
    case 'object':
      return validObject(schema, random);
    case 'array':
      return Array.from({ length: random.int(0, 3) }, () => validValue(schema.items ?? {}, random));
    case 'string':
      return validText(schema, random);
    case 'integer':
    case 'number':
      return random.int(leastOf(schema), Math.min(schema.maximum ?? 100, leastOf(schema) + 100));
    case 'boolean':
      return random.chance(0.5);
    default:
      return null;
  }
}

function validObject(schema: Schema, random: Random): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name) || random.chance(0.6)) value[name] = validValue(inner, random);
  }
  if (typeof schema.additionalProperties === 'object') {
    for (let i = random.int(0, 4); i > 0; i--) value[`key ${i} ñ`] = validValue(schema.additionalProperties, random);
  }
  return value;
}

function validText(schema: Schema, random: Random): string {
  if (schema.pattern !== undefined) return random.pick(matching(schema.pattern, 7));
  const min = schema.minLength ?? 0;
  const max = Math.min(schema.maxLength ?? 40, min + 40);
  return Array.from({ length: random.int(min, max) }, () => random.pick([...'abz059 _-.ñé漢"\\\n'])).join('');
}

/** A value that most schemas do not allow. */
export function hostileValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => random.pick(HOSTILE_TEXTS),
    () => random.pick([-1, 0.5, 1e308, -0, Number.MAX_SAFE_INTEGER + 2]),
    () => null,
    () => random.chance(0.5),
    () => [],
    () => ({}),
    () => [[[[random.pick(HOSTILE_TEXTS)]]]],
    () => ({ constructor: { prototype: { polluted: true } } }),
    () => Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, 'v'])),
  ])();
}

/** A body that was valid, with something about it made wrong. */
export function spoil(body: unknown, random: Random): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || random.chance(0.15))
    return hostileValue(random);
  const copy: Record<string, unknown> = { ...body };
  const names = Object.keys(copy);
  const name = names.length > 0 ? random.pick(names) : 'x';
  switch (random.int(0, 2)) {
    case 0:
      copy[name] = hostileValue(random);
      break;
    case 1:
      delete copy[name];
      break;
    default:
      copy[random.pick(['extra', '', 'Name', 'start ', 'constructor'])] = hostileValue(random);
  }
  return copy;
}

/** Whole numbers are asked for wherever a least one is named. */
function leastOf({ minimum, exclusiveMinimum }: Schema): number {
  return minimum ?? (exclusiveMinimum === undefined ? 0 : exclusiveMinimum + 1);
}
