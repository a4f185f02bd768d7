import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = (name: string): Promise<string> => readFile(new URL(`../../../${name}`, import.meta.url), 'utf8');

/** The commands of the tables of a README: `session create|stop NAME` is two of them. */
function commandsOf(readme: string): string[] {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split(' | ')[0] ?? '');
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`(?:\.\/leadmaster )?([^`]*)`/g)].flatMap(([, code = '']) => spelledOut(code)),
  );
}

function spelledOut(code: string): string[] {
  const [, words = ''] = /^([a-z-]+(?: [a-z|\\-]+)?)/.exec(code) ?? [];
  const [first = '', second = ''] = words.split(' ');
  const isGroup = ['session', 'snapshot', 'vault', 'place'].includes(first);
  return isGroup ? second.split(/\\?\|/).map((each) => `${first} ${each}`) : [first];
}

test('the Spanish README has every command that the English one has', async () => {
  const [english, spanish] = [await read('README.md'), await read('README.es.md')];
  const commands = commandsOf(english.slice(0, english.indexOf('cannot be reached')));
  expect(commands.length).toBeGreaterThan(40);
  const known = new Set(commandsOf(spanish));
  expect(commands.filter((command) => command !== '' && !known.has(command))).toEqual([]);
});
