import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { type Action, actionsIn, COMMANDS } from '../src/index.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Where the program is named and nothing is proposed that the API could do as well. */
const NO_ACTIONS = [
  // Examples and help of the command line, and what is typed into it.
  /^packages\/cli\/src\/(hints|words\/\w+\/(program|demo|recordings)\.ts|demo\/|commands\/send\.ts)/,
  // The commands that the report lists, not what a state asks for.
  /^packages\/doctor\/src\/report\/words\//,
];
const NO_ACTION_COMMANDS = [
  // The same command as another user.
  /leadmaster \.\.\./,
  // What it does, not that it is to be done.
  /leadmaster snapshot (does not|no)\b/,
  // The command is made elsewhere, of a command named here as well.
  /leadmaster VALUE$/,
  // A number is typed at the terminal, and the phone is there.
  /leadmaster pair VALUE (PHONE|TELÉFONO)/,
  // Sentences of the command line on itself.
  /leadmaster export"?$/,
  /leadmaster audit (verify|export)/,
  /leadmaster snapshot create --all/,
];

/** Each command in the sources, with VALUE for what is filled in later: in capitals, so that it reads as left open. */
const commands = globSync(join(ROOT, 'packages/*/src/**/*.ts')).flatMap((path) => {
  const file = relative(ROOT, path);
  if (NO_ACTIONS.some((pattern) => pattern.test(file))) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    const text = line.replaceAll(/\$\{[^}]*\}/g, 'VALUE').replaceAll(/\{\w+\}/g, 'VALUE');
    const found = text.match(/"?\.\/leadmaster [^"`\n]*"?/g) ?? [];
    return found.map((command) => ({ where: `${file}:${at + 1}`, command: command.replace(/',?$/, '').trimEnd() }));
  });
});

/** What an action says that is neither filled in nor chosen: a word of the sentence that was taken for a value. */
function misread(action: Action): unknown[] {
  const { kind: _kind, ...fields } = action;
  return Object.values(fields)
    .flat()
    .filter((value) => value !== true && value !== 'latest');
}

test('every command that a hint names is an action, and no word of the sentence is taken for a value of it', () => {
  const faults = commands
    .filter(({ command }) => !NO_ACTION_COMMANDS.some((pattern) => pattern.test(command)))
    .filter(({ command }) => {
      const actions = actionsIn(command);
      return actions.length === 0 || actions.some((action) => misread(action).length > 0);
    });
  expect(faults).toEqual([]);
});

test('every kind of action is proposed somewhere', () => {
  const proposed = new Set(commands.flatMap(({ command }) => actionsIn(command)).map(({ kind }) => kind));
  expect(Object.keys(COMMANDS).filter((kind) => !proposed.has(kind as Action['kind']))).toEqual([]);
});
