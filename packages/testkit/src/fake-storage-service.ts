import { LeadMasterError, type RecentFiles, type StorageReport, type TrimReport } from '@leadmaster/protocol';
import type { StorageService } from '../../session-manager/src/disk/storage-service.ts';
import type { LongCall } from '../../session-manager/src/snapshots/snapshot-service.ts';
import type { FakeSessionService } from './fake-session-service.ts';

const MB = 2 ** 20;
const AT = '2026-01-01T00:00:00.000Z';

/** Profiles in memory with the sizes that a test sets, beside the sessions of a {@link FakeSessionService}. */
export class FakeStorageService implements StorageService {
  /** Thrown by every call instead of an answer, when set. */
  failure: Error | null = null;
  /** Every call that would change something, in order. */
  readonly changes: string[] = [];
  /** What was last asked of `recent`. */
  asked: { hours: number; limit: number } | null = null;
  readonly #sessions: FakeSessionService;
  readonly #trimmed = new Set<string>();

  constructor(sessions: FakeSessionService) {
    this.#sessions = sessions;
  }

  async storage(session: string): Promise<StorageReport> {
    await this.#known(session);
    const media = this.#trimmed.has(session) ? 0 : 800 * MB;
    const folders: StorageReport['folders'] = [
      { path: 'Default/Service Worker/CacheStorage', class: 'optional', bytes: media, files: 3000 },
      {
        path: 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb',
        class: 'critical',
        bytes: 70 * MB,
        files: 40,
      },
      { path: 'Default', class: 'important', bytes: MB, files: 2 },
    ];
    return {
      path: `/nowhere/leadmaster-data/tokens/${session}`,
      bytes: media + 71 * MB,
      classes: { critical: 70 * MB, important: MB, optional: media, temporary: 0 },
      folders: folders.filter(({ bytes }) => bytes > 0),
      growthBytesPerDay: 4 * MB,
      warnBytes: 1024 * MB,
      measuredAt: AT,
    };
  }

  async recent(session: string, options: { hours: number; limit: number }): Promise<RecentFiles> {
    await this.#known(session);
    this.asked = options;
    return { items: [{ path: 'Default/Preferences', bytes: 8192, at: AT, class: 'important' }], total: 1 };
  }

  async trim(session: string, { restart, onProgress }: LongCall & { restart: boolean }): Promise<TrimReport> {
    const { state } = await this.#known(session);
    if (state === 'UNCLAIMED') {
      throw new LeadMasterError('session_unclaimed', `tokens/${session} belongs to no session.`, 'Adopt it first.');
    }
    if (state !== 'STOPPED' && !restart) {
      throw new LeadMasterError('session_running', `"${session}" is ${state}.`, 'Stop it first.');
    }
    onProgress?.({ phase: 'trimming', done: 0, total: null });
    const before = (await this.storage(session)).bytes;
    this.changes.push(`trim ${session}`);
    this.#trimmed.add(session);
    const { bytes } = await this.storage(session);
    return { freedBytes: before - bytes, bytes };
  }

  async #known(session: string) {
    if (this.failure !== null) throw this.failure;
    return this.#sessions.get(session);
  }
}
