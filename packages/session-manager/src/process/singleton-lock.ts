import { lstat, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isGone, readProcess } from '@leadmaster/capture/processes';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { type Holder, profileUsers } from './holders.ts';

/**
 * Chromium's own lock: `SingletonLock`, a symlink to `<host>-<pid>`. A dead pid of this host does no harm; another
 * host's name makes the launch fail (code 21), as after a move or a container with a new name. The headless shell has
 * no such lock.
 */
export type SingletonState =
  | { kind: 'none' }
  /** The process is gone, or its pid belongs to something that does not use this profile. */
  | { kind: 'stale'; target: string }
  | { kind: 'live'; target: string; pid: number }
  | { kind: 'foreign_host'; target: string; host: string }
  /** Not a link, or not to `<host>-<pid>`: no Chromium wrote it like this. */
  | { kind: 'malformed'; target: string };

/**
 * What a profile's SingletonLock says.
 *
 * @throws LeadMasterError `profile_unreadable` when it cannot be read.
 */
export async function readSingleton(profileDir: string, users?: readonly Holder[]): Promise<SingletonState> {
  const path = join(profileDir, 'SingletonLock');
  let target: string;
  try {
    if (!(await lstat(path)).isSymbolicLink()) return { kind: 'malformed', target: '' };
    target = await readlink(path);
  } catch (error) {
    if (isMissing(error)) return { kind: 'none' };
    throw new LeadMasterError(
      'profile_unreadable',
      `${path} cannot be read (${errorText(error)})`,
      `Give this user access to ${profileDir}.`,
      { cause: error },
    );
  }
  // Host names hold dashes: the pid is what follows the last one.
  const dash = target.lastIndexOf('-');
  const host = target.slice(0, dash);
  const pid = Number(target.slice(dash + 1));
  if (dash < 1 || !Number.isInteger(pid) || pid < 1) return { kind: 'malformed', target };
  if (host !== hostname()) return { kind: 'foreign_host', target, host };
  const facts = readProcess(pid);
  if (isGone(facts)) return { kind: 'stale', target };
  const using = (users ?? (await profileUsers(profileDir))).some((user) => user.pid === pid);
  return using ? { kind: 'live', target, pid } : { kind: 'stale', target };
}

/** What was done about it, for the log. */
export interface SingletonCleared {
  state: SingletonState;
  removed: string[];
}

/**
 * Removes Chromium's lock when it is proven stale. To be called with the session's own lock held, which is what makes
 * another host's name harmless: no other manager has this folder, and no process here has its files open.
 *
 * @throws LeadMasterError `profile_in_use` when a process uses the profile.
 */
export async function clearStaleSingleton(
  profileDir: string,
  sessionLock: { readonly file: string },
): Promise<SingletonCleared> {
  const users = await profileUsers(profileDir);
  const state = await readSingleton(profileDir, users);
  const user = users[0];
  if (user !== undefined) {
    throw new LeadMasterError(
      'profile_in_use',
      `The profile ${profileDir} is in use by pid ${user.pid} (${user.comm})${state.kind === 'none' ? '' : `, ${state.kind} SingletonLock`}`,
      'A login runs in one browser only. Close that program; LeadMaster does not end what it did not start.',
      { extra: { users, lock: sessionLock.file } },
    );
  }
  if (state.kind === 'none') return { state, removed: [] };
  const removed: string[] = [];
  for (const name of ['SingletonLock', 'SingletonCookie', 'SingletonSocket']) {
    const path = join(profileDir, name);
    try {
      await lstat(path);
      // The links alone; the socket they may point to is in the temporary folder of the program that made it.
      await rm(path);
      removed.push(name);
    } catch (error) {
      if (isMissing(error)) continue;
      throw new LeadMasterError(
        'storage_failed',
        `${path} is left over and cannot be removed (${errorText(error)})`,
        `Remove it by hand: rm "${path}"`,
        { cause: error },
      );
    }
  }
  return { state, removed };
}
