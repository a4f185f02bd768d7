import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { CliError } from '../../src/cli-error.ts';
import { es } from '../../src/words/es/index.ts';
import { checkIn, phaseIn, problemIn, reasonAndCode, reasonIn, recoveredIn, warningIn } from '../../src/words/told.ts';
import { ENGLISH, WORDS } from '../../src/words/words.ts';

const SOURCES = join(import.meta.dirname, '../../../session-manager/src');
const HINTS = readFileSync(join(SOURCES, 'lifecycle/hints.ts'), 'utf8');

/** Reasons as sources write them: of steps of the machine, of events, of starts. `describe.ts` has placeholders. */
function reasonsWritten(): Set<string> {
  const patterns = [
    /step\(\s*'\w+',\s*'(\w+)'/g,
    /\breason: '(\w+)'/g,
    /\breason = '(\w+)'/g,
    /\.start\('(\w+)'\)/g,
    /'(\w+_stopped|service_\w+)'/g,
  ];
  const files = globSync(join(SOURCES, '{lifecycle,engine,snapshots,transfer,adopt,disk}/**/*.ts'));
  const texts = files.filter((file) => !file.endsWith('describe.ts')).map((file) => readFileSync(file, 'utf8'));
  return new Set(
    texts.flatMap((text) => patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, one]) => one ?? ''))),
  );
}

/** The names in a table of hints. */
function keysOf(table: string): string[] {
  const [, body = ''] = new RegExp(`^const ${table}: [^\\n]* = \\{\\n(.*?)^\\};`, 'ms').exec(HINTS) ?? [];
  return [...body.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
}

/** Written as `reason`, and no reason of a state: what WhatsApp's page says, what it asks for, and when a snapshot was tried. */
const OTHERWISE = ['LOGOUT', 'integrity_challenge', 'start'];

test('every reason that the session manager gives has a Spanish word', () => {
  const reasons = reasonsWritten();
  expect(reasons.size).toBeGreaterThan(40);
  const unknown = [...reasons, ...keysOf('REASONS')].filter(
    (one) => reasonIn(WORDS.es, one) === one && !OTHERWISE.includes(one),
  );
  expect(unknown).toEqual([]);
});

test('every reason and state that has a hint has a Spanish one', () => {
  const facts = {
    name: 'ventas',
    loginMode: 'qr',
    account: null,
    owner: null,
    attention: null,
    unreachable: null,
    attempts: 1,
    nextAttemptAt: null,
  };
  const hintOf = (change: Partial<Session>) =>
    es.told.sessionHint({ ...facts, state: 'READY', reason: '', ...change } as Session);
  expect(keysOf('REASONS').length).toBeGreaterThan(30);
  expect(keysOf('REASONS').filter((reason) => hintOf({ reason }) === null)).toEqual([]);
  expect(keysOf('STATES').filter((state) => hintOf({ state: state as Session['state'] }) === null)).toEqual([]);
  expect(hintOf({})).toBeNull();
});

test('an error of a service is a sentence, its detail with the values, and its commands in Spanish', () => {
  const hint = 'Link it first: "./leadmaster qr ventas", or look at it: "./leadmaster check ventas".';
  const error = new CliError(4, 'session_not_ready', 'The session ventas is STOPPED', hint);
  expect(error.shownIn(WORDS.es)).toEqual({
    message: 'La sesión no está READY.',
    detail: 'The session ventas is STOPPED',
    hint: 'Mostrar el QR: "./leadmaster qr ventas". Revisar el perfil: "./leadmaster check ventas".',
  });
  expect(error.shownIn(ENGLISH)).toEqual({ message: error.message, detail: '', hint });
});

test('a hint without a command is put into the words of its code; an error of a newer service is shown as it came', () => {
  const error = new CliError(1, 'vault_missing', 'There is none at /x', 'Mount its disk.');
  expect(error.shownIn(WORDS.es)).toEqual({
    message: 'Aquí no hay ninguna bóveda.',
    detail: 'There is none at /x. Mount its disk.',
    hint: 'Monte su disco, o corrija VAULT_URL. El primer arranque del servicio crea la bóveda.',
  });
  const newer = new CliError(1, 'of_tomorrow', 'Something new', 'Look.');
  expect(newer.shownIn(WORDS.es)).toEqual({ message: 'Something new', detail: 'Look.', hint: '' });
  expect(newer.saidIn(WORDS.es)).toBe('Something new');
});

test('a reason and a phase that have no word keep their names', () => {
  expect(reasonIn(WORDS.es, 'of_tomorrow')).toBe('of_tomorrow');
  expect(reasonIn(WORDS.es, 'browser_missing')).toBe('falta el navegador');
  expect(reasonIn(ENGLISH, 'browser_missing')).toBe('the browser is missing');
  expect(reasonIn(ENGLISH, 'of_tomorrow')).toBe('of_tomorrow');
  expect(reasonAndCode(ENGLISH, 'browser_missing')).toBe('the browser is missing (browser_missing)');
  expect(phaseIn(WORDS.es, 'ventas: checking')).toBe('ventas: comprobando');
  expect(phaseIn(WORDS.es, 'brewing')).toBe('brewing');
});

test('every phase that work is shown in has a Spanish word', () => {
  const files = globSync(join(SOURCES, '**/*.ts')).concat(globSync(join(SOURCES, '../../{vault,cli}/src/**/*.ts')));
  const phases = files.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/onProgress\S*\(\{ phase: '([a-z ]+)'/g),
  ]);
  expect(phases.length).toBeGreaterThan(10);
  expect(phases.map(([, name = '']) => name).filter((name) => !Object.hasOwn(es.progress.phases, name))).toEqual([]);
});

