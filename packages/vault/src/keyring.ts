import type { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';
import { damagedObject, isDamage, isOfAnObject } from './failures.ts';
import { parseJson } from './format/codec.ts';
import { headerLine, openEnvelope, sealEnvelope } from './format/envelope.ts';
import { deriveKey, hmac } from './format/seal.ts';
import { type SessionKeys, sessionKeys } from './format/session-keys.ts';
import { type FoundKey, KeyObjects } from './key-objects.ts';
import type { MasterKey } from './master-key.ts';
import {
  DESTROYED,
  destroyedObject,
  implausible,
  keyFolder,
  keyObject,
  parseDestroyedObject,
  parseKeyObject,
  VAULT_OBJECT,
  VAULT_OWNER,
} from './names.ts';
import type { VaultProblem } from './problems.ts';
import { wrongHeader } from './repair.ts';
import { passed, small } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';
import { readHeader } from './vault-header.ts';

const tombstoneBody = z.object({ at: z.iso.datetime(), owner: z.string().regex(/^[0-9a-f]{32}$/) });

/** A session as the vault knows it. */
export interface KnownSession {
  name: string;
  keys: SessionKeys;
}

/** A session whose key cannot be read. */
export interface UnreadableKey {
  /** The hash of its name. */
  owner: string;
  error: LeadMasterError;
}

/** The keys of a vault: who has the master key has these. */
export class Keyring {
  readonly vault: string;
  readonly #store: BlobStore;
  readonly #objects: KeyObjects;
  readonly #secret: Buffer;
  readonly #namesKey: Buffer;
  readonly #destroyedKey: Buffer;

  private constructor(store: BlobStore, objects: KeyObjects, vault: string, secret: Buffer) {
    this.#store = store;
    this.#objects = objects;
    this.vault = vault;
    this.#secret = secret;
    this.#namesKey = deriveKey(secret, 'names');
    this.#destroyedKey = deriveKey(secret, 'destroyed');
  }

  /** Opens the vault in a store; creates one if `create` is set and the store is proven to hold none. */
  static async open(
    store: BlobStore,
    masters: readonly MasterKey[],
    create: boolean,
    signal?: AbortSignal,
  ): Promise<Keyring> {
    const vault = await readHeader(store, create, signal);
    const objects = new KeyObjects(store, masters, vault);
    const own = await objects.ownKey(signal).catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      throw (await wrongHeader(store, masters, vault, signal)) ?? error;
    });
    return new Keyring(store, objects, vault, Buffer.from(own.secret, 'hex'));
  }

  /**
   * Reads again what opened the vault: it may have been removed, damaged or put back in another place since.
   *
   * @throws LeadMasterError as `open` does; `store_damaged` also where another vault is in its place.
   */
  async prove(signal?: AbortSignal): Promise<void> {
    const vault = await readHeader(this.#store, false, signal);
    if (vault !== this.vault) throw damagedObject(VAULT_OBJECT, 'it is the header of another vault than before');
    const own = await this.#objects.newest(VAULT_OWNER, signal);
    if (own?.secret === this.#secret.toString('hex')) return;
    throw damagedObject(keyFolder(VAULT_OWNER), "the vault's own key is not the one that it was");
  }

  /** Whether a session of that name was destroyed on purpose, proven by a tombstone. */
  async wasDestroyed(name: string, signal?: AbortSignal): Promise<boolean> {
    const owner = this.ownerOf(name);
    for await (const { key } of this.#store.list(DESTROYED, passed(signal))) {
      const session = parseDestroyedObject(key)?.session;
      if (session !== undefined && (await this.#tombstone(session, signal))?.owner === owner) return true;
    }
    return false;
  }

  /** What seals new keys, and what opens old ones. */
  get masterKeys(): { current: MasterKey; all: readonly MasterKey[] } {
    return { current: this.#objects.current, all: this.#objects.masters };
  }

  /** What seals the documents of hubs: of the vault's own secret, which stays when the master key is another. */
  get hubsKey(): Buffer {
    return deriveKey(this.#secret, 'hubs');
  }

  /** The session of that name, or null when the vault is proven to hold none. */
  async find(name: string, signal?: AbortSignal): Promise<KnownSession | null> {
    const found = await this.#objects.newest(this.ownerOf(name), signal);
    if (found === null || (await this.#isDestroyed(found.session, signal))) return null;
    return this.#known(found, name);
  }

  /** The session of that name; its key is made when it has none. */
  async findOrCreate(name: string, signal?: AbortSignal): Promise<KnownSession> {
    const owner = this.ownerOf(name);
    const found = await this.#objects.newest(owner, signal);
    if (found !== null && !(await this.#isDestroyed(found.session, signal))) return this.#known(found, name);
    // A half-destroyed key is no longer a key; its number is not used again.
    return this.#known(await this.#objects.create(owner, name, signal, (found?.number ?? 0) + 1), name);
  }

  /** Every session that has a key, and those whose key cannot be read: one of them does not hide the others. */
  async survey(signal?: AbortSignal): Promise<{ sessions: KnownSession[]; unreadable: UnreadableKey[] }> {
    const { numbers } = await this.#objects.list(signal);
    const sessions: KnownSession[] = [];
    const unreadable: UnreadableKey[] = [];
    for (const owner of numbers.keys()) {
      if (owner === VAULT_OWNER) continue;
      try {
        const found = await this.#objects.newest(owner, signal);
        if (found === null || (await this.#isDestroyed(found.session, signal))) continue;
        sessions.push(this.#known(found, found.name));
      } catch (error) {
        if (!isOfAnObject(error)) throw error;
        unreadable.push({ owner, error });
      }
    }
    return { sessions: sessions.sort((a, b) => (a.name < b.name ? -1 : 1)), unreadable };
  }

  /** Every session that has a key, where each can be read. */
  async sessions(signal?: AbortSignal): Promise<KnownSession[]> {
    const { sessions, unreadable } = await this.survey(signal);
    const [first] = unreadable;
    if (first !== undefined) throw first.error;
    return sessions;
  }

  /** Objects among the keys that no key can be: they are ignored, and named here. */
  async strays(signal?: AbortSignal): Promise<VaultProblem[]> {
    const { numbers, strays } = await this.#objects.list(signal);
    for (const [owner, those] of numbers) {
      for (const number of implausible('key', those)) strays.push(keyObject(owner, number));
    }
    const detail = 'is ignored: no key can have that name. LeadMaster did not write it; move it out of the vault.';
    return strays.sort().map((object) => ({ kind: 'stray', object, detail: `${object} ${detail}` }));
  }

  /** Wraps every key with the current master key, and removes what older ones wrapped. Can be repeated at any point. */
  async rotate(signal?: AbortSignal, onKey: (done: number, of: number) => void = () => {}): Promise<number> {
    const { numbers } = await this.#objects.list(signal);
    let wrapped = 0;
    let done = 0;
    for (const [owner, found] of numbers) {
      signal?.throwIfAborted();
      const newest = await this.#objects.newest(owner, signal);
      if (newest === null) continue;
      let kept = newest.number;
      if (newest.wrappedBy !== this.#objects.current.id) {
        kept = await this.#objects.wrap(newest, signal);
        wrapped++;
      }
      for (const number of found) if (number < kept) await this.#store.delete(keyObject(owner, number), passed(signal));
      onKey(++done, numbers.size);
    }
    return wrapped;
  }

  /** From here on the session's data is noise. The tombstone stays: it also says that what is left may be removed. */
  async destroy(session: KnownSession, at: string, signal?: AbortSignal): Promise<void> {
    const id = session.keys.session;
    const owner = this.ownerOf(session.name);
    const body = Buffer.from(JSON.stringify({ at, owner }));
    const tombstone = sealEnvelope(this.#destroyedKey, this.#destroyedHeader(id), body);
    await this.#store.put(destroyedObject(id), tombstone, { ifAbsent: true, frees: true, ...passed(signal) });
    await this.#removeKeys(id, owner, signal);
  }

  /** The sessions that were destroyed, proven by tombstones that only the master key can make. Their keys are gone after this. */
  async destroyedSessions(signal?: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of this.#store.list(DESTROYED, passed(signal))) {
      const id = parseDestroyedObject(key)?.session;
      const tombstone = id === undefined ? null : await this.#tombstone(id, signal);
      if (id === undefined || tombstone === null) continue;
      await this.#removeKeys(id, tombstone.owner, signal);
      found.push(id);
    }
    return found;
  }

  /** A session that came back under the same name keeps its key. */
  async #removeKeys(id: string, owner: string, signal?: AbortSignal): Promise<void> {
    for await (const { key } of this.#store.list(keyFolder(owner), passed(signal))) {
      const number = parseKeyObject(key)?.number;
      const body = number === undefined ? null : await this.#objects.read(owner, number, signal);
      if (body?.session === id) await this.#store.delete(key, passed(signal));
    }
  }

  async #isDestroyed(session: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#tombstone(session, signal)) !== null;
  }

  async #tombstone(session: string, signal?: AbortSignal): Promise<{ owner: string } | null> {
    const key = destroyedObject(session);
    const bytes = await small(this.#store, key, signal);
    if (bytes === null) return null;
    const body = openEnvelope(key, this.#destroyedKey, this.#destroyedHeader(session), bytes);
    const parsed = tombstoneBody.safeParse(parseJson(body));
    if (!parsed.success) throw damagedObject(key, 'its content is not a tombstone', parsed.error);
    return parsed.data;
  }

  #known(found: FoundKey, name: string): KnownSession {
    if (found.name !== name) throw damagedObject(keyObject(found.owner, found.number), 'it is of another session');
    return { name, keys: sessionKeys(this.vault, found.session, Buffer.from(found.secret, 'hex')) };
  }

  /** The folder of a session's keys, by its name. */
  ownerOf(name: string): string {
    return hmac(this.#namesKey, name).toString('hex', 0, 16);
  }

  #destroyedHeader(session: string): string {
    return headerLine('destroyed', this.vault, session);
  }
}
