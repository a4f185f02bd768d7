import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';
import { describe, expect, test } from 'vitest';
import { printedCommands } from './command-list.ts';

/** What stands between two such lines is printed: the commands that the first one names. */
const PART = /(<!-- commands: (.*) -->\n)[\s\S]*?(<!-- end of commands -->)/g;

describe.each([
  ['en', 'docs/cli.md'],
  ['es', 'docs/cli.es.md'],
] as const)('%s', (language, file) => {
  test(`${file} has every command with every option: after a change of one, run this test with -u`, async () => {
    const path = join(CHECKOUT, file);
    const [page, commands] = await Promise.all([readFile(path, 'utf8'), printedCommands(language)]);
    const printed = page.replaceAll(PART, (_, head: string, names: string, end: string) => {
      const lists = names.split(' ').map((name) => commands.get(name) ?? `${name} is no command`);
      return [head, ...lists.map((list) => `${list}\n`), end].join('');
    });
    await expect(printed).toMatchFileSnapshot(path);
    const named = [...page.matchAll(PART)].flatMap(([, , names = '']) => names.split(' '));
    expect(named.toSorted()).toEqual([...commands.keys()].toSorted());
  });
});

test('the Spanish page has the commands under the same headings, in the same order', async () => {
  const [english, spanish] = await Promise.all(
    ['docs/cli.md', 'docs/cli.es.md'].map((file) => readFile(join(CHECKOUT, file), 'utf8')),
  );
  expect(shapeOf(spanish ?? '')).toEqual(shapeOf(english ?? ''));
});

/** Levels of headings, and what is printed below each. */
function shapeOf(page: string): string[] {
  return [...page.matchAll(/^(#+) |^<!-- commands: .* -->$/gm)].map(([all, level]) => level ?? all);
}
