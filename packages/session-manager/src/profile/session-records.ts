import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import { LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { isExtracted } from './extracted.ts';
import type { ProfileFs } from './files.ts';
import { type DataPaths, refuseSymlinks } from './paths.ts';
import { repairPermissions } from './permissions.ts';
import type { DatabaseNote, ProfileRecord, ProfileStore, SwapReason } from './profile-store.ts';
import { readRecordFile, writeRecordFile } from './record.ts';
import { RecordMemory } from './record-memory.ts';
import { listTrash } from './trash.ts';

/** The records of the profiles of a data folder. Changes of one session come one at a time, and its generation only grows. */
export class SessionRecords {
  readonly #paths: DataPaths;
  readonly #fs: ProfileFs;
  /** The last change of each session, so that read-change-write never runs twice at once. */
  readonly #changes = new Map<string, Promise<unknown>>();
  readonly #memory = new RecordMemory();

  constructor(paths: DataPaths, fs: ProfileFs) {
    this.#paths = paths;
    this.#fs = fs;
  }

  /** Does what changes a profile, behind the changes of it that were begun before. */
  async oneAtATime<T>(session: string, work: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(session) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#changes.set(session, mine);
    try {
      return await mine;
    } finally {
      this.#memory.changed(session);
      if (this.#changes.get(session) === mine) this.#changes.delete(session);
    }
  }

  async read(session: string): Promise<ProfileRecord | null> {
    refuseSymlinks(this.#paths, session);
    return this.#memory.keep(session, () => readRecordFile(this.#fs, this.#paths.record(session), session));
  }

  /** As it was last read, where no change came since. */
  async known(session: string): Promise<ProfileRecord | null> {
    const known = this.#memory.get(session);
    return known === undefined ? this.read(session) : known;
  }

  async write(session: string, record: ProfileRecord): Promise<ProfileRecord> {
    await writeRecordFile(this.#fs, this.#paths.record(session), record);
    return record;
  }

  /** The first record of a profile that had none. */
  async begin(session: string, origin: ProfileRecord['origin'], generation: number): Promise<ProfileRecord> {
    const originRetired = origin === 'created' || !(await isExtracted(this.#fs, this.#paths.session(session)));
    return this.write(session, { ...newRecord(session, generation, origin), originRetired });
  }

  async update(session: string, change: Partial<Omit<ProfileRecord, 'schema' | 'session'>>): Promise<ProfileRecord> {
    return this.oneAtATime(session, async () => {
      const record = await this.read(session);
      if (record === null) throw noRecord(this.#paths.record(session));
      if (change.generation !== undefined && change.generation < record.generation) {
        throw wouldGoBack(record, change.generation);
      }
      return this.write(session, { ...record, ...change });
    });
  }

  async noteDatabases(
    session: string,
    generation: number,
    note: Parameters<ProfileStore['noteDatabases']>[2],
  ): Promise<void> {
    await this.oneAtATime(session, async () => {
      const record = await this.read(session);
      if (record === null || record.generation !== generation) return;
      const databases = noted(record.databases, note);
      if (databases !== undefined && databases !== record.databases)
        await this.write(session, { ...record, databases });
    });
  }

  /** Makes a folder from elsewhere this session's own: permissions, and a record above every generation known here. */
  async claimFolder(session: string, folder: string, why: SwapReason): Promise<ProfileRecord> {
    const saved = await readRecordFile(this.#fs, join(folder, RECORD_FILE), why.formerly ?? session);
    const known = [
      why.generation,
      (await this.generationIfReadable(session)) ?? 0,
      await this.#trashedGeneration(session),
    ];
    const record: ProfileRecord = {
      ...(saved ?? newRecord(session, 1, 'adopted')),
      session,
      originRetired: why.originRetired ?? saved?.originRetired ?? !(await isExtracted(this.#fs, folder)),
      generation: Math.max(...known) + 1,
      committedAt: saved?.committedAt ?? why.committedAt,
      ...(why.adoptedFrom === undefined ? {} : { adoptedFrom: why.adoptedFrom, sourceGone: why.sourceGone ?? false }),
      ...(why.unfinished === undefined ? {} : { unfinished: why.unfinished }),
      // Another program may have opened it since the note.
      ...(why.adoptedFrom === undefined ? {} : { databases: noted(saved?.databases, { mayBeHigher: true }) }),
    };
    await repairPermissions(this.#fs, folder);
    await writeRecordFile(this.#fs, join(folder, RECORD_FILE), record);
    return record;
  }

  /** A record that is there but cannot be read still claims its profile. */
  async mayBeThere(session: string): Promise<boolean> {
    try {
      await this.#fs.lstat(this.#paths.record(session));
      return true;
    } catch (error) {
      return !isMissing(error);
    }
  }

  /** Above every one that the session had here, and above the one given. */
  async nextGeneration(session: string, above: number): Promise<number> {
    return Math.max(above, await this.#trashedGeneration(session)) + 1;
  }

  /** A broken record must not keep a profile from being set aside. */
  async generationIfReadable(session: string): Promise<number | null> {
    return this.read(session).then(
      (record) => record?.generation ?? null,
      () => null,
    );
  }

  async #trashedGeneration(session: string): Promise<number> {
    const old = (await listTrash(this.#fs, this.#paths.trash)).filter((entry) => entry.session === session);
    return Math.max(0, ...old.map((entry) => entry.generation ?? 0));
  }
}

/** The note after another look at the databases, or before a page that may raise them. The same one where nothing is new. */
function noted(
  before: DatabaseNote | undefined,
  { numbers = {}, mayBeHigher }: Parameters<ProfileStore['noteDatabases']>[2],
): DatabaseNote | undefined {
  const most = { ...before?.numbers };
  for (const [name, number] of Object.entries(numbers)) most[name] = Math.max(most[name] ?? number, number);
  if (Object.keys(most).length === 0) return before;
  if (before?.mayBeHigher === mayBeHigher && isDeepStrictEqual(most, before.numbers)) return before;
  return { numbers: most, at: new Date().toISOString(), mayBeHigher };
}

function newRecord(session: string, generation: number, origin: ProfileRecord['origin']): ProfileRecord {
  return {
    schema: 1,
    session,
    generation,
    engine: 'whatsapp-web.js',
    chromiumVersion: null,
    createdAt: new Date().toISOString(),
    origin,
    committedAt: null,
    account: null,
    originRetired: true,
  };
}

function noRecord(path: string): LeadMasterError {
  return new LeadMasterError('session_not_found', `${path} does not exist`, 'Create or adopt the session first.');
}

function wouldGoBack({ session, generation }: ProfileRecord, to: number): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `The generation of ${session} is ${generation} and cannot go back to ${to}`,
    'An older owner of this profile is at work: stop it.',
  );
}
