import { basename, join } from 'node:path';
import { isSessionName } from '@leadmaster/protocol';
import { livingOwner, namesOrNull, readOwner, readSingleton, realFs } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Locks whose holders are dead: Chromium's own in the profiles, and the words beside ours. */
export async function checkLocks(installation: Installation): Promise<Finding[]> {
  return [...(await singletons(installation)), ...(await owners(installation))];
}

async function singletons({ profiles, service }: Installation): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, dir, inUse } of profiles) {
    const lock = await readSingleton(dir);
    const path = join(dir, 'SingletonLock');
    const fixable = !inUse && service === null;
    if (lock.kind === 'stale' || lock.kind === 'malformed')
      findings.push(found('note', 'singleton_stale', path, { session: name, target: lock.target }, { fixable }));
    // It may run there, on a disk that both share: that is for the operator to know.
    if (lock.kind === 'foreign_host')
      findings.push(found('warning', 'singleton_foreign', path, { session: name, host: lock.host, path }));
  }
  return findings;
}

async function owners({ paths, service }: Installation): Promise<Finding[]> {
  const folder = join(paths.locks, 'sessions');
  const names = (await namesOrNull(realFs, folder)) ?? [];
  const sessions = names
    .filter((name) => name.endsWith('.lock'))
    .map((name) => basename(name, '.lock'))
    .filter(isSessionName);
  const files = [paths.dataLock, ...sessions.map((session) => paths.sessionLock(session))];
  return files.flatMap((file) => {
    const owner = readOwner(file);
    if (owner === null || livingOwner(file) !== null) return [];
    const about = { pid: owner.pid, since: owner.since };
    return [found('note', 'lock_stale', file, about, { fixable: service === null })];
  });
}
