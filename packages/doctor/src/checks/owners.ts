import { join } from 'node:path';
import { isDataFolder, lstatOrNull, realFs, walk } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Whether everything belongs to the service's user: what does not, it can neither write nor set aside. */
export async function checkOwners(installation: Installation): Promise<Finding[]> {
  const { owner, paths } = installation;
  if (owner === null || !installation.exists) return [];
  const tops = [
    ...[paths.root, paths.locks, paths.trash, paths.staging, paths.webCache],
    ...[paths.database, paths.adminKey, paths.serviceToken],
  ];
  const findings: Finding[] = [];
  for (const path of [...tops, ...(await locksOf(paths.locks))]) {
    const stat = await lstatOrNull(realFs, path);
    if (stat !== null && stat.uid !== owner) findings.push(foreign(path, 1, path, stat.uid, owner));
  }
  for (const dir of [paths.tokens, ...installation.profiles.map((profile) => profile.dir)]) {
    const strangers: { full: string; uid: number }[] = [];
    for await (const entry of walk(realFs, dir)) {
      if (entry.uid !== owner) strangers.push(entry);
      // Its profiles are looked at one by one.
      if (dir === paths.tokens) break;
    }
    const [first] = strangers;
    if (first !== undefined) findings.push(foreign(dir, strangers.length, first.full, first.uid, owner));
  }
  return findings;
}

/** A lock file that a command run by root has left keeps the service's user out. */
async function locksOf(folder: string): Promise<string[]> {
  const names = await realFs.readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => join(folder, name));
}

function foreign(where: string, count: number, first: string, uid: number, owner: number): Finding {
  return found('problem', 'owner_foreign', where, { count, first, uid, owner, path: where });
}

/** Whether the service runs as root, or would: Chromium's sandbox is off then. */
export async function checkUser(installation: Installation): Promise<Finding[]> {
  const { service, machine, paths } = installation;
  const uid = service === null ? (installation.owner ?? machine.uid) : machine.userOf(service.pid);
  if (uid !== 0) return [];
  // The suggested command goes through all of it: a setting that names /srv must not give that away.
  const path = isDataFolder(paths.root) ? paths.root : 'DATA_FOLDER';
  return [found('warning', 'runs_as_root', paths.root, { path })];
}
