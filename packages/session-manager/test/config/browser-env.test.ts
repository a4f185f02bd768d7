import { expect, test } from 'vitest';
import { underUtf8, withoutSecrets } from '../../src/config/browser-env.ts';

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

test('a browser gets no setting of LeadMaster, and nothing that holds a key, a token or a password', () => {
  const kept = {
    ...{ PATH, HOME: '/home/lm', TMPDIR: '/tmp', TZ: 'UTC', LANG: 'es_AR.UTF-8', DISPLAY: ':1', XAUTHORITY: '/x' },
    ...{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x', XDG_RUNTIME_DIR: '/run/user/1', GNOME_KEYRING_CONTROL: '/k' },
    ...{ https_proxy: 'http://proxy:3128', NO_PROXY: 'localhost', SSL_CERT_FILE: '/c', FONTCONFIG_PATH: '/f' },
  };
  const secret = {
    ...{ LEADMASTER_ADMIN_KEY: 's', LEADMASTER_SERVICE_TOKEN: 's', LEADMASTER_KEY: 's', LEADMASTER_PASSPHRASE: 's' },
    ...{ DATABASE_URL: 's', HUB_SECRET_FILE: 's', VAULT_URL: 's', VAULT_KEY_FILE: 's', PGPASSWORD: 's' },
    ...{ AWS_ACCESS_KEY_ID: 's', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 's', POSTGRES_PASSWORD: 's' },
    ...{ GITHUB_TOKEN: 's', MY_API_KEY: 's', mailPassword: 's', SMTP_PASS: 's', OPENAI_APIKEY: 's', NPM_AUTH: 's' },
  };
  expect(withoutSecrets({ ...kept, ...secret })).toEqual(kept);
});
