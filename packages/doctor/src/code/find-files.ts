import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorText } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { CHECKOUT } from '@leadmaster/session-manager/installation';

/** A look through the operator's code is a courtesy: it must end soon, also in a large tree. */
const MAX_DEPTH = 8;
const MAX_ENTRIES = 20_000;
const MAX_BYTES = 512 * 1024;

const PASSED_OVER = new Set(['node_modules', 'dist', 'build', 'coverage', 'vendor', 'web-cache']);
/** Names in tests are made up, and so are the values of a settings file that is to be copied. */
const MADE_UP = /^(tests?|__tests__|fixtures)$|\.(test|spec)\.[cm]?[jt]s$|^\.env\.(example|sample|template)$/;
/** The parts of this program, where its own checkout is looked through. */
const PARTS = ['packages', 'bench', 'scripts'].map((name) => join(realpathSync(CHECKOUT), name));
const OURS = new Set(['tokens', 'trash', 'staging', 'locks', 'vault']);
const NAMES = /(\.([cm]?js|ts)|^\.env(\..+)?|^ecosystem\.config\..+)$/;

export interface CodeFiles {
  /** Absolute paths, with what is in them. */
  files: { path: string; text: string }[];
  /** Not everything was looked at: there is too much. */
  cutShort: boolean;
  /** What is there and could not be read. */
  unread: Unread[];
}

/** A path, and why it could not be read. */
export interface Unread {
  path: string;
  why: string;
}

/** Code and settings below a folder, without what was installed or built, and without profiles. */
export function findCode(folder: string): CodeFiles {
  const files: CodeFiles['files'] = [];
  const unread: Unread[] = [];
  const attempt = <T>(path: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!isMissing(error)) unread.push({ path, why: errorText(error) });
      return null;
    }
  };
  const queue = [{ path: folder, depth: 0 }];
  let entries = 0;
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const name of attempt(at.path, () => readdirSync(at.path).sort()) ?? []) {
      entries += 1;
      if (entries > MAX_ENTRIES) return { files, cutShort: true, unread };
      const path = join(at.path, name);
      if (MADE_UP.test(name)) continue;
      const stat = attempt(path, () => lstatSync(path));
      if (stat?.isDirectory() && isCode(name) && !isOwnPart(path) && at.depth < MAX_DEPTH)
        queue.push({ path, depth: at.depth + 1 });
      if (!stat?.isFile() || !NAMES.test(name) || stat.size > MAX_BYTES) continue;
      const text = attempt(path, () => readFileSync(path, 'utf8'));
      if (text !== null) files.push({ path, text });
    }
  }
  return { files, cutShort: false, unread };
}

function isOwnPart(path: string): boolean {
  return PARTS.some((part) => basename(part) === basename(path) && realpathSync(path) === part);
}

function isCode(name: string): boolean {
  return !name.startsWith('.') && !PASSED_OVER.has(name) && !OURS.has(name);
}
