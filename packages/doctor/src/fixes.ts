import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { makePrivateFile } from '@leadmaster/service-kit/files';
import {
  COMMAND,
  clearStaleSingleton,
  type LockHandle,
  lockDataFolder,
  lockSession,
  proveProfileFree,
  realFs,
  repairPermissions,
} from '@leadmaster/session-manager/installation';
import { mayIgnoreAll } from './checks/git.ts';
import type { Finding, FindingId } from './finding.ts';
import type { Installation } from './installation.ts';

/** What became of one thing that could be repaired. */
export interface Fixed {
  id: FindingId;
  where: string;
  done: boolean;
  detail: string;
}

type Fix = (installation: Installation, finding: Finding) => Promise<string>;

/** Only what loses nothing in any case. The operator decides about the rest. */
const FIXES: Partial<Record<FindingId, Fix>> = {
  async modes_open(_installation, { where, about }) {
    await chmod(where, Number.parseInt(String(about.right), 8));
    return `mode ${about.mode} -> ${about.right}`;
  },
  async vault_key_open(_installation, { where, about }) {
    await chmod(where, 0o600);
    return `mode ${about.mode} -> 600`;
  },
  modes_inside: (installation, { where, about }) =>
    alone(installation, String(about.session), async () => {
      return `${await repairPermissions(realFs, where)} entries set to 700 and 600`;
    }),
  singleton_stale: (installation, { about }) =>
    alone(installation, String(about.session), async (dir, lock) => {
      const { removed } = await clearStaleSingleton(dir, lock);
      return removed.length === 0 ? 'gone already' : `removed ${removed.join(', ')}`;
    }),
  async lock_stale({ paths }, { where }) {
    // Taking a lock proves that no process holds it; releasing it removes what the dead holder left.
    const session = where.startsWith(join(paths.locks, 'sessions')) ? where.replace(/^.*\/|\.lock$/g, '') : null;
    if (session !== null) lockSession(paths, session).release();
    return 'taken and released: no process holds it';
  },
  async git_not_ignored({ paths }) {
    if (!mayIgnoreAll(paths)) return 'left: the folder holds what is not ours';
    makePrivateFile(
      join(paths.root, '.gitignore'),
      '# Logins and keys: nothing in here belongs into a repository.\n*\n',
    );
    return `made ${join(paths.root, '.gitignore')}`;
  },
};

/**
 * Does what is safe. With no service running, under the data folder's lock, so that none begins meanwhile; beside one,
 * only what no session's run can meet (checks say so by `fixable`). One that fails does not stop the others.
 *
 * @throws LeadMasterError `forbidden` for another user than the folder's, `data_folder_in_use`.
 */
export async function fixAll(installation: Installation, findings: readonly Finding[]): Promise<Fixed[]> {
  if (findings.length === 0) return [];
  refuseOtherUser(installation);
  const lock = installation.service === null ? lockDataFolder(installation.paths, COMMAND) : null;
  try {
    const fixed: Fixed[] = [];
    for (const finding of findings) fixed.push(await fixOne(installation, finding));
    return fixed;
  } finally {
    lock?.release();
  }
}

async function fixOne(installation: Installation, finding: Finding): Promise<Fixed> {
  const { id, where } = finding;
  const fix = FIXES[id];
  if (fix === undefined) return { id, where, done: false, detail: 'nothing is known to repair it' };
  return fix(installation, finding).then(
    (detail) => ({ id, where, done: true, detail }),
    (error: unknown) => ({ id, where, done: false, detail: errorText(error) }),
  );
}

/** Runs a work on a profile that is locked, and proven to be in no other process's use. */
async function alone(
  { paths }: Installation,
  session: string,
  work: (dir: string, lock: LockHandle) => Promise<string>,
): Promise<string> {
  const dir = paths.session(session);
  const lock = lockSession(paths, session);
  try {
    await proveProfileFree(dir, 0);
    return await work(dir, lock);
  } finally {
    lock.release();
  }
}

/** What root makes in here, the service could not use. */
function refuseOtherUser({ machine, owner, paths }: Installation): void {
  if (owner === null || machine.uid === owner) return;
  throw new LeadMasterError(
    'forbidden',
    `${paths.root} belongs to uid ${owner}, and this runs as uid ${machine.uid}: nothing was changed`,
    `Run it as that user, for example: sudo -u '#${owner}' ./leadmaster doctor --fix`,
  );
}
