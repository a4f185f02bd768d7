import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaunchError } from './lib.mjs';
import { wordsOf } from './words.mjs';

const PATIENCE_MS = 15 * 60_000;

/** Does work that only one process at a time may do in this checkout. A lock whose holder has died is taken over. */
export async function withInstallLock(file, log, work, signal) {
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) });
  const until = Date.now() + PATIENCE_MS;
  const words = wordsOf();
  let told = false;
  while (!take(file, mine)) {
    const holder = readHolder(file);
    if (holder !== null && !isAlive(holder)) {
      clearStale(file, holder.text);
      continue;
    }
    if (signal?.aborted) throw new LaunchError(words.stoppedBefore);
    if (Date.now() > until) throw new LaunchError(words.tooLong(file));
    if (!told && holder !== null) log(words.otherStart(holder.pid));
    told = told || holder !== null;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file, text) {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new LaunchError(wordsOf().cannotInstall(error.message));
  }
}

function readHolder(file) {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, ...JSON.parse(text) };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    // Half written: its writer is between two system calls, or died there.
    return Date.now() - mtime(file) > 5000 ? { text: null, pid: 0 } : null;
  }
}

function mtime(file) {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return Date.now();
  }
}

function isAlive({ pid, start }) {
  try {
    process.kill(pid || 2 ** 30, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return start === null || startOf(pid) === start;
}

/** When a process began, so that a number used again is not taken for its first bearer. Null where /proc is not. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
}

function clearStale(file, text) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    // Another process may have cleared the stale lock and taken a fresh one in between: give that back.
    if (text !== null && readFileSync(aside, 'utf8') !== text) linkSync(aside, file);
  } catch {
    // Gone already, or back in place: the caller looks again.
  }
  rmSync(aside, { force: true });
}
