import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkStructureAside } from '@leadmaster/capture';
import {
  type CarriedBounds,
  type CheckName,
  isHeldBack,
  LeadMasterError,
  type RestoreSnapshot,
  type Session,
  sameLink,
} from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { isDamage, type SnapshotInfo, type Vault } from '@leadmaster/vault';
import type { GivenAway } from '../access/session-access.ts';
import { refuseOlderBrowser } from '../profile/browser-version.ts';
import { FINDINGS_FILE } from '../profile/extracted.ts';
import { realFs } from '../profile/files.ts';
import { PLACE_CHANGED } from '../profile/place.ts';
import type { ProfileRecord } from '../profile/profile-store.ts';
import { requireRoom } from '../profile/room.ts';
import { whereTo } from '../state/moved-session.ts';
import type { OfLink } from '../state/rows.ts';
import type { SnapshotDeps } from './deps.ts';
import { holdsNoOwnLogin } from './known-good.ts';
import { refuseNewer } from './newer.ts';
import { areDifferent, isOfOtherLinkHere, refuseOtherAccount } from './other-account.ts';
import { linkOfSnapshot } from './own-link.ts';
import { isRunning } from './running.ts';
import { extraOf, type Findings, parseFindings } from './snapshot-facts.ts';
import type { LongCall } from './snapshot-service.ts';
import { inStaging, stagingPath } from './staging.ts';
import { captureStopped, saveTaken, type Taken } from './take.ts';

/** How a snapshot is put in place. */
export interface RestoreOptions extends LongCall, RestoreSnapshot {
  /** The operator's confirmation about the origin, for a login of another place. */
  originRetired?: boolean;
  /** The operator confirms that a login that was given away runs nowhere else, and comes back. */
  returning?: boolean;
}

/**
 * Puts a snapshot in the profile's place. Everything is fetched and proven before anything in place is touched; what
 * fails leaves everything as it was.
 *
 * @throws LeadMasterError `session_running`, `newer_login`, `other_account`, `session_moved`, `browser_too_old`, `snapshot_damaged`, ...
 */
export async function restoreSession(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  given: RestoreOptions & { restart: boolean },
): Promise<Session> {
  const refuseGone = (): void => {
    if (given.returning !== true) refuseMoved(deps, session, info);
  };
  refuseGone();
  // Where that link runs elsewhere, a start would take it from there: it waits for the same word as any copy.
  const waits = given.originRetired === undefined && (await isCopyOfOtherLink(deps, session, info));
  const options = waits ? { ...given, originRetired: false } : given;
  if (!options.otherAccount) await refuseOtherAccount(deps, session, info);
  refuseOlderBrowser(extraOf(info).chromium, await deps.browserVersion());
  // What does not start waits, and is judged when it is started.
  if (options.start || options.restart) {
    deps.access.refuseComing(session, extraOf(info).account);
    await refuseGivenAway(deps, session, info, options);
  }
  // Told before the bytes are fetched; decided again just before the session is stopped.
  if (deps.access.has(session)) await refuseEarly(deps, session, info, options);
  const vault = await deps.vault.open();
  await inStaging(stagingPath(deps.paths, 'restore', session), async (staged) => {
    await stage(deps, vault, session, info, staged, options).catch((error: unknown) => {
      noteDamage(deps, session, info, error);
      throw error;
    });
    const isNew = !deps.access.has(session);
    if (isNew) await deps.access.createFor(session, new Date(extraOf(info).frozenAt));
    try {
      const put = (before: number) => putInPlace(deps, session, info, staged, { ...options, link: before });
      const judge = async (): Promise<void> => {
        // It may have moved away while this waited for its turn.
        refuseGone();
        if (!options.overwriteNewer) await refuseNewer(deps, session, info, staged);
      };
      await deps.access.replace(session, { stop: options.restart, judge, isOwn: isSaid(options) }, put);
    } catch (error) {
      if (isNew) deps.access.discard(session);
      throw error;
    }
  });
  if (!waits && (options.start || options.restart)) return deps.access.start(session);
  return deps.access.get(session);
}

