import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A look through somebody's code is a courtesy: it must end soon, whatever lies there. */
const MAX_DEPTH = 8;
const MAX_ENTRIES = 20_000;
const MAX_BYTES = 512 * 1024;

const PASSED_OVER = new Set(['node_modules', 'dist', 'build', 'coverage', 'vendor', 'web-cache']);
const OURS = new Set(['tokens', 'trash', 'staging', 'locks', 'vault']);
const NAMES = /(\.([cm]?js|ts)|^\.env(\..+)?|^ecosystem\.config\..+)$/;

export interface CodeFiles {
  /** Absolute paths, with what is in them. */
  files: { path: string; text: string }[];
  /** Not everything was looked at: there is too much. */
  cutShort: boolean;
}

/** Code and settings below a folder, without what was installed or built, and without profiles. What cannot be read is passed over. */
export function findCode(folder: string): CodeFiles {
  const files: CodeFiles['files'] = [];
  const queue = [{ path: folder, depth: 0 }];
  let entries = 0;
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const name of namesIn(at.path)) {
      entries += 1;
      if (entries > MAX_ENTRIES) return { files, cutShort: true };
      const path = join(at.path, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory() && isCode(name) && at.depth < MAX_DEPTH) queue.push({ path, depth: at.depth + 1 });
      if (stat?.isFile() && NAMES.test(name) && stat.size <= MAX_BYTES) files.push({ path, text: textOf(path) });
    }
  }
  return { files, cutShort: false };
}

function isCode(name: string): boolean {
  return !name.startsWith('.') && !PASSED_OVER.has(name) && !OURS.has(name);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
