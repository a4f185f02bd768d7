import { join } from 'node:path';
import { type AdoptedSession, type AdoptSession, LeadMasterError } from '@leadmaster/protocol';
import type { AdoptService } from '../../session-manager/src/adopt/adopt-service.ts';
import type { LongCall } from '../../session-manager/src/snapshots/snapshot-service.ts';
import type { FakeSessionService } from './fake-session-service.ts';

/** Folders that become sessions in memory, for tests of the layers above the service. */
export class FakeAdoptService implements AdoptService {
  /** Thrown instead of an answer, when set. */
  failure: Error | null = null;
  readonly #sessions: FakeSessionService;
  readonly #dataDir: string;

  constructor(sessions: FakeSessionService, dataDir: string) {
    this.#sessions = sessions;
    this.#dataDir = dataDir;
  }

  async adopt(wanted: AdoptSession, call: LongCall = {}): Promise<AdoptedSession> {
    call.onProgress?.({ phase: 'copying', done: 0, total: 2_048 });
    if (this.failure !== null) throw this.failure;
    const { name, mode, originRetired = false } = wanted;
    const place = join(this.#dataDir, 'tokens', name);
    const path = wanted.path ?? place;
    if (join(path, '.') === place || `${place}/` === join(path, '.')) {
      return this.#answer(await this.#sessions.adopt(name), place);
    }
    if (mode === undefined || !path.startsWith('/')) {
      throw new LeadMasterError('adopt_refused', `${path} is not ${place}.`, 'Add --copy or --move.', {
        extra: mode === undefined ? { missing: 'mode' } : {},
      });
    }
    if ((await this.#sessions.list()).items.some((session) => session.name === name)) {
      throw new LeadMasterError('session_exists', `There is a session ${name}.`, 'Choose another name.');
    }
    this.#sessions.changes.push(`${mode} ${path} to ${name}`);
    const isRetired = mode === 'move' || originRetired;
    return this.#answer(this.#sessions.stopped(name, isRetired), path);
  }

  #answer(session: Omit<AdoptedSession, 'adopted'>, path: string): AdoptedSession {
    return {
      ...session,
      adopted: { kind: 'local_auth', path, bytes: 2_048, files: 3, chromium: null, account: null, warnings: [] },
    };
  }
}
