import { carried, LeadMasterError, type PrepareTransfer, TRANSFER_VERSION } from '@leadmaster/protocol';
import type { SessionAccess } from '../access/session-access.ts';
import { newestChromium } from '../profile/browser-version.ts';
import { realFs } from '../profile/files.ts';
import type { LoginPresence, ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { refuseUnjudged, refuseWrongAccount } from '../snapshots/wrong-account.ts';
import type { StateStore } from '../state/state-store.ts';
import { comesAsCopy, notLinked } from './refusals.ts';

interface Deps {
  profiles: ProfileStore;
  store: StateStore;
  access: SessionAccess;
}

/**
 * The record of a session that has a whole login of its own to give away.
 *
 * @throws LeadMasterError `session_moved`, `session_unclaimed`, `nothing_to_snapshot`, `wrong_account`, `wrong_state`, `login_damaged`, `origin_not_retired`.
 */
export async function requireLogin({ profiles, access, store }: Deps, session: string): Promise<ProfileRecord> {
  const { state, hint } = await access.get(session);
  if (state === 'MOVED') {
    throw new LeadMasterError('session_moved', `${session} has moved to another machine`, 'Transfer it from there.');
  }
  if (!access.has(session))
    throw new LeadMasterError('session_unclaimed', `tokens/${session} belongs to no session`, hint);
  const record = await profiles.readRecord(session);
  refuseWrongAccount(store, session, record);
  refuseUnjudged(session, state);
  const { presence, detail } = await profiles.loginEvidence(session);
  if (record !== null && isUnlinked(presence)) throw notLinked(session);
  if (record === null || presence !== 'present') {
    throw new LeadMasterError(
      presence === 'damaged' ? 'login_damaged' : 'nothing_to_snapshot',
      `${session} has no whole login that could move: ${detail}`,
      `Look with "./leadmaster check ${session}".`,
    );
  }
  if (!record.originRetired) throw comesAsCopy(session);
  return record;
}

/** Whether no login was ever committed in a profile: a read error is none of these. */
function isUnlinked(presence: LoginPresence): boolean {
  return presence === 'absent' || presence === 'uncommitted';
}

/** What the other manager learns of a session before any of it is sent. */
export async function announce(
  { profiles, store }: Deps,
  { id, session, record, replaces }: { id: string; session: string; record: ProfileRecord; replaces: string[] },
): Promise<PrepareTransfer> {
  const row = store.sessions.get(session);
  return {
    version: TRANSFER_VERSION,
    ...{ id, session, replaces },
    generation: record.generation,
    chromium: await newestChromium(realFs, profiles.locate(session), record),
    bytes: (await profiles.measure(session)).bytes,
    metadata: row?.metadata ?? {},
    account: record.account,
    desired: row?.desired ?? 'stopped',
    ...carried(store.bounds.of(session)),
  };
}
