import { LeadMasterError, shellWord } from '@leadmaster/protocol';
import type { LoginEvidence, TrashEntry } from '../profile/profile-store.ts';

export function notInTrash(id: string): LeadMasterError {
  return new LeadMasterError(
    'trash_not_found',
    `There is no ${id} in the trash`,
    'It was deleted by age or size, or is restored already. `GET /v1/trash` lists what is there.',
  );
}

/** A folder without a readable label: of which session it is, and under which generation it left, is not known. */
export function refuseUnlabelled({ path }: Pick<TrashEntry, 'path'>): LeadMasterError {
  return new LeadMasterError(
    'unprocessable',
    `${path} has no label that says of which session it is`,
    'Nothing was changed. Look what it is; to use it, move it out of the trash and adopt it: "./leadmaster adopt DIR --name NAME".',
  );
}

/** The name has a session already. One without a profile has nothing to lose by a delete. */
export function refuseTaken(session: string): LeadMasterError {
  return new LeadMasterError(
    'session_exists',
    `There is a session ${session} here, and a profile comes back from the trash only to a free name`,
    `Nothing was changed. Delete that session first, which puts its profile into the trash: "./leadmaster session delete ${session}".`,
  );
}

/** A later profile of the session is in the trash: the older state of a login must not go on in its place. */
export function refuseOlder({ session }: Pick<TrashEntry, 'session'>, newer: string): LeadMasterError {
  return new LeadMasterError(
    'newer_login',
    `${newer} is a later profile of ${session} than this one`,
    'Nothing was changed. Restore that one; or go back to a snapshot: "./leadmaster recover" lists what the vault has.',
    { extra: { newer } },
  );
}

/** Another machine may run the login, or have run it since: it must not go back to an older state, nor have two owners. */
export function refuseOlderThanVault(session: string, snapshot: string): LeadMasterError {
  return new LeadMasterError(
    'newer_login',
    `The vault has a later state of the login of ${session} than this one: ${snapshot}`,
    `Nothing was changed. If no other machine runs it, bring that state back: "./leadmaster recover ${session} --origin-retired".`,
    { extra: { snapshot } },
  );
}

/** The session is on its way to another machine, or from one. */
export function refuseUnderWay(session: string): LeadMasterError {
  return new LeadMasterError(
    'transfer_open',
    `A transfer of ${session} is not finished`,
    `Nothing was changed. Finish it, or take it back: "./leadmaster transfer ${session} --undo".`,
  );
}

/** What is in the folder is no whole login. */
export function refuseLogin({ path, session }: TrashEntry, { presence, detail }: LoginEvidence): LeadMasterError {
  if (presence === 'damaged')
    return new LeadMasterError(
      'login_damaged',
      `The login in ${path} is incomplete: ${detail}`,
      `Nothing was changed. Restore a snapshot: "./leadmaster recover ${shellWord(session)}".`,
    );
  return new LeadMasterError(
    'unprocessable',
    `${path} holds no login: ${detail}`,
    `Nothing was changed. Link it afresh: "./leadmaster qr ${session}".`,
  );
}
