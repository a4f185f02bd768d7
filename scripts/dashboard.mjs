// Builds the dashboard where it is missing or older than its sources; with the argument `demo`, that of the demo. Run by `npm start`,
// `./leadmaster start` and `npm test`.
import './check-node.mjs';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withInstallLock } from './install-lock.mjs';
import { capture, fail, keepOthersFromWriting, LaunchError, ROOT } from './lib.mjs';
import { findRuntime } from './runtime.mjs';
import { wordsOf } from './words.mjs';

const FOLDER = 'packages/dashboard';
/** Everything that the page is made of; the lock file names its libraries. */
const FILES = ['package.json', 'index.html', 'vite.config.ts', 'tsconfig.json'].map((name) => `${FOLDER}/${name}`);
const FOLDERS = [`${FOLDER}/src`, 'packages/protocol/src', 'packages/client/src'];
/** The page of the demo is the dashboard with the phone at its side; nothing of it is in the dashboard itself. */
const PAGES = {
  dashboard: { folder: FOLDER, dist: 'dist', more: [] },
  demo: { folder: `${FOLDER}/demo`, dist: 'dist-demo', more: [`${FOLDER}/demo`] },
};
const BUILD_MS = 120_000;

/** @throws LaunchError where it cannot be built; what was built before stays. */
export async function ensureDashboard({
  root = ROOT,
  node = process.execPath,
  log = console.error,
  page = 'dashboard',
} = {}) {
  const { folder, more, dist: name } = PAGES[page];
  const dist = join(root, FOLDER, name);
  if (isBuiltFrom(dist, hashOfSources(root, more))) return;
  await withInstallLock(join(root, '.install.lock'), log, async () => {
    const hash = hashOfSources(root, more);
    if (!isBuiltFrom(dist, hash)) await build({ root, node, log, folder, dist, hash });
  });
}

function isBuiltFrom(dist, hash) {
  try {
    return readFileSync(join(dist, 'built-from.txt'), 'utf8') === hash;
  } catch {
    return false;
  }
}

function hashOfSources(root, more) {
  const hash = createHash('sha256');
  const isThere = (name) => existsSync(join(root, name));
  const names = [
    ...[...FILES, 'package-lock.json'].filter(isThere),
    ...[...FOLDERS, ...more].filter(isThere).flatMap((folder) => filesBelow(root, folder)),
  ];
  for (const name of names.sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(root, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** By their paths from the root. Node 20 runs this, too, which has no `globSync`. */
function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

async function build({ root, node, log, folder, dist, hash }) {
  const words = wordsOf();
  const [fresh, old] = [`${dist}.new`, `${dist}.old`];
  log(words.buildingDashboard);
  const started = Date.now();
  // Under another one the page would be built for its developer, with the paths of this machine in it.
  // Vite keeps compiled code below /tmp unless told otherwise, where another user may have put some.
  const compiled = join(root, 'node_modules', '.cache', 'leadmaster');
  const env = { NODE_COMPILE_CACHE: compiled, ...process.env, NODE_ENV: 'production', NO_COLOR: '1' };
  keepOthersFromWriting();
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const config = join(root, FOLDER, 'vite.config.ts');
  const how = ['--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn', '--config', config];
  const args = [vite, 'build', join(root, folder), ...how];
  const { code, output } = await capture(node, args, { cwd: root, env, signal: AbortSignal.timeout(BUILD_MS) });
  if (code !== 0) throw new LaunchError(words.dashboardNotBuilt(output.trim().slice(-2000)));
  writeFileSync(join(fresh, 'built-from.txt'), hash);
  rmSync(old, { recursive: true, force: true });
  moveAside(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
  log(words.dashboardBuilt(((Date.now() - started) / 1000).toFixed(1)));
}

function moveAside(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const page = process.argv[2] === 'demo' ? 'demo' : 'dashboard';
  // The build reads sources of the contract, which the pinned runtime runs as they are.
  findRuntime()
    .then((node) => ensureDashboard({ node, page }))
    .catch(fail);
}
