import { LeadMasterError, type RecentFiles, type StorageReport, type TrimReport } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { SessionAccess } from '../access/session-access.ts';
import type { Config } from '../config/config.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { LongCall } from '../snapshots/snapshot-service.ts';
import { refuseWrongAccount } from '../snapshots/wrong-account.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Measurements } from './measurements.ts';

const HOUR_MS = 3_600_000;

/** A trim by itself must be worth the slower start after it: so much of the profile must go. */
const WORTHWHILE = 0.1;

/** What keeps a session from being trimmed now, and not at another stop. */
const PASSING: ReadonlySet<string> = new Set(['session_running', 'wrong_account']);

/** What a trim asks of a session. */
export interface TrimAccess {
  /**
   * Runs a task in the session's own queue, with the profile locked and no browser on it. What was stopped for it is
   * started again afterwards.
   *
   * @throws LeadMasterError `session_running` unless `restart` is set.
   */
  whileStopped<T>(session: string, options: { restart: boolean; reason: string }, task: () => Promise<T>): Promise<T>;
}

export interface StorageCareDeps {
  access: Pick<SessionAccess, 'get'>;
  profileAccess: TrimAccess;
  measurements: Measurements;
  profiles: ProfileStore;
  store: StateStore;
  config: Pick<Config, 'storageWarnBytes' | 'storageTrimBytes'>;
  log: Logger;
}

/** Looks after the size of profiles: tells it, and makes them smaller. */
export class StorageCare {
  readonly #deps: StorageCareDeps;

  constructor(deps: StorageCareDeps) {
    this.#deps = deps;
  }

  /** Measured when asked; also of a profile that no session has adopted. */
  async storage(session: string): Promise<StorageReport> {
    const { access, measurements, profiles, config } = this.#deps;
    await access.get(session);
    const { bytes, classes, folders, measuredAt } = await measurements.measure(session);
    return {
      path: profiles.locate(session),
      bytes,
      classes,
      folders,
      growthBytesPerDay: measurements.growth(session),
      sizes: measurements.sizes(session),
      warnBytes: config.storageWarnBytes,
      measuredAt,
    };
  }

  /** Files written in the last hours, newest first. */
  async recent(session: string, { hours, limit }: { hours: number; limit: number }): Promise<RecentFiles> {
    await this.#deps.access.get(session);
    return this.#deps.profiles.recent(session, { since: new Date(Date.now() - hours * HOUR_MS), limit });
  }

  /**
   * Removes what is optional and temporary. `restart`: stops a running session first and starts it afterwards.
   *
   * @throws LeadMasterError `session_running` without it.
   */
  async trim(session: string, { restart, signal, onProgress }: LongCall & { restart: boolean }): Promise<TrimReport> {
    const { profileAccess, measurements, profiles, store } = this.#deps;
    const tell = (phase: string): void => onProgress?.({ phase, done: 0, total: null });
    tell('waiting');
    refuseWrongAccount(store, session, null);
    const trimmed = await profileAccess.whileStopped(session, { restart, reason: 'trim' }, async () => {
      // The last moment to have it otherwise: what follows is renames.
      signal?.throwIfAborted();
      tell('trimming');
      return profiles.trim(session);
    });
    tell('deleting');
    await trimmed.discard();
    const { bytes } = await measurements.measure(session);
    const { freedBytes } = trimmed;
    store.events.append({ session, type: 'session.trimmed', data: { freedBytes, bytes } });
    return { freedBytes, bytes };
  }

  /**
   * Trims a session that has just been stopped for another reason, where `STORAGE_TRIM_MB` asks for it and it is
   * larger. Never fails: no caller waits for it.
   */
  async trimStopped(session: string): Promise<void> {
    const { log } = this.#deps;
    try {
      if (!this.#isWorthTrimming(session)) return;
      const { freedBytes } = await this.trim(session, { restart: false });
      log.info({ session, freedBytes }, 'the profile was larger than STORAGE_TRIM_MB and was trimmed');
    } catch (error) {
      // Started again meanwhile, or not settled yet: there will be another stop.
      if (error instanceof LeadMasterError && PASSING.has(error.code)) return;
      log.warn({ session, err: error }, 'the profile was not trimmed');
    }
  }

  #isWorthTrimming(session: string): boolean {
    const limit = this.#deps.config.storageTrimBytes;
    const last = limit === null ? null : this.#deps.store.storage.latest(session);
    if (limit === null || last === null || last.bytes <= limit) return false;
    return last.optional + last.temporary >= last.bytes * WORTHWHILE;
  }
}
