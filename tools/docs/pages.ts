import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The folder of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** A link or a picture of a page. */
export interface Link {
  /** As it is written. */
  target: string;
  /** The file that it names, from the checkout's root; null for an address elsewhere. */
  file: string | null;
  /** Behind "#"; empty where there is none. */
  anchor: string;
}

/** What can be compared between a page and its twin in another language. */
export interface Shape {
  /** `#` to `######`, in their order. */
  levels: string[];
  /** Blocks of code, with their fences. */
  blocks: string[];
  /** For each table how many rows and columns it has. */
  tables: string[];
}

/** Every page of the checkout, by its path from the root. */
export function allPages(): string[] {
  const exclude = ['**/node_modules/**', '**/__snapshots__/**', 'data*/**', '.*/**'];
  return globSync('**/*.md', { cwd: ROOT, exclude }).sort();
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** All that a page leads to, pictures included; what stands in code leads nowhere. */
export function linksOf(page: string): Link[] {
  const text = withoutCode(readPage(page));
  const targets = [...text.matchAll(/\]\(([^()\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, target, attribute]) => target ?? attribute ?? '',
  );
  return targets.map((target) => {
    if (/^[a-z]+:/.test(target)) return { target, file: null, anchor: '' };
    const [path = '', anchor = ''] = target.split('#');
    return { target, file: path === '' ? page : normalize(join(dirname(page), path)), anchor };
  });
}

export function shapeOf(page: string): Shape {
  const text = readPage(page);
  const prose = text.replaceAll(FENCED, '');
  return {
    levels: headings(prose).map(({ level }) => level),
    blocks: text.match(FENCED) ?? [],
    tables: (prose.match(/(?:^\|.*\n)+/gm) ?? []).map((table) => {
      const rows = table.trimEnd().split('\n');
      return `${rows.length} x ${rows.map((row) => row.split(/(?<!\\)\|/).length - 2).join(',')}`;
    }),
  };
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): Set<string> {
  const taken = new Map<string, number>();
  return new Set(
    headings(withoutCode(readPage(page), '')).map(({ title }) => {
      const slug = title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replaceAll(' ', '-');
      const count = taken.get(slug) ?? 0;
      taken.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

const FENCED = /^```[^\n]*\n[\s\S]*?^```$/gm;

/** Headings keep the words of their code, without its marks. */
function withoutCode(text: string, mark = '`code`'): string {
  const prose = text.replaceAll(FENCED, '');
  return mark === '' ? prose : prose.replaceAll(/`[^`\n]*`/g, mark);
}

function headings(text: string): { level: string; title: string }[] {
  return [...text.matchAll(/^(#{1,6}) +(.+)$/gm)].map(([, level = '', title = '']) => ({
    level,
    title: title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim(),
  }));
}
