import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkStructureAside } from '@leadmaster/capture';
import {
  type CarriedBounds,
  type CheckName,
  LeadMasterError,
  type RestoreSnapshot,
  type Session,
} from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { isDamage, type SnapshotInfo, type Vault } from '@leadmaster/vault';
import { refuseOlderBrowser } from '../profile/browser-version.ts';
import { FINDINGS_FILE } from '../profile/extracted.ts';
import { realFs } from '../profile/files.ts';
import { requireRoom } from '../profile/room.ts';
import type { OfLink } from '../state/rows.ts';
import type { SnapshotDeps } from './deps.ts';
import { holdsNoOwnLogin } from './known-good.ts';
import { refuseNewer } from './newer.ts';
import { areDifferent, refuseOtherAccount } from './other-account.ts';
import { linkOfSnapshot } from './own-link.ts';
import {
  type Confirmed,
  givenAway,
  isConfirmed,
  isCopyOfOtherLink,
  knownRetired,
  refuseEarly,
  refuseGivenAway,
  refuseMoved,
} from './restore-refusals.ts';
import { extraOf, type Findings, parseFindings } from './snapshot-facts.ts';
import type { LongCall } from './snapshot-service.ts';
import { inStaging, stagingPath } from './staging.ts';
import { captureStopped, saveTaken, type Taken } from './take.ts';

/** How a snapshot is put in place. */
export interface RestoreOptions extends LongCall, RestoreSnapshot, Confirmed {}

/** `restart`: a session that runs is stopped for it, and started afterwards. */
type Given = RestoreOptions & { restart: boolean };

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
  given: Given,
): Promise<Session> {
  refuseGone(deps, session, info, given);
  // Where that link runs elsewhere, a start would take it from there: it waits for the same confirmation as any copy.
  const waits = given.originRetired === undefined && (await isCopyOfOtherLink(deps, session, info));
  const options = waits ? { ...given, originRetired: false } : given;
  await refuseUnfetched(deps, session, info, options);
  const vault = await deps.vault.open();
  await inStaging(stagingPath(deps.paths, 'restore', session), async (staged) => {
    await stage(deps, vault, session, info, staged, options).catch((error: unknown) => {
      noteDamage(deps, session, info, error);
      throw error;
    });
    await replace(deps, session, info, staged, options);
  });
  if (!waits && (options.start || options.restart)) return deps.access.start(session);
  return deps.access.get(session);
}

function refuseGone(deps: SnapshotDeps, session: string, info: SnapshotInfo, { returning }: RestoreOptions): void {
  if (returning !== true) refuseMoved(deps, session, info);
}

/** Refuses what can be told before any byte is fetched. */
async function refuseUnfetched(deps: SnapshotDeps, session: string, info: SnapshotInfo, given: Given): Promise<void> {
  if (!given.otherAccount) await refuseOtherAccount(deps, session, info);
  refuseOlderBrowser(extraOf(info).chromium, await deps.browserVersion());
  // What does not start waits, and is judged when it is started.
  if (given.start || given.restart) {
    deps.access.refuseComing(session, extraOf(info).account);
    await refuseGivenAway(deps, session, info, given);
  }
  // Decided again just before the session is stopped.
  if (deps.access.has(session)) await refuseEarly(deps, session, info, given);
}

/** Puts the staged profile in the place of the session's; a session that is not here is made for it, and goes if that fails. */
async function replace(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  staged: string,
  given: Given,
): Promise<void> {
  const isNew = !deps.access.has(session);
  if (isNew) await deps.access.createFor(session, new Date(extraOf(info).frozenAt));
  try {
    const put = (before: number) => putInPlace(deps, session, info, staged, { ...given, link: before });
    const judge = async (): Promise<void> => {
      // It may have moved away while this waited for its turn.
      refuseGone(deps, session, info, given);
      if (!given.overwriteNewer) await refuseNewer(deps, session, info, staged);
    };
    await deps.access.replace(session, { stop: given.restart, judge, isOwn: isConfirmed(given) }, put);
  } catch (error) {
    if (isNew) deps.access.discard(session);
    throw error;
  }
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
