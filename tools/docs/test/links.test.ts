import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allPages, anchorsOf, linksOf, ROOT } from '../pages.ts';

test('every link between pages, and every picture, leads to a file of the checkout and to a heading that is there', () => {
  const pages = allPages();
  expect(pages).toContain('docs/cli.es.md');
  const dead = pages.flatMap((page) =>
    linksOf(page)
      .filter(({ file, anchor }) => file !== null && !leads(file, anchor))
      .map(({ target }) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});

function leads(file: string, anchor: string): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === '' || anchorsOf(file).has(anchor);
}
