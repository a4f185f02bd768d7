import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate as othersFirst, setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, isGone, listProcesses, onLinux, type ProcessFacts } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';
import { storesInUse } from './store-locks.ts';

/** A process that has something of a profile open. */
export interface Holder {
  pid: number;
  comm: string;
  startTicks: number;
  /** `browser`: names the profile on its command line. `files`: has a file of it open; `file` is one of them. */
  by: 'browser' | 'files';
  file: string | null;
}

/**
 * Processes with open files in a profile, by `/proc/PID/fd`. chromium-headless-shell leaves no lock of its own, so this
 * is the only sign of a browser that spells the path another way. Our own process is left out. Processes of other users
 * cannot be looked into unless we are root; nor can Chromium's sandboxed children, but those have no file of the profile.
 * Empty where there is no /proc.
 */
export async function holdersOf(profileDir: string, all: readonly ProcessFacts[] = listAll()): Promise<Holder[]> {
  const inside = `${profileDir}/`;
  const found: Holder[] = [];
  for (const facts of all) {
    if (facts.pid === process.pid || isGone(facts)) continue;
    const file = openFileIn(facts.pid, inside);
    if (file !== null) found.push({ ...brief(facts), by: 'files', file });
    await othersFirst();
  }
  return found;
}

function listAll(): ProcessFacts[] {
  return onLinux ? listProcesses() : [];
}

/** Reads at once: a link of `/proc` is read faster than a thread is asked for it, and a machine has thousands. */
function openFileIn(pid: number, inside: string): string | null {
  const folder = `/proc/${pid}/fd`;
  for (const name of namesIn(folder)) {
    const target = targetOf(`${folder}/${name}`);
    if (target?.startsWith(inside)) return target;
  }
  return null;
}

/** None where the process is gone, or not ours to look into. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Null for a file that was closed meanwhile. */
function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

/** Every process that uses a profile: browsers started on it, and programs that have its files open. */
export async function profileUsers(profileDir: string): Promise<Holder[]> {
  const all = listProcesses();
  const browsers = browsersOn(profileDir, all).map((p): Holder => ({ ...brief(p), by: 'browser', file: null }));
  const files = await holdersOf(profileDir, onLinux ? all : []);
  return [...browsers, ...files.filter((holder) => !browsers.some((browser) => browser.pid === holder.pid))];
}

function brief({ pid, comm, startTicks }: { pid: number; comm: string; startTicks: number }) {
  return { pid, comm, startTicks };
}

/**
 * Proves that no process uses a profile, also none that cannot be seen from here, and gives processes that are ending a moment.
 *
 * @throws LeadMasterError `profile_in_use` naming who does, or what is open where that cannot be told.
 */
export async function proveProfileFree(profileDir: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const users = await profileUsers(profileDir);
    const stores = users.length > 0 ? [] : storesInUse(profileDir);
    if (users.length === 0 && stores.length === 0) return;
    if (performance.now() >= deadline)
      throw users.length > 0 ? usedBy(profileDir, users) : usedUnseen(profileDir, stores);
    await sleep(100);
  }
}

function usedBy(profileDir: string, users: readonly Holder[]): LeadMasterError {
  const named = users.map((user) => `pid ${user.pid} (${user.comm}${user.file === null ? '' : `, ${user.file}`})`);
  return new LeadMasterError(
    'profile_in_use',
    `The profile ${profileDir} is in use by ${named.join(', ')}`,
    'A login runs in one browser only. Close that program; LeadMaster does not end what it did not start.',
    { extra: { users } },
  );
}

function usedUnseen(profileDir: string, stores: readonly string[]): LeadMasterError {
  return new LeadMasterError(
    'profile_in_use',
    `The profile ${profileDir} is in use by a browser that cannot be seen from here, as in another container: it has ${stores.join(' and ')} open`,
    'A login runs in one browser only. Stop the container that has this volume, then try again.',
    { extra: { stores } },
  );
}
