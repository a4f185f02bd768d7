import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');
/** Where `npm test` puts it (scripts/test-needs.mjs). */
const FETCHED = join(
  ROOT,
  `node_modules/.cache/node-22/node_modules/node-${process.platform}-${process.arch}/bin/node`,
);

/** A Node 22: the one that was fetched for the tests, or the machine's own; null where there is none. */
export function findNode22(): string | null {
  const own = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'node'));
  return [FETCHED, ...own].find(isNode22) ?? null;
}

function isNode22(path: string): boolean {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).startsWith(
      'v22.',
    );
  } catch {
    return false;
  }
}
