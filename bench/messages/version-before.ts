import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const run = promisify(execFile);

/** Another version of LeadMaster in a folder of its own, with its dependencies. */
export interface Checkout extends AsyncDisposable {
  readonly root: string;
}

/** This checkout as it is. */
export function thisVersion(): Checkout {
  return { root: ROOT, async [Symbol.asyncDispose]() {} };
}

/** A commit of this repository, checked out beside it and installed from the npm registry. */
export async function versionOf(commit: string): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-before-'));
  const root = join(folder, 'checkout');
  const git = (...args: string[]) => run('git', ['-C', ROOT, ...args]);
  const remove = async (): Promise<void> => {
    await git('worktree', 'remove', '--force', root).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    await git('worktree', 'prune');
  };
  try {
    await git('worktree', 'add', '--detach', root, commit);
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: root, maxBuffer: 2 ** 26 });
    return { root, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
