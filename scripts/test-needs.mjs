import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture, passThrough, ROOT } from './lib.mjs';

/** What some tests use besides Node: a file each package brings, and the package. */
const NEEDS = [
  ['chromium', 'chromium'],
  ['chromium-headless-shell', 'chromium-headless-shell'],
  ['Xvfb', 'xvfb'],
  ['strace', 'strace'],
  ['ss', 'iproute2'],
  ['ceph-mon', 'ceph-mon'],
  ['ceph-osd', 'ceph-osd'],
  ['radosgw', 'radosgw'],
  ['postgres', 'postgresql'],
];

/** Libraries are tried on the oldest Node they promise. Fetched beside the checkout's own packages, which pin Node 26. */
const NODE_22 = `node-${process.platform}-${process.arch}@22.23.3`;
const NODE_22_FOLDER = join(ROOT, 'node_modules', '.cache', 'node-22');
const FETCH_MS = 120_000;

/** Brings what tests use and is missing. Where something cannot be brought, the tests concerned say why they skip. */
export async function ensureTestNeeds(log = console.error) {
  await ensureNode22(log);
  await ensurePackages(log);
}

async function ensureNode22(log) {
  if (existsSync(join(NODE_22_FOLDER, 'node_modules'))) return;
  log(`Fetching for the tests: ${NODE_22} ...`);
  const quick = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--fetch-retries=0'];
  const args = ['install', '--prefix', NODE_22_FOLDER, ...quick, NODE_22];
  const { code } = await capture('npm', args, { signal: AbortSignal.timeout(FETCH_MS) });
  if (code !== 0) log('The registry did not give it; tests that need it are skipped.');
}

/** Installs packages where that is ours to do: as root on Debian. */
async function ensurePackages(log) {
  const missing = NEEDS.filter(([command]) => !isInstalled(command)).map(([, name]) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isDebian()) {
    log(`Not installed: ${missing.join(', ')}. Tests that need them are skipped.`);
    return;
  }
  log(`Installing for the tests: ${missing.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  const apt = async (...args) => (await passThrough('apt-get', ['-q', ...args], options)) === 0;
  await apt('update');
  if (await apt('install', '-y', '--no-install-recommends', ...missing)) return;
  log('apt could not install them; tests that need them are skipped.');
}

function isInstalled(command) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, '/usr/bin', '/usr/sbin', ...postgresFolders()].some(
    (folder) => folder !== '' && existsSync(join(folder, command)),
  );
}

/** Debian keeps the server's programs out of the path, one folder for each version. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
