import { randomBytes } from 'node:crypto';
import { type HeadMemory, ProcessMemory } from './chain.ts';
import type { WriteContext } from './commit.ts';
import { Turns } from './concurrency.ts';
import { type DamageMemory, ProcessDamageMemory } from './damage-memory.ts';
import { type ExportOptions, exportSnapshot } from './export.ts';
import { isDamage } from './failures.ts';
import { type ForgetChoice, forget } from './forget.ts';
import type { SnapshotInfo } from './format/record.ts';
import type { TreeEntry } from './format/tree.ts';
import { HubDocuments } from './hub-documents.ts';
import { type ImportOptions, importSnapshot } from './import.ts';
import { Keyring, type KnownSession } from './keyring.ts';
import { SessionLock } from './lock.ts';
import type { MasterKey } from './master-key.ts';
import { chainFolder, packFolder } from './names.ts';
import { OpenedSessions } from './opened-sessions.ts';
import { newPassphraseKey } from './passphrase.ts';
import type { VaultProblem } from './problems.ts';
import { type Pruned, type PruneOptions, prune } from './prune.ts';
import { readFile } from './read-file.ts';
import { type Restored, type RestoreOptions, restoreTree } from './restore.ts';
import { type SaveOptions, save } from './save.ts';
import { passed } from './small.ts';
import type { Source } from './source.ts';
import { type SessionStats, sessionStats } from './stats.ts';
import type { BlobStore } from './store/blob-store.ts';
import { glanceAt, problemsOf, type Survey, surveyOf } from './survey.ts';
import { type Verification, type VerifyOptions, verifyTree } from './verify.ts';

export interface VaultOptions {
  store: BlobStore;
  /** The current master key first, then older ones that a rotation has not finished with. */
  masterKeys: readonly MasterKey[];
  /** Makes a vault where there is none. Without it, an empty place is an error: a disk may not be mounted. */
  create?: boolean;
  /** Who writes: locks that the same owner left behind are taken over. One process at a time for an owner. */
  owner?: string;
  /** Where the newest record of each session is remembered, outside the vault, so that a rollback is noticed. */
  memory?: HeadMemory;
  /** Where packs are remembered in which damage was found, outside the vault, so that the next save heals them. */
  damage?: DamageMemory;
  now?: () => Date;
  signal?: AbortSignal;
}

/** A session's snapshots, oldest first, and what is wrong with its records. */
export interface History {
  session: string;
  snapshots: SnapshotInfo[];
  problems: VaultProblem[];
}

/** A snapshot with its files. */
export interface SnapshotDetail extends SnapshotInfo {
  entries: TreeEntry[];
}

interface Call {
  signal?: AbortSignal;
}

/** Opens the vault in a store. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { store, masterKeys, create, signal } = options;
  return new Vault(options, await Keyring.open(store, masterKeys, create ?? false, signal));
}

/** The snapshots of many sessions in one store. Work on one session takes turns; sessions do not wait for each other. */
export class Vault {
  /** The vault's random id. */
  readonly id: string;
  /** What hubs keep beside the sessions. */
  readonly hubs: HubDocuments;
  readonly #store: BlobStore;
  readonly #keyring: Keyring;
  readonly #opened: OpenedSessions;
  readonly #owner: string;
  readonly #now: () => Date;
  readonly #turns = new Turns();

  constructor(options: VaultOptions, keyring: Keyring) {
    this.id = keyring.vault;
    this.hubs = new HubDocuments(options.store, keyring.vault, keyring.hubsKey);
    this.#store = options.store;
    this.#keyring = keyring;
    const { store, memory = new ProcessMemory(), damage = new ProcessDamageMemory() } = options;
    this.#opened = new OpenedSessions({ store, keyring, memory, damage });
    this.#owner = options.owner ?? randomBytes(8).toString('hex');
    this.#now = options.now ?? (() => new Date());
  }

