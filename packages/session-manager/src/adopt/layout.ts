import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { LOGIN_STORES, RECORD_FILE } from '@leadmaster/capture/classify';
import type { ADOPT_KINDS, LeadMasterError } from '@leadmaster/protocol';
import { lstatOrNull, mayNotBeUtf8, type ProfileFs, unreadable } from '../profile/files.ts';
import { MOVED_SUFFIX } from '../profile/paths.ts';
import { sayCandidates } from './candidates.ts';
import { refuse } from './refusal.ts';

export type AdoptKind = (typeof ADOPT_KINDS)[number];

/** A Chromium profile that another program has kept, and how that program keeps them. */
export interface Layout {
  kind: AdoptKind;
  profileDir: string;
}

/** How deep below a given folder a profile may lie: `.sessions/webjs/default/session-default`. */
const DEPTH = 3;
/** What RemoteAuth puts into its archive, and nothing besides. */
const REMOTE_AUTH_FOLDERS = ['IndexedDB', 'Local Storage', 'Default'];
/** Beside what was packed on macOS: the same folders again, without their content. */
const MAC_LEFTOVERS = '__MACOSX';

/**
 * The profile in a folder that the operator has named: the folder itself, or the only one below it. `path` is absolute and
 * leads through no link at its end.
 *
 * @throws LeadMasterError `adopt_refused`.
 */
export async function findProfile(fs: ProfileFs, path: string): Promise<Layout> {
  if (await isProfile(fs, path)) return layoutOf(fs, path);
  await refusePart(fs, path);
  await refuseFlat(fs, path);
  const found = await profilesBelow(fs, path, DEPTH);
  const [only, ...others] = found;
  if (only === undefined) {
    const odd = (await namesIn(fs, path)).find(mayNotBeUtf8);
    if (odd !== undefined) throw notUtf8(join(path, odd));
    throw refuse(
      `${path} holds no profile: neither it nor what is in it has a folder "Default"`,
      'Name the folder that the browser was started on: session-<clientId> of LocalAuth, tokens/<name>, RemoteAuth-<clientId> (unzipped).',
    );
  }
  if (others.length > 0) {
    throw refuse(
      `${path} holds ${found.length} profiles: ${await sayCandidates(fs, found)}`,
      'Name one of them; each becomes a session of its own. The one that lives is the login that was written last.',
      {
        profiles: found,
      },
    );
  }
  return layoutOf(fs, only);
}

/** @throws LeadMasterError `adopt_refused` */
export function refuseRelative(path: string): void {
  if (isAbsolute(path)) return;
  throw refuse(
    `"${path}" is not an absolute path`,
    'Write it from the root: the service may run in another folder than you.',
  );
}

/** @throws LeadMasterError `adopt_refused` for what is no folder that can be taken by its name. */
export async function refuseOddPath(fs: ProfileFs, path: string): Promise<void> {
  // Looked through for a profile it would take minutes, and offer those of every program and person.
  if (resolve(path) === '/')
    throw refuse('/ is the root of the whole machine', 'Name the folder of the profile itself.');
  const stat = await lstatOrNull(fs, path);
  if (stat === null && mayNotBeUtf8(path)) throw notUtf8(path);
  if (stat === null)
    throw refuse(`${path} does not exist`, 'Look at the spelling; it is a folder on the machine of the service.');
  if (stat.isSymbolicLink()) {
    throw refuse(
      `${path} is a symbolic link`,
      'Name the folder that it leads to: the link may be changed while it is looked at.',
    );
  }
  if (!stat.isDirectory()) {
    throw refuse(
      `${path} is not a folder`,
      'A RemoteAuth archive is unzipped first: mkdir NAME; unzip FILE.zip -d NAME',
    );
  }
  refuseMoved(path);
}

/** Its bytes are lost where text is made of them: nothing can be opened by the name that is left. */
function notUtf8(path: string): LeadMasterError {
  return refuse(
    `The name ${path} is not UTF-8, so LeadMaster cannot open what is there`,
    'Rename the folder whose name is not UTF-8 (mv, or convmv for all below it), with the program that uses it stopped.',
  );
}

/** @throws LeadMasterError `adopt_refused` for a folder that an earlier move has set aside. */
export function refuseMoved(path: string): void {
  if (!path.endsWith(MOVED_SUFFIX)) return;
  throw refuse(
    `${path} was moved to LeadMaster already`,
    'Its session has the login now. This folder is an old copy: it must never run.',
  );
}

/** People name what is inside of a profile, too. */
async function refusePart(fs: ProfileFs, path: string): Promise<void> {
  const parent = dirname(path);
  if (basename(path) !== 'Default' || !(await isProfile(fs, parent))) return;
  throw refuse(`${path} is a part of a profile`, `Name the folder around it: ${parent}`);
}

/** What some programs make of an archive from Windows: files whose names hold the folders they should be in. */
async function refuseFlat(fs: ProfileFs, path: string): Promise<void> {
  const flat = (await namesIn(fs, path)).find((name) => /(^|\\)(Default|IndexedDB|Local Storage)\\/.test(name));
  if (flat === undefined) return;
  throw refuse(
    `${path} was unpacked without its folders: it holds a file named ${JSON.stringify(flat)}`,
    'Unpack the archive again, into an empty folder, with a program that makes folders of "\\": unzip or 7z.',
  );
}

async function isProfile(fs: ProfileFs, path: string): Promise<boolean> {
  return (await lstatOrNull(fs, join(path, 'Default')))?.isDirectory() === true;
}

async function profilesBelow(fs: ProfileFs, folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await namesIn(fs, folder)).sort()) {
    const path = join(folder, name);
    if (name.endsWith(MOVED_SUFFIX) || name === MAC_LEFTOVERS || (await lstatOrNull(fs, path))?.isDirectory() !== true)
      continue;
    if (await isProfile(fs, path)) found.push(path);
    else if (depth > 1) found.push(...(await profilesBelow(fs, path, depth - 1)));
  }
  return found;
}

async function layoutOf(fs: ProfileFs, profileDir: string): Promise<Layout> {
  return { profileDir, kind: await kindOf(fs, profileDir) };
}

async function kindOf(fs: ProfileFs, profileDir: string): Promise<AdoptKind> {
  if ((await lstatOrNull(fs, join(profileDir, RECORD_FILE))) !== null) return 'leadmaster';
  const name = basename(profileDir);
  if (/^RemoteAuth(-|$)/.test(name)) return 'remote_auth';
  const isLocal = /^session(-|$)/.test(name);
  // WAHA keeps LocalAuth folders in <app>/.sessions/webjs, the newer versions in a folder of each session. A copy of
  // that folder is called so, too, or after WAHA.
  const above = profileDir.split(sep).slice(-3, -1);
  if (isLocal) return above.some((each) => /^webjs$|waha/i.test(each)) ? 'waha' : 'local_auth';
  const inside = await namesIn(fs, join(profileDir, dirname(dirname(LOGIN_STORES.indexedDb))));
  return inside.every((each) => REMOTE_AUTH_FOLDERS.includes(each)) ? 'remote_auth' : 'profile';
}

async function namesIn(fs: ProfileFs, folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    throw unreadable(folder, error);
  }
}
