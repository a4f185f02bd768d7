import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishedManifest, type WorkspaceManifest } from '../manifest.ts';
import { LIBRARIES } from '../pack.ts';

const manifestOf = (name: string): WorkspaceManifest =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../packages', name, 'package.json'), 'utf8'));

test('a published package exports what is built, and keeps nothing of the workspace', () => {
  const workspace = {
    name: '@leadmaster/x',
    version: '1.2.3',
    private: true,
    description: 'X.',
    license: 'Apache-2.0',
    type: 'module',
    exports: { '.': './src/index.ts', './deep': './src/a/deep.ts' },
    dependencies: { zod: '4' },
    devDependencies: { '@leadmaster/testkit': '1.2.3' },
  };
  expect(publishedManifest(workspace)).toEqual({
    name: '@leadmaster/x',
    version: '1.2.3',
    description: 'X.',
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=22.15' },
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './deep': { types: './dist/a/deep.d.ts', default: './dist/a/deep.js' },
    },
    dependencies: { zod: '4' },
  });
});

test('an export that no compiler makes is refused', () => {
  const workspace = { ...manifestOf('vault'), exports: { './words': './words.json' } };
  expect(() => publishedManifest(workspace)).toThrow('./words.json');
});

test.each(LIBRARIES)('%s needs no package that cannot be installed, in the version that there is', (name) => {
  const { dependencies = {}, description } = manifestOf(name);
  const ours = Object.entries(dependencies).filter(([needed]) => needed.startsWith('@leadmaster/'));
  const here = LIBRARIES.map((library) => [`@leadmaster/${library}`, manifestOf(library).version]);
  expect(here).toEqual(expect.arrayContaining(ours));
  expect(description).toMatch(/\.$/);
});
