import { dirname, join } from 'node:path';
import { CRITICAL_PATHS, RECORD_FILE } from '@leadmaster/capture/classify';
import { type CheckReport, isSessionName, LeadMasterError, type RecentFiles, shellWord } from '@leadmaster/protocol';
import { errorCode } from '@leadmaster/service-kit/files';
import { syncFolder, writeAtomically } from './atomic-file.ts';
import { checkProfile } from './check.ts';
import { syncLogin } from './commit.ts';
import {
  lstatOrNull,
  makeFolder,
  namesOrNull,
  type ProfileFs,
  realFs,
  textOrNull,
  walk,
  writeFailed,
} from './files.ts';
import { loginEvidence } from './login-presence.ts';
import { loginDamaged, proveLoginWhole } from './login-structure.ts';
import { measureProfile, type ProfileSize, recentFiles } from './measure.ts';
import { refuseMountPoint } from './mounts.ts';
import { type DataPaths, dataPaths, MOVED_SUFFIX, refuseSymlinks } from './paths.ts';
import { repairPermissions } from './permissions.ts';
import type { LoginPresence, ProfileRecord, ProfileStore, SwapReason, Trimmed } from './profile-store.ts';
import { SessionRecords } from './session-records.ts';
import { stagingName } from './staging-names.ts';
import { swapProfile } from './swap.ts';
import { emptyTrash, listTrash, moveToTrash, trashBytes } from './trash.ts';
import { moveOutDisposable } from './trim.ts';

export interface ProfileStoreOptions {
  dataDir: string;
  /** A disk of the tests' own; the real one otherwise. */
  fs?: ProfileFs;
  log?: { info(facts: object, text: string): void };
}

/** The profile store on a disk. */
export function createProfileStore(options: ProfileStoreOptions): ProfileStore {
  return new FileProfileStore(dataPaths(options.dataDir), options.fs ?? realFs, options.log);
}

class FileProfileStore implements ProfileStore {
  readonly #paths: DataPaths;
  readonly #fs: ProfileFs;
  readonly #log: ProfileStoreOptions['log'];
  readonly #records: SessionRecords;

  constructor(paths: DataPaths, fs: ProfileFs, log: ProfileStoreOptions['log']) {
    this.#paths = paths;
    this.#fs = fs;
    this.#log = log;
    this.#records = new SessionRecords(paths, fs);
  }

  locate(session: string): string {
    return this.#paths.session(session);
  }

