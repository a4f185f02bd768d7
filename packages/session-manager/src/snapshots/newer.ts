import { checkLoginStores, type LoginSequences, loginSequences } from '@leadmaster/capture';
import { errorText, LeadMasterError, localTime } from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import { reaches } from '../profile/which-older.ts';
import type { SnapshotDeps } from './deps.ts';
import { holdsNoOwnLogin } from './known-good.ts';
import { extraOf } from './snapshot-facts.ts';

/** How the login in place stands to a snapshot. `unknown`: one of them cannot be read. */
type Standing = { is: 'not_newer' } | { is: 'newer' } | { is: 'unknown'; why: string };

/**
 * A login that was used after the snapshot is never overwritten without the operator's confirmation (design, invariant 10); nor is one
 * of which that cannot be known. The number of the last change in its databases shows whether it was used: neither
 * clocks nor file times come into it. It may be running: this is to be asked before anything is stopped, since a stop
 * writes, too. A login that the page has erased, or one of a wrong account, is never newer.
 *
 * @param staged the snapshot's files, where they are there already: snapshots of earlier versions do not carry the numbers.
 * @throws LeadMasterError `newer_login`
 */
export async function refuseNewer(
  deps: Pick<SnapshotDeps, 'profiles' | 'access' | 'store'>,
  session: string,
  info: SnapshotInfo,
  staged?: string,
): Promise<void> {
  if (holdsNoOwnLogin(deps, session) || (await deps.profiles.loginPresence(session)) !== 'present') return;
  const known = extraOf(info).sequences ?? (staged === undefined ? null : loginSequences(staged));
  // Decided once its files are there.
  if (known === null) return;
  const standing = await standingOf(deps, session, known, extraOf(info).frozenAt);
  if (standing.is === 'not_newer') return;
  throw newerLogin(session, standing, await usedAfter(deps, session, info));
}

/**
 * Refuses to give up a login that has changed after the snapshot.
 *
 * @throws LeadMasterError `newer_login`
 */
export async function refuseUsedSince(
  deps: Pick<SnapshotDeps, 'profiles' | 'access'>,
  session: string,
  info: SnapshotInfo,
): Promise<void> {
  const { frozenAt, generation, sequences } = extraOf(info);
  const record = await deps.profiles.readRecord(session);
  const isSame = record !== null && record.generation === generation && sequences !== undefined;
  if (isSame && (await standingOf(deps, session, sequences, frozenAt)).is === 'not_newer') return;
  const detail =
    sequences === undefined
      ? `Whether ${session} was used after the snapshot ${info.id} cannot be told: an earlier version took it`
      : `${session} was used after the snapshot ${info.id} was taken`;
  throw new LeadMasterError(
    'newer_login',
    detail,
    `Nothing was given up. Export it again: "./leadmaster export ${session} FILE --retire --force".`,
  );
}

async function standingOf(
  { profiles, access }: Pick<SnapshotDeps, 'profiles' | 'access'>,
  session: string,
  then: LoginSequences,
  frozenAt: string,
): Promise<Standing> {
  const profileDir = profiles.locate(session);
  let now: LoginSequences;
  try {
    now = loginSequences(profileDir);
  } catch (error) {
    // What a browser writes to at this moment proves nothing.
    const isStill = (await access.get(session)).runtime === null;
    return isStill && isProvenDamaged(profileDir) ? { is: 'not_newer' } : { is: 'unknown', why: errorText(error) };
  }
  if (!reaches(then, now)) return { is: 'newer' };
  if (reaches(now, then)) return { is: 'not_newer' };
  // Fewer changes: an earlier state of the same login, or another login that was linked since and began from nothing.
  const record = await profiles.readRecord(session);
  const isEmpty = isProvenDamaged(profileDir);
  return !isEmpty && (record?.committedAt ?? '') > frozenAt ? { is: 'newer' } : { is: 'not_newer' };
}

/** Whether no browser would be let onto it: it is damaged inside, or was erased. */
function isProvenDamaged(profileDir: string): boolean {
  try {
    return !checkLoginStores(profileDir).ok;
  } catch {
    return false;
  }
}

async function usedAfter(
  { profiles }: Pick<SnapshotDeps, 'profiles'>,
  session: string,
  info: SnapshotInfo,
): Promise<{ at: Date; byMs: number } | null> {
  const at = await profiles.lastWritten(session).catch(() => null);
  const byMs = (at?.getTime() ?? 0) - Date.parse(extraOf(info).frozenAt);
  return at === null || byMs < 0 ? null : { at, byMs };
}

function newerLogin(
  session: string,
  standing: Exclude<Standing, { is: 'not_newer' }>,
  used: Awaited<ReturnType<typeof usedAfter>>,
): LeadMasterError {
  const detail =
    standing.is === 'unknown'
      ? `Whether the login of ${session} in place is newer than this snapshot cannot be read, so it counts as newer: ${standing.why}`
      : used === null
        ? `The login of ${session} in place has changed since this snapshot was taken`
        : `The login of ${session} in place was last used ${localTime(used.at)}, ${span(used.byMs)} after this snapshot was taken`;
  return new LeadMasterError(
    'newer_login',
    detail,
    'If it works, start it instead. To go back anyway, confirm it (overwriteNewer, --overwrite-newer): the one in place goes to trash.',
    used === null ? {} : { extra: { newerByMs: used.byMs, lastWrittenAt: used.at.toISOString() } },
  );
}

/** A span of time for people: its two largest units. */
function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
