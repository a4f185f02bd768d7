import { type Account, LeadMasterError, localTime, sentence } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import { proveProfileFree } from '../process/holders.ts';
import { clearStaleSingleton } from '../process/singleton-lock.ts';
import { isNewerBrowser, newestChromium, refuseOlderBrowser } from '../profile/browser-version.ts';
import { realFs } from '../profile/files.ts';
import { lockSession } from '../profile/locks.ts';
import { loginMissing } from '../profile/login-missing.ts';
import { loginDamaged, proveLoginWhole, repairLogin } from '../profile/login-structure.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { requireRoom } from '../profile/room.ts';
import { sessionMoved } from '../state/moved-session.ts';
import { originNotRetired } from './refusals.ts';

/** Browsers that are just ending may still have files open. */
const LEAVING_MS = 2_000;

/** A profile that is ours alone until released. */
export interface Claim {
  profileDir: string;
  /** Of the profile's record: another one is another login, or an older state of it. */
  generation: number;
  /** Whether a saved login will be tried (`saved`), or a QR is expected and loses nothing (`none`). */
  login: 'saved' | 'none';
  /** The login's bytes are known to be on disk. */
  committed: boolean;
  /** Files that ended in an unfinished record when the login was adopted; none once WhatsApp has taken it. */
  unfinished: readonly string[];
  /** Notes that WhatsApp has taken the login, and whose it is, where the record does not have it: a login from elsewhere. Never fails: the login does not depend on it. */
  linkedTo(account: Account): Promise<void>;
  /** Notes the Chromium that has opened it: an older one must not (design, invariant 9). */
  openedBy(version: string): Promise<void>;
  release(): void;
}

/**
 * Takes a session's profile for this process: lock, record, permissions, login, and the proof that no browser has it
 * open and that none would find the login damaged. Fails closed: what cannot be read is an error, never "no login".
 *
 * @throws LeadMasterError `profile_in_use`, `profile_unreadable`, `login_damaged`, `login_missing`, `session_moved`, `origin_not_retired`, `browser_too_old`, `session_unclaimed`, `storage_failed`.
 */
export async function claimProfile(deps: ClaimDeps, session: string): Promise<Claim> {
  const lock = lockSession(deps.paths, session);
  try {
    if (deps.wasLinked(session) && (await deps.profiles.readRecord(session)) === null)
      throw loginMissing(session, deps.profiles.locate(session));
    const moved = deps.movedGeneration(session);
    const record = await deps.profiles.create(session, moved ?? 0);
    if (moved !== null && record.generation <= moved) throw sessionMoved(session, deps.movedTo(session));
    if (!record.originRetired) throw originNotRetired(session);
    const profileDir = deps.profiles.locate(session);
    const evidence = await deps.profiles.loginEvidence(session);
    if (evidence.presence === 'damaged') throw loginDamaged(session, `incomplete: ${evidence.detail}`);
    const written = await newestChromium(realFs, profileDir, record);
    const browserVersion = await deps.browserVersion();
    refuseOlderBrowser(written, browserVersion);
    await proveProfileFree(profileDir, LEAVING_MS);
    await requireRoom(realFs, profileDir, {
      bytes: deps.minFreeBytes,
      what: 'a browser is not started with less than DISK_MIN_FREE_MB =',
      hint: 'Free some space, then start the session again. The login is untouched.',
    });
    if (evidence.presence === 'present') proveLoginWhole(session, profileDir);
    const torn = evidence.presence === 'absent' ? [] : repairLogin(profileDir);
    if (torn.length > 0) deps.log.info({ session, torn }, 'what a kill or a power cut left unfinished was cut off');
    if (evidence.presence === 'present' && isNewerBrowser(written, browserVersion))
      await deps.beforeUpgrade(session, profileDir);
    const cleared = await clearStaleSingleton(profileDir, lock);
    if (cleared.removed.length > 0)
      deps.log.info({ session, singleton: cleared.state }, 'a stale SingletonLock was removed');
    // The last step: a start that is refused leaves every byte as it was.
    await deps.mark(session);
    return {
      profileDir,
      generation: record.generation,
      login: evidence.presence === 'present' ? 'saved' : 'none',
      committed: evidence.presence === 'present' && record.committedAt !== null,
      unfinished: record.unfinished ?? [],
      async openedBy(version) {
        if (version !== record.chromiumVersion) await deps.profiles.updateRecord(session, { chromiumVersion: version });
      },
      linkedTo: (account) => noteLinked(deps, session, record, account),
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw namingSnapshot(deps, session, error);
  }
}

async function noteLinked(
  { profiles, log }: ClaimDeps,
  session: string,
  record: ProfileRecord,
  account: Account,
): Promise<void> {
  const { id, name, device } = record.account ?? {};
  const isNoted = id === account.id && name === account.name && device === account.device;
  if (isNoted && record.unfinished === undefined) return;
  await profiles.updateRecord(session, { account, unfinished: undefined }).catch((error: unknown) => {
    log.warn({ session, err: error }, 'who is linked could not be written down');
  });
}

export interface ClaimDeps {
  paths: DataPaths;
  profiles: ProfileStore;
  browserVersion: () => Promise<string>;
  /** Whether the database knows of a login that was not unlinked, logged out or deleted since. */
  wasLinked: (session: string) => boolean;
  /** The generation under which the session left this machine; null when it never did. */
  movedGeneration: (session: string) => number | null;
  /** The machine that it went to, where that is known. */
  movedTo: (session: string) => string | null;
  /** Notes beside the login what bounds the session, and marks the profile as the one that runs here from now on. */
  mark: (session: string) => Promise<void>;
  /** Saves the profile before a newer Chromium changes it for good. Never fails. */
  beforeUpgrade: (session: string, profileDir: string) => Promise<void>;
  /** The newest snapshot that is not known to be damaged; null where none is known. */
  newestSnapshot: (session: string) => { id: string; at: string } | null;
  minFreeBytes: number;
  log: Logger;
}

/** Tells with a damaged login which snapshot brings it back. */
function namingSnapshot(deps: ClaimDeps, session: string, error: unknown): unknown {
  if (!(error instanceof LeadMasterError) || error.code !== 'login_damaged') return error;
  const newest = newestOf(deps, session);
  if (newest === null) return error;
  const { id, at } = newest;
  return new LeadMasterError(
    'login_damaged',
    `${sentence(error.message)} Its newest snapshot is ${id}, of ${localTime(at)}: "./leadmaster snapshot restore ${session} ${id}"`,
    error.hint,
    { cause: error, extra: { ...error.extra, newestSnapshot: id } },
  );
}

/** An unreadable snapshot list does not hide the damage. */
function newestOf({ newestSnapshot, log }: ClaimDeps, session: string): { id: string; at: string } | null {
  try {
    return newestSnapshot(session);
  } catch (error) {
    log.warn({ session, err: error }, 'the newest snapshot is not known');
    return null;
  }
}

/** Locks an idle profile, after the proof that no browser has it open. */
export async function lockIdleProfile(paths: DataPaths, session: string): Promise<{ release(): void }> {
  const lock = lockSession(paths, session);
  try {
    await proveProfileFree(paths.session(session), LEAVING_MS);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}
