import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { languageOf } from '../../src/words/words.ts';

const NO_FILE = { LEADMASTER_ENV_FILE: '/dev/null' };

test.each([
  [{}, 'en'],
  [{ LANG: 'es_AR.UTF-8' }, 'es'],
  [{ LANG: 'es' }, 'es'],
  [{ LANG: 'C.UTF-8' }, 'en'],
  [{ LANG: 'est' }, 'en'],
  [{ LANG: 'es_ES.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_ALL: '', LC_MESSAGES: 'es_MX' }, 'es'],
  [{ LANG: 'es', LC_ALL: 'C' }, 'en'],
  [{ LC_ALL: 'en_US.UTF-8', LEADMASTER_LANG: 'es' }, 'es'],
  [{ LC_ALL: 'es_AR.UTF-8', LEADMASTER_LANG: 'en' }, 'en'],
])('%o is %s', (env: Record<string, string>, language) => {
  expect(languageOf({ ...NO_FILE, ...env })).toBe(language);
});

test('the settings file names it where the real environment does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-language-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'env');
  writeFileSync(file, 'LEADMASTER_LANG=es\n');
  const env = { LEADMASTER_ENV_FILE: file, LC_ALL: 'en_US.UTF-8' };
  expect(languageOf(env)).toBe('es');
  expect(languageOf({ ...env, LEADMASTER_LANG: 'en' })).toBe('en');
  writeFileSync(file, 'no setting\n');
  expect(languageOf({ ...env, LC_ALL: 'es' })).toBe('es');
});
