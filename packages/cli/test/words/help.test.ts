import { expect, test } from 'vitest';
import { type Ran, run } from '../harness.ts';
import { englishSentences, flat } from './texts.ts';

const SPANISH = { LEADMASTER_LANG: 'es' };
const ENGLISH = { LEADMASTER_LANG: 'en' };

/** Every command that the help names, by its words. */
async function commands(path: readonly string[] = []): Promise<string[][]> {
  const { stdout } = await run([...path, '--help'], { env: ENGLISH });
  const [, list = ''] = stdout.split('\nCommands:\n');
  const names = [...list.matchAll(/^ {2}([a-z-]+)(?:\|| )/gm)].map(([, name = '']) => name);
  const below = names.filter((name) => name !== 'help').map((name) => commands([...path, name]));
  return [[...path], ...(await Promise.all(below)).flat()];
}

test('the help of every command is whole in Spanish, and no sentence of it is English', async () => {
  const all = await commands();
  expect(all.length).toBeGreaterThan(50);
  const sentences = [
    ...englishSentences(),
    'Usage:',
    'Options:',
    'Arguments:',
    'Commands:',
    'display help',
    'output the version',
    'default: ',
    'choices: ',
    '[options]',
    '[command]',
    '<name>',
  ];
  for (const path of all) {
    const { code, stdout } = await run([...path, '--help'], { env: SPANISH });
    const text = flat(stdout);
    expect([code, path, sentences.filter((sentence) => text.includes(sentence))]).toEqual([0, path, []]);
    expect(text).toMatch(/^Uso: leadmaster.*Opciones:.*muestra la ayuda del comando/);
  }
});

test('the help in English is in English', async () => {
  const { stdout } = await run(['session', 'start', '--help'], { env: ENGLISH });
  expect(flat(stdout)).toMatch(/^Usage: leadmaster session start \[options\] <name>/);
  expect(stdout).toContain('wait for a state that stays (default: 20)');
});

/** A command line that is refused, and what is said of it. */
const REFUSED: [line: string, said: RegExp][] = [
  ['session stop', /^error: falta el argumento '<nombre>'$/m],
  ['adopt /x --name', /^error: falta el valor de la opción '--name <nombre>'$/m],
  ['adopt /x', /^error: falta la opción '--name <nombre>', que es obligatoria$/m],
  [
    'account ventas --accept --unlink',
    /^error: la opción '--accept' no se puede usar junto con la opción '--unlink'$/m,
  ],
  ['sessions --jsn', /^error: no existe la opción '--jsn'\n\(¿Quiso decir --json\?\)$/m],
  ['where ventas caja', /^error: sobran argumentos para 'where': se esperaban 1 y hay 2: ventas, caja\.$/m],
  ['sesions', /^error: no existe el comando 'sesions'\n\(¿Quiso decir sessions\?\)$/m],
  ['where Ventas', /^error: el valor 'Ventas' no sirve para el argumento '<nombre>'\. Nota: el nombre de una sesión/m],
  ['where a.b.c', /como en acme\.ventas\.$/m],
  ['session stop ventas --wait x', /^error: el valor 'x' no sirve para la opción '--wait <segundos>'\. Debe ser/m],
  ['doctor --lang fr', /^error: el valor 'fr' no sirve para la opción '--lang <idioma>'\. Se admite: en, es\.$/m],
  [
    'stop ventas',
    /^error: No hay ningún comando "stop"\.\nsugerencia: {2}Una sesión: \.\/leadmaster session stop ventas\./m,
  ],
];

test.each(REFUSED)('"%s" is refused in Spanish', async (line, said) => {
  const { code, stderr } = await run(line.split(' '), { env: SPANISH });
  expect(code).toBe(2);
  expect(stderr).toMatch(said);
  const sentences = englishSentences();
  expect(sentences.filter((sentence) => flat(stderr).includes(sentence))).toEqual([]);
});

test('with --json, a refused command line is told in English', async () => {
  const refused = (env: Record<string, string>): Promise<Ran> => run(['where', 'Ventas', '--json'], { env });
  expect(await refused(SPANISH)).toEqual(await refused(ENGLISH));
});
