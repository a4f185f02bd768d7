import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Names that a browser's own binary goes by. */
const BINARY_NAMES = [
  'chrome',
  'chromium',
  'chromium-browser',
  'chromium-headless-shell',
  'chrome-headless-shell',
  'headless_shell',
];

/**
 * Follows links and wrapper scripts to the browser's own binary. Debian's wrapper of the headless shell does not `exec`:
 * a signal sent to it ends a shell and orphans the browser (whatsapp-web-facts, Chromium 5).
 *
 * @throws Error when it is a script that leads to no binary, or a snap's launcher, whose browser sees only part of the disk.
 */
export function realBinary(path: string, root: string): string {
  const real = realpathSync(path);
  if (/^\/(snap|usr\/bin\/snap$)/.test(real))
    throw new Error('it is a snap, which cannot use a profile outside its own folders');
  accessSync(real, constants.X_OK);
  if (!isScript(real)) return real;
  const text = readFileSync(real, 'utf8');
  if (/snap (install|run)|\/snap\/bin/.test(text)) throw new Error('it only points to a snap');
  // The operator's own wrapper may set things up first, and one that becomes the browser is as good as the browser.
  const isOwn = !/^\/(usr\/(bin|lib|lib64)|bin|opt)\//.test(root === '/' ? real : real.slice(root.length));
  const becomesIt = /^\s*exec\s/m.test(text);
  if (isOwn && becomesIt) return real;
  const found = targets(real, text, root).find((target) => isBinary(target));
  if (found !== undefined) return realpathSync(found);
  if (becomesIt) return real;
  throw new Error('it is a script that starts a browser without "exec", so it cannot be stopped safely');
}

/** Where the known wrappers lead: paths they name, the folder they live in, and the folder their package uses. */
function* targets(script: string, text: string, root: string): Generator<string> {
  for (const [path] of text.matchAll(/\/[\w./-]+/g)) {
    if (BINARY_NAMES.includes(basename(path))) yield join(root, path);
  }
  const own = basename(script);
  if (BINARY_NAMES.includes(own)) yield join(root, 'usr/lib', own, own);
  for (const name of [own, ...BINARY_NAMES]) {
    const beside = join(dirname(script), name);
    if (beside !== script) yield beside;
  }
}

function isScript(path: string): boolean {
  return firstBytes(path, 2) === '#!';
}

function isBinary(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path) && !isScript(path);
  } catch {
    return false;
  }
}

function firstBytes(path: string, count: number): string {
  const handle = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.toString('latin1', 0, readSync(handle, bytes, 0, count, 0));
  } finally {
    closeSync(handle);
  }
}