  async list(isKnown: (name: string) => boolean = () => false): Promise<{ name: string; claimed: boolean }[]> {
    const names = (await namesOrNull(this.#fs, this.#paths.tokens)) ?? [];
    const found: { name: string; claimed: boolean }[] = [];
    for (const name of names.filter((each) => !isKnown(each) && isSessionName(each)).sort()) {
      const stat = await lstatOrNull(this.#fs, this.#paths.session(name));
      // Neither a file nor a symlink can become a session: a call that names one is refused.
      if (stat === null || !stat.isDirectory()) continue;
      const claimed = await this.#records.mayBeThere(name);
      if (claimed || !name.endsWith(MOVED_SUFFIX)) found.push({ name, claimed });
    }
    return found;
  }

  async create(session: string, above = 0): Promise<ProfileRecord> {
    return this.#records.oneAtATime(session, async () => {
      const dir = this.#door(session);
      await this.#refuseFile(dir);
      const record = await this.readRecord(session);
      if (record !== null) {
        await this.repairPermissions(session);
        return record;
      }
      const names = await namesOrNull(this.#fs, dir);
      if (names?.some((name) => !/^\.leadmaster-[0-9a-f]+\.tmp$/.test(name))) {
        throw new LeadMasterError(
          'session_unclaimed',
          `${dir} holds a profile that no session claims`,
          `Make it a session with "./leadmaster adopt ${shellWord(dir)} --name ${session}", or move it away.`,
        );
      }
      const generation = await this.#records.nextGeneration(session, above);
      try {
        await makeFolder(this.#fs, dir);
        await syncFolder(this.#fs, dirname(dir));
        await syncFolder(this.#fs, this.#paths.root);
      } catch (error) {
        throw writeFailed(dir, error);
      }
      await this.repairPermissions(session);
      return this.#records.begin(session, 'created', generation);
    });
  }

  async adopt(session: string, above = 0): Promise<ProfileRecord> {
    return this.#records.oneAtATime(session, async () => {
      const dir = this.#door(session);
      await this.#refuseFile(dir);
      const record = await this.readRecord(session);
      if (record !== null) return record;
      const stat = await lstatOrNull(this.#fs, dir);
      if (stat === null) {
        throw new LeadMasterError(
          'session_not_found',
          `There is no profile folder ${dir}`,
          'Copy it there first, or create a session.',
        );
      }
      await this.repairPermissions(session);
      const generation = await this.#records.nextGeneration(session, above);
      return this.#records.begin(session, 'adopted', generation);
    });
  }

  readRecord(session: string): Promise<ProfileRecord | null> {
    return this.#records.read(session);
  }

  knownRecord(session: string): Promise<ProfileRecord | null> {
    return this.#records.known(session);
  }

  updateRecord(session: string, change: Parameters<ProfileStore['updateRecord']>[1]): Promise<ProfileRecord> {
    return this.#records.update(session, change);
  }

  noteDatabases(...note: Parameters<ProfileStore['noteDatabases']>): Promise<void> {
    return this.#records.noteDatabases(...note);
  }

  async loginPresence(session: string) {
    return (await this.loginEvidence(session)).presence;
  }

  async loginEvidence(session: string) {
    const dir = this.#door(session);
    return loginEvidence(this.#fs, dir, await this.readRecord(session));
  }

  async commitLogin(session: string, account: ProfileRecord['account'], chromiumVersion: string): Promise<void> {
    const dir = this.#door(session);
    const { files, rounds } = await syncLogin(this.#fs, dir, this.#paths.tokens);
    await this.updateRecord(session, {
      ...{ committedAt: new Date().toISOString(), account, chromiumVersion },
      unfinished: undefined,
    });
    this.#log?.info({ session, files, rounds }, 'login committed');
  }

  refuseFixed(session: string): void {
    refuseMountPoint(this.#door(session));
  }

  async trash(session: string, reason: string): Promise<string | null> {
    return this.#records.oneAtATime(session, async () => {
      const dir = this.#door(session);
      const path = await moveToTrash(this.#fs, this.#paths.trash, dir, {
        session,
        reason,
        generation: await this.#records.generationIfReadable(session),
      });
      if (path !== null) this.#log?.info({ session, reason, path }, 'profile moved to trash');
      return path;
    });
  }

  async swapIn(
    session: string,
    staged: string,
    why: SwapReason,
  ): Promise<{ record: ProfileRecord; trashed: string | null }> {
    return this.#records.oneAtATime(session, async () => {
      const dir = this.#door(session);
      const record = await this.#records.claimFolder(session, staged, why);
      const label = { session, reason: why.reason, generation: await this.#records.generationIfReadable(session) };
      const trashed = await swapProfile(this.#fs, this.#paths, session, staged, () =>
        moveToTrash(this.#fs, this.#paths.trash, dir, label),
      );
      this.#log?.info({ session, reason: why.reason, trashed }, 'profile put in place');
      return { record, trashed };
    });
  }

  async moveIn(session: string, source: string, why: SwapReason): Promise<ProfileRecord> {
    return this.#records.oneAtATime(session, async () => {
      const dir = this.#door(session);
      if ((await lstatOrNull(this.#fs, dir)) !== null) {
        throw new LeadMasterError(
          'session_exists',
          `${dir} is there already`,
          'Look what it is, or choose another name.',
        );
      }
      const recordFile = join(source, RECORD_FILE);
      const before = await textOrNull(this.#fs, recordFile);
      const record = await this.#records.claimFolder(session, source, why);
      try {
        await this.#fs.rename(source, dir);
      } catch (error) {
        await this.#putBack(recordFile, before);
        throw writeFailed(errorCode(error) === 'EXDEV' ? dir : `${source} (to be moved to ${dir})`, error);
      }
      await syncFolder(this.#fs, dirname(dir)).catch((error: unknown) => {
        throw writeFailed(dir, error);
      });
      // That parent folder may belong to another user; the rename itself is durable with ours.
      await syncFolder(this.#fs, dirname(source)).catch(() => {});
      this.#log?.info({ session, source }, 'profile moved into place');
      return record;
    });
  }

  async moveBack(session: string, trashed: string, why: SwapReason): Promise<ProfileRecord> {
    const record = await this.moveIn(session, trashed, why);
    // A label without its folder says nothing, so one that stays does no harm.
    await this.#fs.rm(`${trashed}.json`, { force: true }).catch((err: unknown) => {
      this.#log?.info({ session, err }, 'the label of a profile that came back from the trash stays there');
    });
    return record;
  }

  async lastWritten(session: string): Promise<Date | null> {
    let newest = 0;
    for (const path of CRITICAL_PATHS) {
      if (path === RECORD_FILE) continue;
      for await (const entry of walk(this.#fs, join(this.#door(session), path))) {
        if (entry.kind === 'file') newest = Math.max(newest, entry.mtimeMs);
      }
    }
    return newest === 0 ? null : new Date(newest);
  }

  listTrash() {
    return listTrash(this.#fs, this.#paths.trash);
  }

  emptyTrash(
    olderThanDays: number,
    maxBytes = Number.POSITIVE_INFINITY,
    kept: ReadonlySet<string> = new Set(),
    now = new Date(),
  ): Promise<string[]> {
    const limits = { days: olderThanDays, bytes: maxBytes, kept };
    return emptyTrash(this.#fs, this.#paths.trash, limits, now.getTime());
  }

  trashBytes(): Promise<number> {
    return trashBytes(this.#fs, this.#paths.trash);
  }

  async measure(session: string): Promise<ProfileSize> {
    return measureProfile(this.#door(session));
  }

  async recent(session: string, options: { since: Date; limit: number }): Promise<RecentFiles> {
    return recentFiles(this.#door(session), options);
  }

  async trim(session: string): Promise<Trimmed> {
    return this.#records.oneAtATime(session, async () => {
      const dir = this.#door(session);
      const before = await this.#soundLogin(session, dir);
      const staged = join(this.#paths.staging, stagingName('trim', session));
      const out = await moveOutDisposable(this.#fs, dir, staged);
      try {
        const after = await this.#soundLogin(session, dir);
        if (after !== before) throw loginDamaged(session, `${after} after the trim, and was ${before} before it`);
      } catch (error) {
        await out.putBack();
        throw error;
      }
      this.#log?.info({ session, freedBytes: out.freedBytes }, 'profile trimmed');
      return out;
    });
  }

  check(session: string): Promise<CheckReport> {
    return checkProfile(this.#fs, this.#paths, session);
  }

  async repairPermissions(session: string): Promise<number> {
    return repairPermissions(this.#fs, this.#door(session));
  }

  /** What the disk says of the login, proven from the inside where there is one. */
  async #soundLogin(session: string, dir: string): Promise<LoginPresence> {
    const { presence, detail } = await this.loginEvidence(session);
    if (presence === 'damaged') throw loginDamaged(session, `incomplete: ${detail}`);
    if (presence === 'present') proveLoginWhole(session, dir);
    return presence;
  }

  /** Every operation comes in here: a valid name, and a folder that is no symlink. */
  #door(session: string): string {
    refuseSymlinks(this.#paths, session);
    return this.#paths.session(session);
  }

  async #refuseFile(dir: string): Promise<void> {
    const stat = await lstatOrNull(this.#fs, dir);
    if (stat === null || stat.isDirectory()) return;
    throw new LeadMasterError(
      'session_unclaimed',
      `${dir} is a file, and a profile is a folder`,
      'Look what it is and move it away, or choose another name.',
    );
  }

  /** The record of a folder that did not become a session, as it was: null, there was none. */
  async #putBack(recordFile: string, before: string | null): Promise<void> {
    if (before !== null) return writeAtomically(this.#fs, recordFile, before);
    await this.#fs.rm(recordFile, { force: true });
  }
}