  /** The names of all sessions that the vault holds; fails where one of them cannot be known. */
  async sessions(call: Call = {}): Promise<string[]> {
    return (await this.#keyring.sessions(call.signal)).map(({ name }) => name);
  }

  /**
   * The same of a vault with damage: sessions whose key cannot be read are told apart, by name if it is one of those that
   * the caller has heard of.
   */
  async survey(heard: readonly string[] = [], call: Call = {}): Promise<Survey> {
    return surveyOf(this.#keyring, this.#opened, heard, call.signal);
  }

  /** Whether the vault holds a session; fails where that cannot be known. */
  async has(name: string, call: Call = {}): Promise<boolean> {
    return (await this.#opened.find(name, call.signal)) !== null;
  }

  /** Stores a snapshot of a source. It is durable when this resolves. */
  async save(name: string, source: Source, options: SaveOptions): Promise<SnapshotInfo> {
    return this.#write(name, 'save', (context) => save(context, source, options), options.signal);
  }

  /**
   * The snapshot as one encrypted file. A stream that fails midway is no export: what was written of it is refused by
   * `importFrom`.
   */
  async *exportTo(name: string, id: string, options: ExportOptions = {}): AsyncGenerator<Buffer> {
    const { manifest, info, reader } = await this.#opened.snapshot(name, id, options.signal);
    const from = { name, manifest, info, reader };
    if (options.passphrase === undefined) {
      yield* exportSnapshot(from, options.key ?? this.#keyring.masterKeys.current, options);
      return;
    }
    const { line, key } = await newPassphraseKey(options.passphrase);
    yield line;
    yield* exportSnapshot(from, key, options);
  }

  /** Takes an exported file into the history of a session, which may have another name than it came from. */
  async importFrom(
    name: string,
    stream: AsyncIterable<Uint8Array>,
    options: ImportOptions = {},
  ): Promise<SnapshotInfo> {
    const { all } = this.#keyring.masterKeys;
    return this.#write(name, 'import', (context) => importSnapshot(context, stream, all, options), options.signal);
  }

  async list(name: string, call: Call = {}): Promise<History> {
    const { chain } = await this.#opened.open(name, call.signal);
    const { live, problems } = await chain.view(call.signal);
    return { session: name, snapshots: live, problems };
  }

  async get(name: string, id: string, call: Call = {}): Promise<SnapshotDetail> {
    const { manifest, info } = await this.#opened.snapshot(name, id, call.signal);
    return { ...info, entries: manifest.entries ?? [] };
  }

  /** One small file of the snapshot, proven and held in memory; null when the snapshot has none of that path. */
  async readFile(name: string, id: string, path: string, call: Call = {}): Promise<Buffer | null> {
    const { manifest, reader } = await this.#opened.snapshot(name, id, call.signal);
    return readFile(manifest, reader, path, call.signal);
  }

  /** Reads every byte that the snapshot needs. Damage is an answer, not an error. */
  async verify(name: string, id: string, options: VerifyOptions = {}): Promise<Verification> {
    const { session } = await this.#opened.open(name, options.signal);
    this.#opened.forgetIndexes(session);
    const found = await this.#verifyNow(name, id, options);
    if (!found.ok) await this.#opened.requireLive(name, id, options.signal);
    return found;
  }

  /** Writes the snapshot's files into a folder that is empty or does not exist. Proven and durable when it resolves. */
  async restore(name: string, id: string, target: string, options: RestoreOptions = {}): Promise<Restored> {
    try {
      const { manifest, info, reader } = await this.#opened.snapshot(name, id, options.signal);
      return await restoreTree(manifest, reader, info.bytes, target, options);
    } catch (error) {
      if (isDamage(error)) await this.#opened.requireLive(name, id, options.signal);
      throw error;
    }
  }

  /** Takes snapshots out of the history. Their bytes go with the next prune. */
  async forget(name: string, choice: ForgetChoice, call: Call = {}): Promise<SnapshotInfo[]> {
    return this.#turns.run(name, async () => {
      const { session, chain } = await this.#opened.open(name, call.signal);
      const work = () => forget(chain, name, choice, this.#now, call.signal);
      return this.#lock(session).during('forget', work, call.signal);
    });
  }

  /** Frees what no snapshot of the session needs. */
  async prune(name: string, options: PruneOptions = {}): Promise<Pruned> {
    await this.#sweepDestroyed(options.signal);
    return this.#turns.run(name, async () => {
      const { session, ...context } = await this.#opened.open(name, options.signal);
      const whole = { ...context, session, store: this.#store, now: this.#now };
      return this.#lock(session).during('prune', () => prune(whole, options), options.signal);
    });
  }

  async stats(name: string, call: Call = {}): Promise<SessionStats> {
    const { chain, loadShelf } = await this.#opened.open(name, call.signal);
    const view = await chain.view(call.signal);
    return sessionStats(chain, view, await loadShelf(view), call.signal);
  }

  /** Wraps every key with the current master key; no snapshot is uploaded again. Returns how many keys it wrapped. */
  async rotateMasterKey(
    options: Call & { onProgress?: (progress: { done: number; total: number }) => void } = {},
  ): Promise<number> {
    return this.#keyring.rotate(options.signal, (done, total) => options.onProgress?.({ done, total }));
  }

  /** Makes everything of a session unreadable for good, then removes it. */
  async destroySession(name: string, call: Call = {}): Promise<void> {
    await this.#turns.run(name, async () => {
      const { session } = await this.#opened.open(name, call.signal);
      await this.#lock(session).during(
        'destroy',
        async () => {
          await this.#keyring.destroy(session, this.#now().toISOString(), call.signal);
          await this.#sweep(session.keys.session, call.signal);
        },
        call.signal,
      );
      this.#opened.forgetIndexes(session);
      await this.#opened.noteDestroyed(name);
    });
  }

  /** Says that the state of the session's records is right as it is, after an older copy of the vault was put back. */
  async acknowledge(name: string, call: Call = {}): Promise<void> {
    await this.#opened.acknowledge(name, call.signal);
  }

  /**
   * Reads again what the vault was opened with, as a machine would that sees it for the first time.
   *
   * @throws LeadMasterError `vault_missing`, `store_damaged`, `vault_key_wrong`, ... where it no longer opens.
   */
  async prove(call: Call = {}): Promise<void> {
    await this.#keyring.prove(call.signal);
  }

  /**
   * What can be checked of a session's snapshots cheaply: its key, its records, the list of files of the newest snapshot, and
   * whether each pack is there in its size. `verify` reads the rest.
   */
  async glance(name: string, call: Call = {}): Promise<History> {
    const opened = await this.#opened.open(name, call.signal);
    return { session: name, ...(await glanceAt(this.#store, opened, call.signal)) };
  }

  /** Keys that cannot be read, and records whose session's key was removed. One list of the whole vault. */
  async problems(call: Call = {}): Promise<VaultProblem[]> {
    return problemsOf(this.#store, this.#keyring, call.signal);
  }

  async #write<T>(
    name: string,
    doing: string,
    work: (context: WriteContext) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#turns.run(name, async () => {
      const opened = await this.#opened.openToWrite(name, signal);
      const context = { ...opened, store: this.#store, now: this.#now };
      return this.#lock(opened.session).during(doing, () => work(context), signal);
    });
  }

  async #verifyNow(name: string, id: string, options: VerifyOptions): Promise<Verification> {
    try {
      const { manifest, info, reader } = await this.#opened.snapshot(name, id, options.signal);
      return await verifyTree(manifest, reader, info.bytes, options);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const object = typeof error.extra.object === 'string' ? error.extra.object : `snapshot ${id}`;
      return { ok: false, files: 0, bytes: 0, damage: [{ object, detail: error.message, files: [] }] };
    }
  }

  #lock(session: KnownSession): SessionLock {
    return new SessionLock(this.#store, session, this.#owner, this.#now);
  }

  /** Ends what a crash left of a destruction. The tombstones prove that it was wanted. */
  async #sweepDestroyed(signal?: AbortSignal): Promise<void> {
    for (const session of await this.#keyring.destroyedSessions(signal)) await this.#sweep(session, signal);
  }

  async #sweep(session: string, signal?: AbortSignal): Promise<void> {
    for (const folder of [chainFolder(session), packFolder(session)]) {
      for await (const { key } of this.#store.list(folder, passed(signal)))
        await this.#store.delete(key, passed(signal));
    }
  }
}
