import { join } from 'node:path';
import { LeadMasterError, shellWord } from '@leadmaster/protocol';
import {
  loginEvidence,
  lstatOrNull,
  MOVED_SUFFIX,
  namesOrNull,
  proveLoginWhole,
  realFs,
} from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation, ProfileFact } from '../installation.ts';
import { linkedHere } from './transfers.ts';

/** Whether every profile has a session, every session its profile, and every login is whole. */
export async function checkProfiles(installation: Installation): Promise<Finding[]> {
  const findings = [...(await strangers(installation)), ...(await missing(installation))];
  for (const profile of installation.profiles) findings.push(...(await lookAt(installation, profile)));
  return findings;
}

async function lookAt(installation: Installation, profile: ProfileFact): Promise<Finding[]> {
  const { name, dir, record, recordError } = profile;
  if (recordError !== null)
    return [
      found('problem', 'record_unreadable', installation.paths.record(name), { session: name, detail: recordError }),
    ];
  const row = installation.state?.sessions.find((session) => session.name === name);
  // With a database that cannot be read, only the record tells whether it is claimed.
  const claimed = installation.stateError === null ? row !== undefined && record !== null : record !== null;
  const findings = claimed ? [] : [found('warning', 'profile_unclaimed', dir, { session: name, path: shellWord(dir) })];
  if (record?.originRetired === false) findings.push(found('note', 'origin_not_retired', dir, { session: name }));
  const { presence, detail } = await loginEvidence(realFs, dir, record);
  const damage =
    presence === 'damaged' ? detail : presence === 'present' && !profile.inUse ? damageOf(name, dir) : null;
  // An unclaimed folder may be anything; a session's own must be whole.
  if (damage !== null && claimed)
    findings.push(found('problem', 'login_damaged', dir, { session: name, detail: damage }));
  return findings;
}

/** What is wrong inside of the login's databases; what a running browser writes to is not judged. */
function damageOf(name: string, dir: string): string | null {
  try {
    proveLoginWhole(name, dir);
    return null;
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'login_damaged') return error.message;
    throw error;
  }
}

/** Sessions of the database whose profile is gone, though it was not set aside here. */
async function missing({ state, paths }: Installation): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name } of state === null ? [] : linkedHere(state)) {
    const dir = paths.session(name);
    if ((await lstatOrNull(realFs, dir)) === null)
      findings.push(found('problem', 'profile_missing', dir, { session: name }));
  }
  return findings;
}

/** What lies among the profiles and cannot be one. */
async function strangers({ paths, profiles }: Installation): Promise<Finding[]> {
  const names = (await namesOrNull(realFs, paths.tokens)) ?? [];
  const findings: Finding[] = [];
  for (const name of names) {
    const path = join(paths.tokens, name);
    const stat = await lstatOrNull(realFs, path);
    const isProfile = profiles.some((profile) => profile.name === name);
    // A plain file beside the profiles does no harm; a folder or a link looks like a session and is none.
    if (stat === null || isProfile || stat.isFile() || name === 'lost+found') continue;
    findings.push(
      found('note', name.endsWith(MOVED_SUFFIX) ? 'folder_set_aside' : 'folder_no_session', path, { name }),
    );
  }
  return findings;
}

/** Profiles that were given away and are still, or again, in place: they may not run here. */
export async function checkMoved({ profiles, state }: Installation): Promise<Finding[]> {
  return profiles.flatMap(({ name, dir, record }) => {
    const moved = state?.movedGeneration(name) ?? null;
    const isOld = moved !== null && record !== null && record.generation <= moved;
    if (!isOld) return [];
    return [found('problem', 'moved_in_place', dir, { session: name, generation: record.generation, moved })];
  });
}
