import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withInstallLock } from './install-lock.mjs';
import { capture, keepOthersFromWriting, LaunchError, ROOT } from './lib.mjs';
import { wordsOf } from './words.mjs';

const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Makes node_modules what package-lock.json says, by `npm ci`, unless it is so already.
 * The stamp is a copy of the lock file, so that a shell can compare the two without starting Node.
 */
export async function ensureInstall({ root = ROOT, log = console.error, env = process.env, signal } = {}) {
  if (isInstalled(root)) return;
  await withInstallLock(
    join(root, '.install.lock'),
    log,
    async () => {
      if (isInstalled(root)) return;
      if (!isSame(root)) await install(root, log, env, signal);
      writeStamp(root);
    },
    signal,
  );
}

/** Whether the last install here was of this very lock file. */
export function isInstalled(root) {
  const [lock, stamp] = [readText(join(root, 'package-lock.json')), readText(stampFile(root))];
  if (lock === null) throw new LaunchError(wordsOf().notWhole(root));
  return lock === stamp;
}

function stampFile(root) {
  return join(root, 'node_modules', '.leadmaster-install');
}

/** Whether an `npm ci` or `npm install` by hand has already installed what the lock file names. */
function isSame(root) {
  const installed = readText(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  const want = JSON.parse(readText(join(root, 'package-lock.json'))).packages;
  const have = JSON.parse(installed).packages;
  for (const [path, entry] of Object.entries(want)) {
    if (path === '') continue;
    const found = have[path];
    if (found === undefined && entry.optional) continue;
    if (found === undefined || found.version !== entry.version || found.integrity !== entry.integrity) return false;
    if (path.includes('node_modules/') && !existsSync(join(root, path))) return false;
  }
  return Object.keys(have).every((path) => path in want);
}

async function install(root, log, env, signal) {
  const words = wordsOf(env);
  log(words.installing);
  keepOthersFromWriting();
  rmSync(stampFile(root), { force: true });
  const [command, ...first] = npmCommand(env);
  const args = [...first, 'ci', '--include=dev', '--include=optional', '--prefer-offline', '--no-audit', '--no-fund'];
  // npm would try an unreachable registry for more than a minute.
  const patience = { npm_config_fetch_retry_mintimeout: '2000', npm_config_fetch_retry_maxtimeout: '10000' };
  const started = Date.now();
  const result = await capture(command, args, { cwd: root, env: { ...patience, ...env }, signal }).catch((error) => {
    throw new LaunchError(words.noNpm(error.message));
  });
  if (signal?.aborted) throw new LaunchError(words.stoppedInstalling);
  if (result.code !== 0) throw new LaunchError(explain(words, result.output));
  log(words.installed(Math.round((Date.now() - started) / 1000)));
}

/** npm as it was called, or the one on the PATH when something else called us. */
function npmCommand(env) {
  const { npm_execpath: script, npm_node_execpath: node } = env;
  const isNpm = script !== undefined && /^npm-cli\.c?js$/.test(basename(script)) && existsSync(script);
  return isNpm && node && existsSync(node) ? [node, script] : ['npm'];
}

function explain(words, output) {
  const code = UNREACHABLE.exec(output)?.[1];
  if (code !== undefined) return words.unreachable(code);
  const said = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!) \S/.test(line))
    .slice(0, 12)
    .join('\n');
  return words.npmSaid(said || output.trim().slice(-2000));
}

function writeStamp(root) {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  copyFileSync(join(root, 'package-lock.json'), stampFile(root));
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  }
}
