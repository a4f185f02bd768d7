import { expect, test } from 'vitest';
import { underUtf8 } from '../../src/config/browser-env.ts';

const PATH = process.env.PATH ?? '';

test('under a locale that is UTF-8, a browser has the environment of the service', async () => {
  const env = { PATH, LANG: 'C.UTF-8', DISPLAY: ':1' };
  expect(await underUtf8(env)).toEqual(env);
});

test.each([
  [{}, {}],
  [{ LANG: 'C' }, { LANGUAGE: 'C' }],
  [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, { LANGUAGE: 'POSIX' }],
  // Not installed, so the C library falls back to ASCII.
  [{ LANG: 'xx_XX.UTF-8' }, { LANGUAGE: 'xx_XX.UTF-8' }],
  [{ LANG: 'C.UTF-8', LC_CTYPE: 'es_ES' }, { LANGUAGE: 'C.UTF-8' }],
  [{ LANG: 'es_MX.ISO-8859-1', LANGUAGE: 'es' }, { LANGUAGE: 'es' }],
])('under %o it is UTF-8, and speaks the language of the user', async (locale, language) => {
  expect(await underUtf8({ PATH, ...locale })).toEqual({ PATH, ...locale, LC_ALL: 'C.UTF-8', ...language });
});

test('without the command that knows, the name of the locale decides', async () => {
  expect(await underUtf8({ PATH: '/nowhere', LANG: 'it_IT.utf8' })).not.toHaveProperty('LC_ALL');
  expect(await underUtf8({ PATH: '/nowhere', LANG: 'it_IT' })).toHaveProperty('LC_ALL', 'C.UTF-8');
});
