import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Import, importsOf } from './imports.ts';
import type { Room } from './table.ts';

/** What a package.json says, as far as imports go. */
export interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The checkout as the check sees it. */
export interface House {
  /** What each source file names, by its path from the root. */
  files: ReadonlyMap<string, readonly Import[]>;
  /** By the folder of the package; the checkout's own is `.`. */
  manifests: ReadonlyMap<string, Manifest>;
}

const SOURCES = '**/*.{ts,tsx,mts,cts,js,mjs,cjs}';
const NOT_OURS = new Set(['node_modules', 'dist', 'dist-demo']);

/** Reads the folders that the table names, and every package, whether the table has it or not. */
export function readHouse(root: string, table: readonly Room[]): House {
  const tops = new Set(['packages', ...table.map(({ room }) => room.split('/')[0] ?? room)]);
  const patterns = [...tops].map((top) => (top.includes('*') ? top : `${top}/${SOURCES}`));
  const paths = globSync(patterns, { cwd: root, exclude: (name) => NOT_OURS.has(name.split('/').at(-1) ?? name) });
  const manifests = globSync(['package.json', '{bench,packages/*}/package.json'], { cwd: root });
  return {
    files: new Map(paths.map((path) => [path, importsOf(path, readFileSync(join(root, path), 'utf8'))])),
    manifests: new Map(manifests.map((path) => [folderOf(path), readManifest(join(root, path))])),
  };
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/') || '.';
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8'));
}
