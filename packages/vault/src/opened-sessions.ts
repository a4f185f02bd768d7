import { isSessionName, LeadMasterError, SESSION_NAME_RULE } from '@leadmaster/protocol';
import { Chain, type ChainView, type HeadMemory } from './chain.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { DamageMemory } from './damage-memory.ts';
import { lostKey, sessionNotFound, snapshotNotFound } from './failures.ts';
import type { ChainRecord, SnapshotInfo } from './format/record.ts';
import type { Keyring, KnownSession } from './keyring.ts';
import { keyFolder } from './names.ts';
import { type IndexMemory, Shelf } from './shelf.ts';
import type { BlobStore } from './store/blob-store.ts';

/** A session of the vault: its key, its records, and the packs that they name. */
export interface OpenedSession {
  session: KnownSession;
  chain: Chain;
  loadShelf: (view: ChainView) => Promise<Shelf>;
}

/** A snapshot that can be read. */
export interface OpenedSnapshot {
  manifest: ChainRecord;
  info: SnapshotInfo;
  reader: ChunkReader;
}

interface Parts {
  store: BlobStore;
  keyring: Keyring;
  memory: HeadMemory;
  damage: DamageMemory;
}

/** Opens the sessions of a vault by their names. What was removed is refused, and never taken for a session that there was not. */
export class OpenedSessions {
  readonly #store: BlobStore;
  readonly #keyring: Keyring;
  readonly #memory: HeadMemory;
  readonly #damage: DamageMemory;
  readonly #indexes = new Map<string, IndexMemory>();

  constructor({ store, keyring, memory, damage }: Parts) {
    this.#store = store;
    this.#keyring = keyring;
    this.#memory = memory;
    this.#damage = damage;
  }

  /** Null where the vault has no key of that name. @throws LeadMasterError `invalid_session_name`. */
  async find(name: string, signal?: AbortSignal): Promise<KnownSession | null> {
    checkName(name);
    return this.#keyring.find(name, signal);
  }

  /** @throws LeadMasterError `invalid_session_name`, `session_not_found`, `vault_rolled_back`. */
  async open(name: string, signal?: AbortSignal): Promise<OpenedSession> {
    const session = await this.find(name, signal);
    if (session === null) {
      await this.refuseLost(name, signal);
      throw sessionNotFound(name);
    }
    return this.#opened(session, signal);
  }

  /** For a writer: makes the session where there is none. Packs in which damage was found are not there: what is needed of them is stored again. */
  async openToWrite(name: string, signal?: AbortSignal): Promise<OpenedSession> {
    // First whether there was one: a new key under the old name would hide what was lost.
    if ((await this.find(name, signal)) === null) await this.refuseLost(name, signal);
    const opened = this.#opened(await this.#keyring.findOrCreate(name, signal), signal);
    const damaged = new Set(await this.#damage.damagedPacks(name));
    const loadShelf = (view: ChainView) =>
      opened.loadShelf({ ...view, packs: view.packs.filter(({ id }) => !damaged.has(id)) });
    return { ...opened, loadShelf };
  }

  /** @throws LeadMasterError `snapshot_not_found`, and what `open` throws. */
  async snapshot(name: string, id: string, signal?: AbortSignal): Promise<OpenedSnapshot> {
    const { chain, loadShelf } = await this.open(name, signal);
    const view = await chain.view(signal);
    const info = view.live.find((one) => one.id === id);
    if (info === undefined) throw snapshotNotFound(name, id);
    const isHead = view.head?.id === id;
    const manifest = isHead && view.head !== null ? view.head : await chain.manifest(info, signal);
    const reload = async () => loadShelf(await chain.view(signal));
    const foundDamaged = (pack: string) => this.#damage.foundDamaged(name, pack);
    return { manifest, info, reader: new ChunkReader(await loadShelf(view), reload, foundDamaged) };
  }

  /** What looks damaged may have been forgotten while it was read: then it is not found. */
  async requireLive(name: string, id: string, signal?: AbortSignal): Promise<void> {
    const { chain } = await this.open(name, signal);
    const { live } = await chain.view(signal);
    if (!live.some((info) => info.id === id)) throw snapshotNotFound(name, id);
  }

  /** An index that was read long ago proves nothing of the one in the store. */
  forgetIndexes({ keys }: KnownSession): void {
    this.#indexes.delete(keys.session);
  }

  /** Its key is gone, on purpose: nothing is missed from here on. */
  async noteDestroyed(name: string): Promise<void> {
    await this.#memory.remember(name, { sequence: 0, id: '' });
  }

  /** The records of a session are right as they are, also where later ones were seen before. */
  async acknowledge(name: string, signal?: AbortSignal): Promise<void> {
    const session = await this.find(name, signal);
    if (session === null) return this.noteDestroyed(name);
    await this.#opened(session, signal).chain.acknowledge(signal);
  }

  /** Nothing was ever known of the session, or its key was destroyed on purpose; else what is gone was removed. */
  async refuseLost(name: string, signal?: AbortSignal): Promise<void> {
    const seen = await this.#memory.recall(name);
    if (seen === null || seen.sequence === 0) return;
    // What another machine has destroyed is known to be gone from here on.
    if (await this.#keyring.wasDestroyed(name, signal)) return this.noteDestroyed(name);
    throw lostKey(name, seen, keyFolder(this.#keyring.ownerOf(name)));
  }

  #opened(session: KnownSession, signal?: AbortSignal): OpenedSession {
    const { keys } = session;
    const chain = new Chain(this.#store, session, this.#memory);
    const remembered: IndexMemory = this.#indexes.get(keys.session) ?? new Map();
    this.#indexes.set(keys.session, remembered);
    const loadShelf = (view: ChainView) => Shelf.load(this.#store, keys, view.packs, remembered, signal);
    return { session, chain, loadShelf };
  }
}

function checkName(name: string): void {
  if (isSessionName(name)) return;
  const detail = `${JSON.stringify(name.slice(0, 80))} is not a session name.`;
  throw new LeadMasterError('invalid_session_name', detail, `Use a name by the rule: ${SESSION_NAME_RULE}.`);
}
