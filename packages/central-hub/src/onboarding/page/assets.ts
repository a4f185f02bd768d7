import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the script and the stylesheets of the pages are served. */
export const ASSETS = '/link-assets';

const TYPES = {
  'link.js': 'text/javascript; charset=utf-8',
  'link.css': 'text/css; charset=utf-8',
  'no-script.css': 'text/css; charset=utf-8',
} as const;

export type AssetName = keyof typeof TYPES;

/** A file of the pages; its version is by its content. */
export interface Asset {
  type: string;
  text: string;
  version: string;
}

export const FILES: Readonly<Record<AssetName, Asset>> = {
  'link.js': read('link.js'),
  'link.css': read('link.css'),
  'no-script.css': read('no-script.css'),
};

/** The address of a file, with its version: a browser that has it asks no more. */
export function addressOf(name: AssetName): string {
  return `${ASSETS}/${name}?v=${FILES[name].version}`;
}

function read(name: AssetName): Asset {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  return { type: TYPES[name], text, version: createHash('sha256').update(text).digest('hex').slice(0, 12) };
}
