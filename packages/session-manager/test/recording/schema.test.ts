import { recording } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { z } from 'zod';

type Node = { readonly [name: string]: unknown };

/** What in a JSON schema leaves room for something that is not ours. */
function openPlaces(node: Node, path = '$'): string[] {
  const inner = ['properties', 'anyOf', 'prefixItems'].flatMap((name) =>
    Object.entries((node[name] ?? {}) as Node).map(([key, child]) => [`${path}.${key}`, child as Node] as const),
  );
  for (const name of ['items', 'additionalProperties', 'propertyNames']) {
    const child = node[name];
    if (typeof child === 'object' && child !== null) inner.push([`${path}.${name}`, child as Node]);
  }
  return [...(isClosed(node) ? [] : [path]), ...inner.flatMap(([at, child]) => openPlaces(child, at))];
}

function isClosed(node: Node): boolean {
  if ('const' in node || 'enum' in node) return true;
  switch (String(node.type)) {
    case 'string':
      return typeof node.pattern === 'string' && !/[*+]|\{[0-9]+,\}|[^\\]\.|\[\^/.test(node.pattern);
    case 'number':
    case 'integer':
      return typeof node.minimum === 'number' && typeof node.maximum === 'number' && node.maximum <= 1e11;
    case 'array':
      return typeof node.maxItems === 'number';
    case 'object':
      return node.additionalProperties === false || 'propertyNames' in node;
    case 'boolean':
    case 'null':
    case 'boolean,null':
      return true;
    default:
      return 'anyOf' in node;
  }
}

test('has no place for a string, a number or a key that is not ours', () => {
  expect(openPlaces(z.toJSONSchema(recording) as Node)).toEqual([]);
});

test.each([
  ['a free string', z.strictObject({ a: z.string() }), ['$.a']],
  ['a pattern of any length', z.strictObject({ a: z.string().regex(/^[0-9]+$/) }), ['$.a']],
  ['an object that takes any key', z.looseObject({}), ['$', '$.additionalProperties']],
  ['a number without bounds', z.array(z.number()).max(3), ['$.items']],
])('would be found to be open with %s', (_what, schema, places) => {
  expect(openPlaces(z.toJSONSchema(schema) as Node)).toEqual(places);
});
