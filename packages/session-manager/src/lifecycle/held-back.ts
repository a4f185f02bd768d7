import { commandOf, isHeldBack, isPutBack, LeadMasterError, localTime, placeSeen } from '@leadmaster/protocol';
import { z } from 'zod';
import { PLACE_CHANGED, placeWords } from '../profile/place.ts';
import { type NewerInVault, newerSchema } from '../snapshots/older-login.ts';
import { parsedFact } from '../state/facts.ts';
import type { StateStore } from '../state/state-store.ts';
import type { SupervisorView } from './session-status.ts';

/** That a data folder is not where it was: the previous place, and the one that it was found at. */
const changeSchema = z.object({
  before: placeSeen,
  now: placeSeen,
  /** Transfers to here that were under way then: the previous place may finish them too. */
  arrivals: z.array(z.string()).default([]),
  /** Those from here: the previous place may finish them, or take the session back. */
  departures: z.array(z.string()).default([]),
});
export type PlaceChange = z.infer<typeof changeSchema>;

type Facts = StateStore['facts'];

/** Where it is remembered that the folder's place has changed. */
const CHANGE_FACT = 'place changed';
const olderFact = (session: string): string => `vault is newer than ${session}`;

export function placeChange(facts: Pick<Facts, 'get'>): PlaceChange | null {
  return parsedFact(changeSchema, facts.get(CHANGE_FACT));
}

export function setPlaceChange(facts: Pick<Facts, 'set'>, change: PlaceChange | null): void {
  facts.set(CHANGE_FACT, change === null ? '' : JSON.stringify(change));
}

/** Since when what is in the trash is of this place alone. */
const TRASH_FACT = 'trash is of this place since';

/** What is in the trash now was in the folder that this one was copied from as well; null: the operator has settled that. */
export function setTrashCopied(facts: Pick<Facts, 'set'>, at: string | null): void {
  facts.set(TRASH_FACT, at ?? '');
}

/**
 * Since when what comes into the trash is of this place alone; null where all of it is.
 *
 * @throws LeadMasterError `place_changed` while the operator has not decided about the place.
 */
export function trashOwnSince(facts: Pick<Facts, 'get'>): string | null {
  const change = placeChange(facts);
  if (change === null) return facts.get(TRASH_FACT) || null;
  const what = `What is in the trash waits: the data folder ${PLACE_CHANGED}`;
  throw new LeadMasterError('place_changed', what, placeHint(null, change));
}

export function olderLogin(facts: Pick<Facts, 'get'>, session: string): NewerInVault | null {
  return parsedFact(newerSchema, facts.get(olderFact(session)));
}

export function setOlderLogin(facts: Facts, session: string, older: NewerInVault | null): void {
  if (older !== null || olderLogin(facts, session) !== null)
    facts.set(olderFact(session), older === null ? '' : JSON.stringify(older));
}

/**
 * Refuses to start what may be a second copy of a login, or an older state of it: the operator decides which one runs.
 *
 * @throws LeadMasterError `place_changed`, `older_than_vault`
 */
export function refuseHeldBack(session: string, view: Pick<SupervisorView, 'state' | 'reason' | 'hint'>): void {
  if (!isHeldBack(view)) return;
  const what =
    view.reason === 'place_changed'
      ? `${session} waits: its data folder or its profile ${PLACE_CHANGED}`
      : `${session} waits: the vault has a newer login of it than the one in place`;
  throw new LeadMasterError(view.reason, what, view.hint, { extra: { state: view.state, reason: view.reason } });
}

/**
 * Refuses to finish, or to take back, a transfer that was under way when the data folder was copied: the folder that it was
 * copied from may do so as well.
 *
 * @throws LeadMasterError `place_changed`
 */
export function refuseHeldTransfer(facts: Pick<Facts, 'get'>, transfer: string, session: string): void {
  const change = placeChange(facts);
  if (change === null) return;
  const way = change.arrivals.includes(transfer) ? 'here' : change.departures.includes(transfer) ? 'away' : null;
  if (way === null) return;
  const what = `${session} was on its way ${way} and waits: the data folder ${PLACE_CHANGED}`;
  throw new LeadMasterError('place_changed', what, placeHint(null, change));
}

/** Both places, and the command that releases a session; without a session, all that waits, transfers too. */
export function placeHint(session: string | null, change: PlaceChange | null): string {
  const command = commandOf({ kind: 'place_accept', ...(session === null ? {} : { sessions: [session] }) });
  return `${change === null ? OTHER_PROFILE : changeWords(change)}A login that runs in two places is taken from both. When the previous place never runs it again: "${command}".`;
}

const OTHER_PROFILE =
  'The profile in place is not the one that ran here last: it was put back from a backup, or another was put in its place. Since then the session may have been used, moved away or linked elsewhere; the vault may have a newer login ("./leadmaster snapshot list"). ';

function changeWords({ before, now }: PlaceChange): string {
  return isPutBack(before, now)
    ? `On ${localTime(now.since)} this data folder, ${placeWords(now)}, was not the one that ran here last: it was put back from a backup, or its disk was exchanged for a copy. Since then the session may have been moved away, or linked elsewhere. `
    : `Until ${localTime(before.since)} this data folder was seen as ${placeWords(before)}; on ${localTime(now.since)} it was found as ${placeWords(now)}, which is a copy or another disk. `;
}

/** Both dates, and the two ways out. */
export function olderHint(session: string, older: NewerInVault | null): string {
  const latest = older?.snapshot ?? 'latest';
  const dates =
    older === null
      ? ''
      : `The login in place was last used ${older.usedAt === null ? 'at a time that cannot be read' : localTime(older.usedAt)}; the vault has one of ${localTime(older.takenAt)}${older.takenOn === null ? '' : ` from ${older.takenOn}`}. `;
  return `${dates}To continue with the newer one: "./leadmaster snapshot restore ${session} ${latest} --start". To start the older one anyway: "./leadmaster session start ${session} --older-login".`;
}