/**
 * Whether another installation has written the snapshot, and it is of another link than the session has here; or of the link
 * in place, where that waits already: a second restore is no way round the question.
 */
async function isCopyOfOtherLink(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<boolean> {
  if (await isOfOtherLinkHere(deps, session, info)) return true;
  const { account, writer } = extraOf(info);
  const record = await deps.profiles.readRecord(session).catch(() => null);
  if (record?.originRetired !== false || record.account === null || account === null) return false;
  return writer?.id !== deps.vault.installation() && sameLink(record.account, account) === true;
}

/** The operator has confirmed that no other place runs the login. */
function isSaid({ originRetired, returning }: RestoreOptions): boolean {
  return originRetired === true || returning === true;
}

/** Fetches a snapshot into a folder and proves that its databases would open. Returns what was found when it was taken. */
export async function stage(
  deps: SnapshotDeps,
  vault: Vault,
  session: string,
  info: SnapshotInfo,
  folder: string,
  { signal, onProgress }: LongCall,
): Promise<Findings | null> {
  await requireRoom(realFs, deps.paths.staging, {
    bytes: info.bytes + deps.config.diskMinFreeBytes,
    what: 'the snapshot takes, with DISK_MIN_FREE_MB left over,',
    hint: 'Free some space, then try again. Nothing was changed.',
  });
  await vault.restore(session, info.id, folder, {
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ bytes, totalBytes }) => onProgress?.({ phase: 'fetching', done: bytes, total: totalBytes }),
  });
  onProgress?.({ phase: 'checking', done: info.bytes, total: info.bytes });
  const findings = await takeOutFindings(folder);
  const { ok, checks } = await checkStructureAside(folder, { requireLogin: true, tempDir: deps.paths.staging }, signal);
  if (ok) return findings;
  const broken = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
  throw new LeadMasterError(
    'snapshot_damaged',
    `Snapshot ${info.id} of ${session} was read without error, but its databases are not whole: ${broken.join('; ')}`,
    'Nothing was changed. Restore another one: "./leadmaster snapshot list" shows them.',
    { extra: { broken } },
  );
}

/** A restore that meets damage has verified the snapshot, too. */
function noteDamage(deps: SnapshotDeps, session: string, info: SnapshotInfo, error: unknown): void {
  const { id, at } = info;
  if (!isDamage(error)) return;
  const failed = [{ name: 'bytes' satisfies CheckName, ok: false, detail: error.message }];
  const link = linkOfSnapshot(deps, session, info);
  deps.store.snapshots.verified(session, { id, at, link, ok: false, drill: false, failed });
}

async function putInPlace(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  staged: string,
  options: RestoreOptions & OfLink,
): Promise<void> {
  const bounding = await boundsOf(deps, session, info);
  const before = await setAside(deps, session, options);
  try {
    const { generation, frozenAt, imported } = extraOf(info);
    const isAway = (await givenAway(deps, session, info)) !== null;
    const originRetired = options.originRetired ?? (isAway ? false : await knownRetired(deps, session, info));
    const { record, trashed } = await deps.profiles.swapIn(session, staged, {
      reason: 'restored',
      // Above what has moved away from here, also where the trash that remembers it was emptied.
      generation: Math.max(generation, deps.store.tombstones.generation(session) ?? 0),
      committedAt: frozenAt,
      ...(imported === undefined ? {} : { formerly: imported.session }),
      ...(originRetired === undefined ? {} : { originRetired }),
    });
    deps.store.atomically(() => {
      for (const bounds of bounding) deps.store.bounds.tighten(session, bounds);
      const row = deps.store.sessions.get(session);
      // A login that is here from now on: a folder that is gone is a lost login, and what came since the snapshot was missed.
      if (row !== null && row.caughtUpTo === null) deps.store.sessions.tellFrom(session, new Date(frozenAt));
      const data = {
        id: info.id,
        generation: record.generation,
        trashed,
        ...(imported === undefined ? {} : { imported }),
      };
      deps.store.events.append({ session, type: 'session.restored', data });
      // Every byte of it was read and proven; and a session that comes from another machine has a last snapshot from now on.
      deps.store.snapshots.verified(session, { id: info.id, at: info.at, ok: true, drill: false });
      deps.store.snapshots.cameBack(session, info.id);
    });
    deps.log.info({ session, id: info.id, trashed }, 'snapshot restored');
  } finally {
    if (before !== null) await saveOld(deps, session, before, options);
  }
}

