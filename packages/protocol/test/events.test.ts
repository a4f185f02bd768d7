import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeEvents } from '../src/events/describe.ts';
import { COMPONENTS, EVENT_TYPES, EVENTS, type EventStatement, event } from '../src/index.ts';

const DOC = join(import.meta.dirname, '../../../docs/events.md');

const LINE = { id: 1, session: 'ventas', at: '2026-03-01T12:00:00.000Z' };

interface Shape {
  properties?: Record<string, { description?: string }>;
  oneOf?: Shape[];
}

function shapesOf({ data }: EventStatement): Shape[] {
  const shape = z.toJSONSchema(data) as Shape;
  return shape.oneOf ?? [shape];
}

test.each(EVENT_TYPES)('%s says in one sentence when it is told, and what each field is', (type) => {
  const statement: EventStatement = EVENTS[type];
  expect(statement.doc).toMatch(/^[A-Z].*\.$/);
  const fields = shapesOf(statement).flatMap(({ properties = {} }) => Object.entries(properties));
  expect(fields.filter(([, { description }]) => description === undefined).map(([name]) => name)).toEqual([]);
  const names = fields.map(([name]) => name);
  expect((statement.operatorFields ?? []).filter((name) => !names.includes(name))).toEqual([]);
});

test('an event is read with the data of its type', () => {
  const told = event.parse({ ...LINE, type: 'session.trimmed', data: { freedBytes: 10, bytes: 90 } });
  expect(told.type === 'session.trimmed' && told.data.freedBytes).toBe(10);
});

test.each([
  ['a type of a newer version', { ...LINE, type: 'session.sang', data: { song: 'la' } }],
  ['a known type without a field that an earlier version did not write', { ...LINE, type: 'session.qr', data: {} }],
])('%s is read as it is', (_, line) => {
  expect(event.parse(line)).toEqual(line);
});

test('what is no line of a log is refused', () => {
  expect(event.safeParse({ ...LINE, type: 'session.qr' }).success).toBe(false);
});

test('docs/events.md is printed from the table, with the names that a server gives to schemas or without', async () => {
  await expect(describeEvents()).toMatchFileSnapshot(DOC);
  for (const [id, { schema }] of Object.entries(COMPONENTS))
    if (z.globalRegistry.get(schema)?.id === undefined) z.globalRegistry.add(schema, { ...schema.meta(), id });
  await expect(describeEvents()).toMatchFileSnapshot(DOC);
});
