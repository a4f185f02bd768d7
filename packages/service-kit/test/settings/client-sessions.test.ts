import { expect, test } from 'vitest';
import { COMMON_ACCESS } from '../../src/settings/common.ts';
import { ConfigError } from '../../src/settings/config-error.ts';
import { settingsReader } from '../../src/settings/reader.ts';

function read(text: string) {
  const { get, problems } = settingsReader(COMMON_ACCESS, { LEADMASTER_COMPAT_SESSIONS: text });
  return { sessions: get('LEADMASTER_COMPAT_SESSIONS'), problems };
}

test('clients and their sessions are read, the operator’s and those of tenants', () => {
  const { sessions, problems } = read(' 51:ventas, 52 : acme.soporte ');
  expect(problems).toEqual([]);
  expect([...(sessions ?? [])]).toEqual([
    ['51', 'ventas'],
    ['52', 'acme.soporte'],
  ]);
});

test.each([
  ['51', '"51" is no client and its session'],
  ['51:ventas,', '"" is no client and its session'],
  ['51:ventas:x', '"51:ventas:x" is no client and its session'],
  ['5 1:ventas', '"5 1:ventas" is no client and its session'],
  ['51:', '"" is no session'],
  ['51:Ventas', '"Ventas" is no session'],
  ['51:../x', '"../x" is no session'],
  ['51:ventas,51:soporte', 'the client 51 stands there twice'],
  ['51:ventas,52:ventas', 'ventas is the session of two clients'],
])('a map that is wrong is refused, and told why: %s', (text, why) => {
  const { sessions, problems } = read(text);
  expect(sessions).toBeUndefined();
  expect(new ConfigError(problems).message).toContain('LEADMASTER_COMPAT_SESSIONS');
  expect(new ConfigError(problems).message).toContain(why);
});
