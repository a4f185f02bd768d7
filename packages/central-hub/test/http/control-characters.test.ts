import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { type Ask, hubOver, send } from '../hub.ts';

/** No store is asked for them: PostgreSQL takes no NUL, and no name has a line break in it. */
const CONTROLS = ['\0', 'a\0b', 'a\nb', '\t', '\u001b[31m', '\u007f', '\u0085'];

test('control characters in titles, names, metadata and searches are refused, and change nothing', async () => {
  const { ask, port, managers } = await hubOver(['one']);
  await ask('/v1/tenants', { body: { name: 'acme' } });
  await ask('/v1/sessions', { body: { name: 'ventas', start: false, metadata: { team: 'sur' } } });
  for (const text of CONTROLS) {
    const encoded = encodeURIComponent(text);
    const asks: [string, Ask][] = [
      ['/v1/tenants', { body: { name: 'other', title: text } }],
      ['/v1/tenants/acme', { method: 'PATCH', body: { title: text } }],
      ['/v1/keys', { body: { name: text, scopes: ['read'] } }],
      [`/v1/tenants?after=${encoded}`, {}],
      [`/v1/keys?after=${encoded}`, {}],
    ];
    const onBoth: [string, Ask][] = [
      ['/v1/sessions', { body: { name: 'nueva', start: false, metadata: { team: text } } }],
      ['/v1/sessions', { body: { name: 'nueva', start: false, metadata: { [text]: 'sur' } } }],
      ['/v1/sessions/ventas', { method: 'PATCH', body: { metadata: { team: text } } }],
      [`/v1/sessions?q=${encoded}`, {}],
      [`/v1/sessions?after=${encoded}`, {}],
    ];
    const answers = [
      ...[...asks, ...onBoth].map(([path, asked]) => send(port, path, { key: ADMIN_KEY, ...asked })),
      ...onBoth.map(([path, asked]) => send(managers.one?.port ?? 0, path, asked)),
    ];
    for (const { status, json, text: told } of await Promise.all(answers)) {
      expect([status, json.code], `${JSON.stringify(text)}: ${told}`).toEqual([400, 'invalid_request']);
      expect(json.detail).toContain('control characters');
    }
  }
  expect((await ask('/v1/tenants')).json.items).toMatchObject([{ name: 'acme', title: '' }]);
  expect((await ask('/v1/keys')).json.items).toEqual([]);
  expect((await ask('/v1/sessions')).json.items).toMatchObject([{ name: 'ventas', metadata: { team: 'sur' } }]);
});