/**
 * What bounded the login when the snapshot was taken; and where the session was never bound here, what the newest snapshot of its
 * account says: sending may have been switched off since.
 */
async function boundsOf(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<CarriedBounds[]> {
  const extra = extraOf(info);
  if ((await deps.profiles.readRecord(session).catch(() => null)) !== null) return [extra];
  const { snapshots } = await (await deps.vault.open()).list(session);
  const newest = snapshots.map(extraOf).findLast(({ account }) => !areDifferent(account, extra.account));
  return newest === undefined ? [extra] : [extra, newest];
}

/**
 * Whether the place that an imported login came from is known never to run it again: from an earlier confirmation. Without
 * that a way round the question would lead through the history. Undefined for what was always ours.
 */
async function knownRetired(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<boolean | undefined> {
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
 * not another link and never waited for a word: what went away is here.
 */
async function givenAway(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<GivenAway | null> {
  const { account } = extraOf(info);
  const gone = account === null ? null : deps.access.givenAway(account, session);
  if (account === null || gone === null) return null;
  const own = (await settledRecord(deps, session))?.account ?? null;
  return own !== null && sameLink(own, account) !== false ? null : gone;
}

/** A start of what went away is refused before anything is put in place. */
async function refuseGivenAway(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  options: RestoreOptions,
): Promise<void> {
  const gone = isSaid(options) ? null : await givenAway(deps, session, info);
  if (gone === null) return;
  throw new LeadMasterError(
    'origin_not_retired',
    `The account of this snapshot went away from here as ${gone.session}, to ${whereTo(gone.to)}: two machines with one login would take it from each other`,
    `Nothing was changed. Use it there. Where it no longer runs anywhere, restore without a start, then confirm it: "./leadmaster session start ${session} --origin-retired".`,
    { extra: { session: gone.session } },
  );
}

/** The login that is about to be replaced is taken along, where there is one: trash is emptied by age, the vault is not. */
async function setAside(deps: SnapshotDeps, session: string, options: LongCall & OfLink): Promise<Taken | null> {
  const wanted = { kind: 'essential', reason: 'before_restore', ...options } as const;
  try {
    if (holdsNoOwnLogin(deps, session) || (await deps.profiles.loginPresence(session)) !== 'present') return null;
    return await captureStopped(deps, session, deps.profiles.locate(session), wanted);
  } catch (error) {
    deps.log.warn(
      { session, err: error },
      'the profile that is replaced could not be saved; it goes to trash as it is',
    );
    return null;
  }
}

async function saveOld(deps: SnapshotDeps, session: string, taken: Taken, options: LongCall): Promise<void> {
  try {
    await saveTaken(deps, session, taken, { kind: 'essential', reason: 'before_restore', ...options });
  } catch (error) {
    deps.log.warn({ session, err: error }, 'the profile that was replaced could not be saved; it is in the trash');
  }
}

/** What was found when the snapshot was taken lies beside the profile's files, and does not belong into a profile. */
async function takeOutFindings(folder: string): Promise<Findings | null> {
  const path = join(folder, FINDINGS_FILE);
  try {
    return parseFindings(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

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

async function refuseEarly(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  options: RestoreSnapshot & { restart: boolean },
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
function refuseCopy(session: string, { state, reason, hint }: Session, options: RestoreOptions): void {
  if (isSaid(options) || !isHeldBack({ state, reason }) || reason !== 'place_changed') return;
  throw new LeadMasterError(
    'place_changed',
    `${session} waits: its data folder or its profile ${PLACE_CHANGED}`,
    `Nothing was changed. ${hint}`,
  );
}
