import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readHouse } from '../house.ts';
import { importsOf } from '../imports.ts';

test.each([
  ["import x from './a.ts';", './a.ts'],
  ["import './a.ts';", './a.ts'],
  ["import type { X } from './a.ts';", './a.ts'],
  ["import { type X, y } from './a.ts';", './a.ts'],
  ["export { x } from './a.ts';", './a.ts'],
  ["export * from './a.ts';", './a.ts'],
  ["export type { X } from './a.ts';", './a.ts'],
  ["const x = await import('./a.ts');", './a.ts'],
  ["type X = import('./a.ts').X;", './a.ts'],
  ["type X = typeof import('./a.ts');", './a.ts'],
  ["new Worker(new URL('a.ts', import.meta.url));", './a.ts'],
  ['const x = await import(name);', null],
])('%s names %s', (text, specifier) => {
  expect(importsOf('x.ts', text)).toEqual([{ specifier, line: 1 }]);
});

test.each(['const x = "import \'./a.ts\'";', "// import './a.ts';", "new URL('/v1/x', base);", 'import.meta.url;'])(
  '%s names nothing',
  (text) => expect(importsOf('x.ts', text)).toEqual([]),
);

test('a file that cannot be parsed is an error, not a file without imports', () => {
  expect(() => importsOf('x.ts', 'import {')).toThrow('x.ts cannot be parsed');
});

test('every kind of source is read, in packages that the table does not have too; what is installed or built is not', () => {
  const root = mkdtempSync(join(tmpdir(), 'leadmaster-layers-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const end of ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs']) put(`packages/x/src/deep/er/a.${end}`, '');
  put('packages/x/package.json', '{"name":"x"}');
  put('packages/x/node_modules/y/index.js', 'export {};');
  put('packages/x/dist/index.js', 'export {};');
  put('vitest.config.ts', 'export {};');
  const house = readHouse(root, [{ room: '*.ts', why: '' }]);
  expect(house.files.size).toBe(8);
  expect(house.manifests.get('packages/x')).toEqual({ name: 'x' });
});
