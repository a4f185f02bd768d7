import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { ensureInstall } from './ensure-install.mjs';
import { LaunchError, ROOT } from './lib.mjs';
import { findRuntime } from './runtime.mjs';
import { wordsOf } from './words.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Node would open a debugger without a key on the first; the second would end the process at once. */
const IGNORED = ['SIGUSR1', 'SIGUSR2'];
const ignore = () => {};
const POLL_MS = 200;

/**
 * Installs what is missing, runs a script on the pinned runtime and stays with it to its end; resolves to its exit code.
 *
 * The child reads a pipe from us on its standard input and shuts down in order when that ends. So it does when we are
 * told to stop, when we are killed outright, and when npm above us is: npm passes no signal on, it only goes away.
 */
export async function launch(
  script,
  args,
  { root = ROOT, env = process.env, under = env.npm_lifecycle_event !== undefined } = {},
) {
  const stop = new AbortController();
  const onSignal = (signal) => stop.abort(signal);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  for (const signal of IGNORED) process.on(signal, ignore);
  const watch = under ? watchParent(() => stop.abort('npm is gone')) : null;
  try {
    await ensureInstall({ root, env, signal: stop.signal });
    const node = await findRuntime({ root });
    if (stop.signal.aborted) throw new LaunchError(wordsOf(env).stoppedService);
    return await stayWith(spawnService(node, [script, ...args], env), stop.signal);
  } finally {
    clearInterval(watch ?? undefined);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    for (const signal of IGNORED) process.off(signal, ignore);
  }
}

/** Of the pinned runtime, which knows how not to open a debugger on SIGUSR1. */
function spawnService(node, args, env) {
  return spawn(node, ['--disable-sigusr1', '--max-semi-space-size=4', ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env,
  });
}

function stayWith(child, signal) {
  return new Promise((resolve, reject) => {
    child.stdin.on('error', () => {}); // It ended first.
    const end = () => child.stdin.end(String(signal.reason));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
    child.on('error', reject);
    child.on('exit', (code, killedBy) => resolve(code ?? 128 + (constants.signals[killedBy] ?? 0)));
  });
}

/**
 * Calls back once the process that started us is gone. Where npm starts us through a shell that stays between, that shell outlives npm,
 * so its parent counts as ours.
 */
function watchParent(onGone) {
  const parent = process.ppid;
  const above = isShell(parent) ? parentOf(parent) : null;
  return setInterval(() => {
    if (process.ppid !== parent || (above !== null && parentOf(parent) !== above)) onGone();
  }, POLL_MS).unref();
}

function isShell(pid) {
  try {
    return /^(sh|dash|bash|ash|busybox|zsh)$/.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  } catch {
    return false;
  }
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
