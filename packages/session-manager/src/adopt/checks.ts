import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkStructureAside } from '@leadmaster/capture';
import { errorText, LeadMasterError, shellWord } from '@leadmaster/protocol';
import { proveProfileFree } from '../process/holders.ts';
import { readSingleton } from '../process/singleton-lock.ts';
import { refuseOlderBrowser } from '../profile/browser-version.ts';
import type { ProfileFs } from '../profile/files.ts';
import { loginEvidence } from '../profile/login-presence.ts';
import type { DataPaths } from '../profile/paths.ts';
import { freeBytes } from '../profile/room.ts';
import { refuse, refusedBy } from './refusal.ts';

/** A program that was just told to stop may still close its files. */
const LEAVING_MS = 2_000;

/** @throws LeadMasterError `adopt_refused` when a folder and the data folder are in each other. */
export function refuseOverlap(paths: DataPaths, folder: string): void {
  if (folder === paths.root || folder.startsWith(`${paths.root}/`)) {
    throw refuse(
      `${folder} is in the data folder ${paths.root}`,
      `What is in ${paths.tokens} is adopted in place, under its own name; a profile in the trash comes back by POST /v1/trash/ID/restore.`,
    );
  }
  if (paths.root.startsWith(`${folder}/`)) {
    throw refuse(
      `The data folder ${paths.root} is in ${folder}`,
      'Name the profile itself, not a folder around everything.',
    );
  }
}

/**
 * Proves that no browser has a profile open, also one that leaves no lock, or runs in a container or on another machine.
 *
 * @throws LeadMasterError `adopt_refused`.
 */
export async function refuseUsed(profileDir: string): Promise<void> {
  const hint =
    'Stop the program that runs it, and keep it stopped ("pm2 stop NAME", "docker stop NAME", "systemctl stop NAME"): a login runs in one browser only.';
  try {
    await proveProfileFree(profileDir, LEAVING_MS);
  } catch (error) {
    throw refusedBy(error, hint);
  }
  const lock = await readSingleton(profileDir);
  if (lock.kind !== 'foreign_host') return;
  throw refuse(
    `A browser on the host ${lock.host} has it open, says its SingletonLock (${lock.target}); a container is a host of its own`,
    `Stop it there. If it was killed and nothing runs, remove what it left: rm ${shellWord(`${profileDir}/SingletonLock`)}`,
  );
}

/**
 * Proves that a folder holds a login that a browser would find whole.
 *
 * @throws LeadMasterError `adopt_refused`.
 */
export async function refuseNoLogin(
  fs: ProfileFs,
  profileDir: string,
  tempDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const { presence, detail } = await loginEvidence(fs, profileDir, null);
  if (presence === 'absent') {
    throw refuse(
      `${profileDir} holds no login of WhatsApp Web: ${detail}`,
      'Look for the folder that the program really used (its dataPath, and the folder it was started in); or link it again: "./leadmaster qr NAME".',
    );
  }
  if (presence !== 'present') {
    throw refuse(
      `Half of the login in ${profileDir} is missing: ${detail}`,
      'Both databases are needed, of one moment: copy the folder again with its program stopped, or take an older copy.',
    );
  }
  const { ok, checks } = await checkStructureAside(profileDir, { requireLogin: true, tempDir }, signal);
  if (ok) return;
  const broken = checks.filter((check) => !check.ok).map(({ name, detail: what }) => `${name} (${what})`);
  throw refuse(
    `The login in ${profileDir} is damaged in ${broken.join(' and ')}; a browser would recreate it, empty`,
    'A copy that was taken while the browser ran is often like that: copy it again with the program stopped, or take an older copy.',
    { broken },
  );
}

/**
 * Proves, before anything is changed, that the folder can be taken out of the one around it.
 *
 * @throws LeadMasterError `adopt_refused` naming that one.
 */
export async function refuseFixedParent(profileDir: string): Promise<void> {
  const parent = dirname(profileDir);
  try {
    await access(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    const me = process.getuid?.() ?? 0;
    throw refuse(
      `${profileDir} cannot be moved: this user (uid ${me}) may not write into the folder around it, ${parent} (${errorText(error)})`,
      `Move it first, as root, to a folder of this user, and adopt it there: mv ${shellWord(profileDir)} NEW_FOLDER. Or copy it (mode: copy, --copy).`,
    );
  }
}

/** @throws LeadMasterError `adopt_refused` when the browser here would erase what a newer one wrote. */
export function refuseOldBrowser(chromium: string | null, browserVersion: string): void {
  try {
    refuseOlderBrowser(chromium, browserVersion);
  } catch (error) {
    throw refusedBy(error);
  }
}

/**
 * `mode`: what the operator has asked for; a move from another disk is a copy first.
 *
 * @throws LeadMasterError `adopt_refused` when a copy of so many bytes would fill the disk.
 */
export async function refuseNoRoom(
  fs: ProfileFs,
  paths: DataPaths,
  { bytes, minFreeBytes, mode }: { bytes: number; minFreeBytes: number; mode: 'copy' | 'move' },
): Promise<void> {
  const free = await freeBytes(fs, paths.staging);
  if (free >= bytes + minFreeBytes) return;
  const mb = (n: number): number => Math.ceil(n / 2 ** 20);
  throw refuse(
    `It takes ${mb(bytes)} MB, and ${mb(free)} MB are free on the disk of ${paths.root} (${mb(minFreeBytes)} of them are kept free, DISK_MIN_FREE_MB)`,
    mode === 'copy'
      ? 'Free some space; or, when it lies on the same disk, move it instead of copying (mode: move, --move).'
      : 'Free some space: it lies on another disk, and is copied before its old folder is set aside.',
  );
}

/** Whether an error of the disk says that two paths lie on different ones. */
export function isOtherDisk(error: unknown): boolean {
  const cause = error instanceof LeadMasterError ? error.cause : error;
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'EXDEV';
}
