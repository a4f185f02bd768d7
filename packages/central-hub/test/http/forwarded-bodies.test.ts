import { expect, test } from 'vitest';
import { hubOver } from '../hub.ts';

test('an order that needs no body reaches its machine whole with one, and so does what follows it', async () => {
  const { ask } = await hubOver(['one']);
  await ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  const told: string[] = [];
  for (const body of [undefined, {}, { ñ: 1 }, {}, undefined]) {
    const path = '/v1/sessions/ventas/snapshots/20260101T000000Z-aaaaaa';
    const { json } = await ask(path, { method: 'DELETE', ...(body === undefined ? {} : { body }) });
    told.push(`${json?.code}: ${json?.detail}`);
  }
  const none = 'snapshot_not_found: The vault has no snapshot 20260101T000000Z-aaaaaa of ventas';
  expect(told).toEqual([none, none, 'invalid_request: body: Unrecognized key: "ñ"', none, none]);
});
