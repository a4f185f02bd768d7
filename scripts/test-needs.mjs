import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { passThrough } from './lib.mjs';

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
];

/** Installs what is missing where that is ours to do: as root on Debian. Elsewhere the tests concerned say why they skip. */
export async function ensureTestNeeds(log = console.error) {
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
  return [...folders, '/usr/bin', '/usr/sbin'].some((folder) => folder !== '' && existsSync(join(folder, command)));
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
