import { isHeldBack, LeadMasterError, type RestoreSnapshot, type Session, sameLink } from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import type { GivenAway } from '../access/session-access.ts';
import { PLACE_CHANGED } from '../profile/place.ts';
import type { ProfileRecord } from '../profile/profile-store.ts';
import { whereTo } from '../state/moved-session.ts';
import type { SnapshotDeps } from './deps.ts';
import { refuseNewer } from './newer.ts';
import { isOfOtherLinkHere } from './other-account.ts';
import { isRunning } from './running.ts';
import { extraOf } from './snapshot-facts.ts';

/** What the operator has confirmed about the login of a snapshot. */
export interface Confirmed {
  /** The place that the login came from is retired, or is not. */
  originRetired?: boolean;
  /** A login that was given away runs nowhere else, and comes back. */
  returning?: boolean;
}

/** The operator has confirmed that no other place runs the login. */
export function isConfirmed({ originRetired, returning }: Confirmed): boolean {
  return originRetired === true || returning === true;
}

/**
 * Whether another installation has written the snapshot, and it is of another link than the session has here; or of the link
 * in place, where that waits already: a second restore is no way round the question.
 */
export async function isCopyOfOtherLink(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<boolean> {
  if (await isOfOtherLinkHere(deps, session, info)) return true;
  const { account, writer } = extraOf(info);
  const record = await deps.profiles.readRecord(session).catch(() => null);
  if (record?.originRetired !== false || record.account === null || account === null) return false;
  return writer?.id !== deps.vault.installation() && sameLink(record.account, account) === true;
}

/**
 * Whether the place that an imported login came from is known never to run it again: from an earlier confirmation. Without
 * that a way round the question would lead through the history. Undefined for what was always ours.
 */
export async function knownRetired(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
): Promise<boolean | undefined> {
  if (extraOf(info).imported === undefined) return undefined;
  return (await settledRecord(deps, session)) !== null;
}

/** The record of a login in place that never waited for the operator's confirmation, or no longer does; null where there is none. */
async function settledRecord({ profiles }: SnapshotDeps, session: string): Promise<ProfileRecord | null> {
  const record = await profiles.readRecord(session).catch(() => null);
  return record !== null && record.committedAt !== null && record.originRetired ? record : null;
}

/**
 * The session as which a snapshot's login went away from here under another name. Null also where the session's own login is
 * not another link and never waited for a confirmation: what went away is here.
 */
export async function givenAway(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<GivenAway | null> {
  const { account } = extraOf(info);
  const gone = account === null ? null : deps.access.givenAway(account, session);
  if (account === null || gone === null) return null;
  const own = (await settledRecord(deps, session))?.account ?? null;
  return own !== null && sameLink(own, account) !== false ? null : gone;
}

/** Refuses what is older than the session's move to another machine. @throws LeadMasterError `session_moved` */
export function refuseMoved(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  hint = 'Restore it there: two machines with one login would take it from each other.',
): void {
  const moved = deps.store.tombstones.generation(session);
  if (moved === null || extraOf(info).generation > moved) return;
  throw new LeadMasterError(
    'session_moved',
    `${session} has moved to another machine since this snapshot was taken`,
    hint,
  );
}

/** A start of what went away is refused before anything is put in place. */
export async function refuseGivenAway(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  confirmed: Confirmed,
): Promise<void> {
  const gone = isConfirmed(confirmed) ? null : await givenAway(deps, session, info);
  if (gone === null) return;
  throw new LeadMasterError(
    'origin_not_retired',
    `The account of this snapshot went away from here as ${gone.session}, to ${whereTo(gone.to)}: two machines with one login would take it from each other`,
    `Nothing was changed. Use it there. Where it no longer runs anywhere, restore without a start, then confirm it: "./leadmaster session start ${session} --origin-retired".`,
    { extra: { session: gone.session } },
  );
}

/** What the restore of a session that is here is refused for, told before the bytes are fetched. @throws LeadMasterError */
export async function refuseEarly(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  options: RestoreSnapshot & Confirmed & { restart: boolean },
): Promise<void> {
  const here = await deps.access.get(session);
  if (isRunning(here) && !options.restart) {
    throw new LeadMasterError(
      'session_running',
      `${session} is ${here.state}, and a snapshot is put in the place of a stopped profile`,
      `Stop it first ("./leadmaster session stop ${session}"), or give --restart (over HTTP: ?restart=true).`,
    );
  }
  if (options.start || options.restart) refuseCopy(session, here, options);
  if (!options.overwriteNewer) await refuseNewer(deps, session, info);
}

/**
 * A session that waits because the data folder may be a copy is not brought up by another door: told before anything is put
 * in place.
 */
function refuseCopy(session: string, { state, reason, hint }: Session, confirmed: Confirmed): void {
  if (isConfirmed(confirmed) || !isHeldBack({ state, reason }) || reason !== 'place_changed') return;
  throw new LeadMasterError(
    'place_changed',
    `${session} waits: its data folder or its profile ${PLACE_CHANGED}`,
    `Nothing was changed. ${hint}`,
  );
}
