import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

const KEPT = [
  ['5491100000001', '5491100000001'],
  ['+54 9 11 2345-6789', '5491123456789'],
  ['(54) 9 11.2345.6789', '5491123456789'],
  ['0054 9 11 2345 6789', '5491123456789'],
  ['\u202a+54\u00a09\u00a011 2345\u20116789\u202c', '5491123456789'],
  ['5491100000001@c.us', '5491100000001@c.us'],
  ['+5491100000001@c.us', '5491100000001@c.us'],
  ['5491100000001@s.whatsapp.net', '5491100000001@c.us'],
  ['71234567890123@lid', '71234567890123@lid'],
  ['5491100000001-1612345678@g.us', '5491100000001-1612345678@g.us'],
  ['120363025246125486@g.us', '120363025246125486@g.us'],
];
const REFUSED = [
  '',
  'nobody',
  '123',
  '0054911',
  '+54 9 11 2345-6789 ext 3',
  '5491100000001@example.com',
  'x'.repeat(101),
];

describe('the recipient of a text', () => {
  test.each(KEPT)('%s is kept as %s', async (to, kept) => {
    const { ask, given } = await serve();
    await given('admin', 'READY');
    const sent = await ask('/v1/sessions/admin/messages', { method: 'POST', body: { to, text: 'hola' } });
    expect([sent.status, sent.json.to]).toEqual([202, kept]);
    const compat = await ask('/send', { method: 'POST', body: { to, message: 'hola' } });
    expect(compat.status).toBe(200);
    const { items } = (await ask('/v1/sessions/admin/messages')).json;
    expect(items.map((item: { to: string }) => item.to)).toEqual([kept, kept]);
  });

  test.each(REFUSED)('%j is refused with the shape that can be one', async (to) => {
    const { ask } = await serve();
    const refused = await ask('/v1/sessions/admin/messages', { method: 'POST', body: { to, text: 'hola' } });
    expect(refused.status).toBe(400);
    if (to.length <= 100) {
      expect(refused.json.detail).toContain('+54 9 11 2345-6789');
      const compat = await ask('/send', { method: 'POST', body: { to, message: 'hola' } });
      expect([compat.status, compat.json.message]).toEqual([400, expect.stringContaining('@lid or @g.us')]);
    }
  });

  test('is described as a string, with its rule', async () => {
    const { ask } = await serve();
    const { SendMessage } = (await ask('/openapi.json', { key: null })).json.components.schemas;
    expect(SendMessage.properties.to).toEqual({
      type: 'string',
      maxLength: 100,
      description: expect.stringContaining('+54 9 11 2345-6789'),
    });
    expect(SendMessage.examples).toEqual([{ to: '5491100000001', text: 'Hola' }]);
  });
});
