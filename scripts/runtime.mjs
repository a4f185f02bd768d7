import './check-node.mjs';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstall } from './ensure-install.mjs';
import { capture, fail, LaunchError, ROOT } from './lib.mjs';
import { wordsOf } from './words.mjs';

const WANTED = 26;

/**
 * The Node that runs the product: the one the lock file pins for this platform, else this machine's own if it is new
 * enough. Asked for its version rather than trusted: a checkout may have been copied from another kind of machine.
 */
export async function findRuntime({ root = ROOT, own = process.execPath } = {}) {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  for (const path of [pinned, own]) {
    if ((await majorOf(path)) >= WANTED) return path;
  }
  throw new LaunchError(wordsOf().noRuntime(WANTED, `${process.platform}-${process.arch}`, process.versions.node));
}

async function majorOf(path) {
  try {
    const { code, output } = await capture(path, ['--version']);
    return code === 0 ? Number(/^v(\d+)\./.exec(output.trim())?.[1] ?? 0) : 0;
  } catch {
    return 0;
  }
}

// Run by ./leadmaster: installs if needed and prints where the runtime is.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await ensureInstall();
    console.log(await findRuntime());
  } catch (error) {
    fail(error);
  }
}
