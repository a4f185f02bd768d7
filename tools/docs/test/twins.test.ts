import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allPages, linksOf, ROOT, readPage, type Shape, shapeOf } from '../pages.ts';

const LINES = 120;

test.each(['README.md', 'README.es.md'])(`%s has at most ${LINES} lines`, (page) => {
  expect(readPage(page).trimEnd().split('\n').length).toBeLessThanOrEqual(LINES);
});

test('README.es.md is the equal of README.md: headings, tables, and blocks of code word for word', () => {
  expect(shapeOf('README.es.md')).toEqual(shapeOf('README.md'));
});

test('README.es.md leads to the same pages, in Spanish where they are', () => {
  const spanish = linksOf('README.es.md').map(({ target }) => target);
  expect(spanish).toEqual(linksOf('README.md').map(({ target }) => inSpanish(target)));
});

describe('a page in Spanish has the headings, the tables and the commands of the English one', () => {
  const twins = allPages().filter((page) => page.endsWith('.es.md'));
  test.each(twins)('%s', (page) => {
    const [spanish, english] = [shapeOf(page), shapeOf(page.replace('.es.md', '.md'))].map(asTyped);
    expect(spanish).toEqual(english);
    const [ours, theirs] = [page, page.replace('.es.md', '.md')].map(picturesOf);
    expect(ours).toEqual(theirs?.map((picture) => picture.replace('.png', '-es.png')));
  });
});

function picturesOf(page: string): string[] {
  return linksOf(page).flatMap(({ target }) => (target.endsWith('.png') ? [target] : []));
}

/** In a block of commands, comments are in the reader's language; so is all of a block that has none. */
function asTyped({ levels, blocks, tables }: Shape): Shape {
  const typed = blocks.filter((block) => block.startsWith('```sh\n'));
  return { levels, tables, blocks: typed.map((block) => block.replaceAll(/\s*#.*$/gm, '')) };
}

function inSpanish(target: string): string {
  if (target === 'README.es.md') return 'README.md';
  const twin = target.replace(/(-es)?(\.(?:md|png))(?=#|$)/, (_, _es, ending: string) =>
    ending === '.png' ? `-es${ending}` : `.es${ending}`,
  );
  return existsSync(join(ROOT, twin.replace(/#.*/, ''))) ? twin : target;
}
