import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, isGone, listProcesses, onLinux, readProcess } from '@leadmaster/capture/processes';
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
export async function holdersOf(profileDir: string): Promise<Holder[]> {
  if (!onLinux) return [];
  const inside = `${profileDir}/`;
  const found: Holder[] = [];
  for (const facts of listProcesses()) {
    if (facts.pid === process.pid || isGone(facts)) continue;
    const file = await openFileIn(facts.pid, inside);
    if (file !== null) found.push({ ...brief(facts), by: 'files', file });
  }
  return found;
}

async function openFileIn(pid: number, inside: string): Promise<string | null> {
  let names: string[];
  try {
    names = await readdir(`/proc/${pid}/fd`);
  } catch {
    // Gone, or not ours to look into.
    return null;
  }
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return targets.find((target) => target.startsWith(inside)) ?? null;
}

/** Every process that uses a profile: browsers started on it, and programs that have its files open. */
export async function profileUsers(profileDir: string): Promise<Holder[]> {
  const browsers = browsersOn(profileDir).map((p): Holder => ({ ...brief(p), by: 'browser', file: null }));
  const files = await holdersOf(profileDir);
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

/** Whether a holder seen earlier still lives. */
export function stillThere(holder: Pick<Holder, 'pid' | 'startTicks'>): boolean {
  const facts = readProcess(holder.pid);
  return !isGone(facts) && facts?.startTicks === holder.startTicks;
}
