import { join } from 'node:path';
import {
  type Entry,
  isTrashName,
  lstatOrNull,
  modeIsRight,
  realFs,
  walk,
} from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation, ProfileFact } from '../installation.ts';
import { octal } from '../octal.ts';

/** An entry with what would be right for it. */
interface Place {
  path: string;
  kind: 'file' | 'folder';
  mode: number;
}

/**
 * Whether others may look in. A closed data folder keeps everybody out of what is inside, so an open door behind it is a
 * warning; through an open one it is a problem.
 */
export async function checkPermissions(installation: Installation): Promise<Finding[]> {
  const root = await lstatOrNull(realFs, installation.paths.root);
  if (root === null) return [];
  const closed = (root.mode & 0o077) === 0;
  const findings = (await placesOf(installation))
    .filter((place) => !modeIsRight(place))
    .map(({ path, kind, mode }) =>
      found(
        closed ? 'warning' : 'problem',
        'modes_open',
        path,
        { path, mode: octal(mode), right: kind === 'folder' ? '700' : '600' },
        { fixable: true },
      ),
    );
  for (const profile of installation.profiles) findings.push(...(await insideOf(installation, profile, closed)));
  return findings;
}

/** The data folder's own entries. Other names in it may be the operator's: those are left alone. */
async function placesOf({ paths }: Installation): Promise<Place[]> {
  const folders = [paths.root, paths.tokens, paths.locks, paths.trash, paths.staging, paths.webCache, paths.vault];
  const files = [paths.database, `${paths.database}-wal`, `${paths.database}-shm`];
  const inTrash = (await realFs.readdir(paths.trash).catch(() => [])).filter(isTrashName);
  const all = [
    ...[...folders, ...files, paths.adminKey, paths.serviceToken, paths.keyCopied, paths.vaultAccepted],
    ...inTrash.map((name) => join(paths.trash, name)),
  ];
  const places: Place[] = [];
  for (const path of all) {
    const stat = await lstatOrNull(realFs, path);
    if (stat === null || !(stat.isFile() || stat.isDirectory())) continue;
    places.push({ path, kind: stat.isFile() ? 'file' : 'folder', mode: stat.mode & 0o7777 });
  }
  return places;
}

async function insideOf(
  installation: Installation,
  { name, dir, inUse }: ProfileFact,
  closed: boolean,
): Promise<Finding[]> {
  const wrong: Entry[] = [];
  for await (const entry of walk(realFs, dir)) if (!modeIsRight(entry)) wrong.push(entry);
  const [first] = wrong;
  if (first === undefined) return [];
  const door = first.path === '' ? first : null;
  const severity = door === null ? 'note' : closed ? 'warning' : 'problem';
  const about = { session: name, count: wrong.length, first: first.full, mode: octal(first.mode) };
  // Where a service runs, its next start of the session repairs it, with the lock that keeps browsers away.
  return [found(severity, 'modes_inside', dir, about, { fixable: !inUse && installation.service === null })];
}