test('a check is told by its name, a database by its path, and one of a newer service by the name that it has', () => {
  const one = { name: 'permissions', ok: false, detail: '/data is open to others' };
  expect(checkIn(WORDS.es, one)).toEqual({
    name: 'permisos',
    says: 'otros usuarios pueden leerlo',
    detail: '/data is open to others',
  });
  expect(checkIn(ENGLISH, one)).toEqual({ name: 'permissions', says: '/data is open to others', detail: '' });
  expect(checkIn(WORDS.es, { name: 'Default/History', ok: true, detail: 'whole' })).toMatchObject({
    name: 'Default/History',
    says: 'entera',
  });
  expect(checkIn(WORDS.es, { name: 'page: text', ok: false, detail: 'broken on build 2' })).toEqual({
    name: 'página: text',
    says: 'no funciona',
    detail: 'broken on build 2',
  });
});

test('what is wrong with a record is told by its kind, and how a session came back by its code', () => {
  const problem = { kind: 'removed', object: 'snapshots/a/3', detail: 'It was removed.' };
  expect(problemIn(WORDS.es, problem)).toEqual({
    says: 'snapshots/a/3 se quitó del almacén',
    detail: 'It was removed.',
  });
  expect(problemIn(WORDS.es, { ...problem, kind: 'of_tomorrow' }).says).toBe('snapshots/a/3: It was removed.');
  const item = { session: 'ventas', ok: false, snapshot: null, detail: 'there is one', code: 'session_exists' };
  expect(recoveredIn(WORDS.es, item)).toEqual({ says: 'La sesión ya existe.', detail: 'there is one' });
  expect(recoveredIn(WORDS.es, { ...item, code: 'of_tomorrow' })).toEqual({ says: 'there is one', detail: '' });
  expect(recoveredIn(ENGLISH, item)).toEqual({ says: 'there is one', detail: '' });
});

test('a warning about the settings is in the language of the terminal', () => {
  const warning = {
    kind: 'unknown',
    file: '/x/.env',
    name: 'LOGIN_MOD',
    meant: 'LOGIN_MODE',
    text: 'English',
  } as const;
  expect(warningIn(ENGLISH, warning)).toBe('English');
  expect(warningIn(WORDS.es, warning)).toBe(
    '/x/.env: LOGIN_MOD no es una opción de LeadMaster; ¿quiso decir LOGIN_MODE?',
  );
});

test('every part of a login that a drill looks at is a check with a name', () => {
  const drill = readFileSync(join(SOURCES, 'engine/drill/login.ts'), 'utf8');
  const parts = [...drill.matchAll(/^ {4}name: '(\w+)'/gm)].map(([, name = '']) => name);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.filter((name) => !Object.hasOwn(es.told.checks, name))).toEqual([]);
});
