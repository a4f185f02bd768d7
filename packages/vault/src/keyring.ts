import { randomBytes } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';
import { damagedObject, isDamage, isOfAnObject, locked } from './failures.ts';
import { parseJson } from './format/codec.ts';
import { headerLine, openEnvelope, refuseOtherLine, sealEnvelope, splitEnvelope } from './format/envelope.ts';
import { deriveKey, hmac, KEY_BYTES, unseal } from './format/seal.ts';
import { type SessionKeys, sessionKeys } from './format/session-keys.ts';
import type { MasterKey } from './master-key.ts';
import {
  DESTROYED,
  destroyedObject,
  implausible,
  KEYS,
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

/** What a key object holds. */
export const keyBody = z.object({
  name: z.string(),
  session: z.string().regex(/^[0-9a-f]{32}$/),
  secret: z.string().regex(/^[0-9a-f]{64}$/),
});
const tombstoneBody = z.object({ at: z.iso.datetime(), owner: z.string().regex(/^[0-9a-f]{32}$/) });
type KeyBody = z.infer<typeof keyBody>;

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

interface FoundKey extends KeyBody {
  owner: string;
  number: number;
  wrappedBy: string;
}

/** The keys of a vault: who has the master key has these. */
export class Keyring {
  readonly vault: string;
  readonly #store: BlobStore;
  readonly #masters: readonly MasterKey[];
  readonly #current: MasterKey;
  readonly #secret: Buffer;
  readonly #namesKey: Buffer;
  readonly #destroyedKey: Buffer;

  private constructor(store: BlobStore, masters: readonly MasterKey[], vault: string, secret: Buffer) {
    this.#store = store;
    this.#masters = masters;
    this.#current = first(masters);
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
    const opener = new Keyring(store, masters, vault, Buffer.alloc(KEY_BYTES));
    const own = await opener.#ownKey(signal).catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      throw (await wrongHeader(store, masters, vault, signal)) ?? error;
    });
    return new Keyring(store, masters, vault, Buffer.from(own.secret, 'hex'));
  }

  /**
   * Reads again what opened the vault: it may have been removed, damaged or put back in another place since.
   *
   * @throws LeadMasterError as `open` does; `store_damaged` also where another vault is in its place.
   */
  async prove(signal?: AbortSignal): Promise<void> {
    const vault = await readHeader(this.#store, false, signal);
    if (vault !== this.vault) throw damagedObject(VAULT_OBJECT, 'it is the header of another vault than before');
    const own = await this.#newest(VAULT_OWNER, signal);
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
    return { current: this.#current, all: this.#masters };
  }

  /** What seals the documents of hubs: of the vault's own secret, which stays when the master key is another. */
  get hubsKey(): Buffer {
    return deriveKey(this.#secret, 'hubs');
  }

  /** The session of that name, or null when the vault is proven to hold none. */
  async find(name: string, signal?: AbortSignal): Promise<KnownSession | null> {
    const found = await this.#newest(this.ownerOf(name), signal);
    if (found === null || (await this.#isDestroyed(found.session, signal))) return null;
    return this.#known(found, name);
  }

  /** The session of that name; its key is made when it has none. */
  async findOrCreate(name: string, signal?: AbortSignal): Promise<KnownSession> {
    const owner = this.ownerOf(name);
    const found = await this.#newest(owner, signal);
    if (found !== null && !(await this.#isDestroyed(found.session, signal))) return this.#known(found, name);
    // A half-destroyed key is no longer a key; its number is not used again.
    return this.#known(await this.#createKey(owner, name, signal, (found?.number ?? 0) + 1), name);
  }

  /** Every session that has a key, and those whose key cannot be read: one of them does not hide the others. */
  async survey(signal?: AbortSignal): Promise<{ sessions: KnownSession[]; unreadable: UnreadableKey[] }> {
    const owners = new Set<string>();
    for await (const { key } of this.#store.list(KEYS, passed(signal))) {
      const parsed = parseKeyObject(key);
      if (parsed !== null && parsed.owner !== VAULT_OWNER) owners.add(parsed.owner);
    }
    const sessions: KnownSession[] = [];
    const unreadable: UnreadableKey[] = [];
    for (const owner of owners) {
      try {
        const found = await this.#newest(owner, signal);
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
    const numbers = new Map<string, number[]>();
    const found: string[] = [];
    for await (const { key } of this.#store.list(KEYS, passed(signal))) {
      const parsed = parseKeyObject(key);
      if (parsed === null) found.push(key);
      else numbers.set(parsed.owner, [...(numbers.get(parsed.owner) ?? []), parsed.number]);
    }
    for (const [owner, those] of numbers) {
      for (const number of implausible('key', those)) found.push(keyObject(owner, number));
    }
    const detail = 'is ignored: no key can have that name. LeadMaster did not write it; move it out of the vault.';
    return found.sort().map((object) => ({ kind: 'stray', object, detail: `${object} ${detail}` }));
  }

  /** Wraps every key with the current master key, and removes what older ones wrapped. Can be repeated at any point. */
  async rotate(signal?: AbortSignal, onKey: (done: number, of: number) => void = () => {}): Promise<number> {
    const numbers = new Map<string, number[]>();
    for await (const { key } of this.#store.list(KEYS, passed(signal))) {
      const parsed = parseKeyObject(key);
      if (parsed !== null) numbers.set(parsed.owner, [...(numbers.get(parsed.owner) ?? []), parsed.number]);
    }
    let wrapped = 0;
    let done = 0;
    for (const [owner, found] of numbers) {
      signal?.throwIfAborted();
      const newest = await this.#newest(owner, signal);
      if (newest === null) continue;
      let kept = newest.number;
      if (newest.wrappedBy !== this.#current.id) {
        kept = newest.number + 1;
        await this.#writeKey(owner, kept, newest, signal);
        await this.#proveWrapped(owner, kept, newest, signal);
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
      const body = number === undefined ? null : await this.#readKey(owner, number, signal);
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

  async #ownKey(signal?: AbortSignal): Promise<FoundKey> {
    return (await this.#newest(VAULT_OWNER, signal)) ?? (await this.#createVaultKey(signal));
  }

  /** What a crash at the vault's creation left out. Were there other keys, this one was removed. */
  async #createVaultKey(signal?: AbortSignal): Promise<FoundKey> {
    for await (const { key } of this.#store.list(KEYS, passed(signal))) {
      const owner = parseKeyObject(key)?.owner;
      if (owner !== undefined && owner !== VAULT_OWNER) {
        throw damagedObject(keyFolder(VAULT_OWNER), `the vault's own key is gone, but ${key} is there`);
      }
    }
    return this.#createKey(VAULT_OWNER, '', signal);
  }

  async #newest(owner: string, signal?: AbortSignal): Promise<FoundKey | null> {
    const listed = await this.#newestListed(owner, signal);
    // A list may lag behind, and a rotation elsewhere may remove what was listed: what comes next is asked for by name.
    let found: FoundKey | null = null;
    for (let number = Math.max(1, listed); ; number++) {
      const read = await this.#readKey(owner, number, signal);
      if (read !== null) found = read;
      else if (number > listed) break;
    }
    if (found === null && listed > 0) throw damagedObject(keyObject(owner, listed), 'it was listed and is gone');
    return found;
  }

  /** The highest number that a key of an owner has, 0 for none; one that it cannot have reached does not count. */
  async #newestListed(owner: string, signal?: AbortSignal): Promise<number> {
    const numbers: number[] = [];
    for await (const { key } of this.#store.list(keyFolder(owner), passed(signal))) {
      const number = parseKeyObject(key)?.number;
      if (number !== undefined) numbers.push(number);
    }
    const left = implausible('key', numbers);
    return Math.max(0, ...numbers.filter((number) => !left.has(number)));
  }

  async #createKey(owner: string, name: string, signal?: AbortSignal, number = 1): Promise<FoundKey> {
    const fresh = {
      name,
      session: owner === VAULT_OWNER ? this.vault : randomBytes(16).toString('hex'),
      secret: randomBytes(KEY_BYTES).toString('hex'),
    };
    await this.#writeKey(owner, number, fresh, signal);
    // Another may have been first: what lies there now is the key, for everybody.
    const found = await this.#newest(owner, signal);
    if (found === null) throw damagedObject(keyObject(owner, number), 'it was written and is gone');
    return found;
  }

  async #writeKey(owner: string, number: number, body: KeyBody, signal?: AbortSignal): Promise<void> {
    const { name, session, secret } = body;
    const header = this.#keyHeader(owner, number, this.#current.id);
    const bytes = sealEnvelope(this.#current.wrap, header, Buffer.from(JSON.stringify({ name, session, secret })));
    const key = keyObject(owner, number);
    const written = await this.#store.put(key, bytes, { ifAbsent: true, ...passed(signal) });
    if (!written) return;
    const back = await small(this.#store, key, signal);
    // Before anything relies on it, and before the one it replaces is deleted.
    if (back === null || !back.equals(bytes)) throw damagedObject(key, 'it does not read back as it was written');
  }

  /** Another may have been first under that number: what lies there must be the same key under the current master key. */
  async #proveWrapped(owner: string, number: number, body: KeyBody, signal?: AbortSignal): Promise<void> {
    const there = await this.#readKey(owner, number, signal);
    const isSame = there?.session === body.session && there.secret === body.secret;
    if (isSame && there.wrappedBy === this.#current.id) return;
    throw locked(`${keyObject(owner, number)} is not what was wrapped: another changes the keys of the vault as well.`);
  }

  async #readKey(owner: string, number: number, signal?: AbortSignal): Promise<FoundKey | null> {
    const key = keyObject(owner, number);
    const bytes = await small(this.#store, key, signal);
    if (bytes === null) return null;
    const { line, sealed } = splitEnvelope(key, bytes);
    const wrappedBy = line.trimEnd().split(' ').at(-1) ?? '';
    refuseOtherLine(key, line, this.#keyHeader(owner, number, wrappedBy));
    const master = this.#masters.find(({ id }) => id === wrappedBy);
    if (master === undefined) throw wrongKey(this.#store.name, key, wrappedBy, this.#masters);
    const body = unseal(master.wrap, sealed, line);
    if (body === null) throw damagedObject(key, 'its seal does not hold');
    const parsed = keyBody.safeParse(parseJson(body));
    if (!parsed.success) throw damagedObject(key, 'its content is not a key', parsed.error);
    return { ...parsed.data, owner, number, wrappedBy };
  }

  #known(found: FoundKey, name: string): KnownSession {
    if (found.name !== name) throw damagedObject(keyObject(found.owner, found.number), 'it is of another session');
    return { name, keys: sessionKeys(this.vault, found.session, Buffer.from(found.secret, 'hex')) };
  }

  /** Whose keys a name's lie under. */
  ownerOf(name: string): string {
    return hmac(this.#namesKey, name).toString('hex', 0, 16);
  }

  #keyHeader(owner: string, number: number, master: string): string {
    return headerLine('key', this.vault, owner, number, master);
  }

  #destroyedHeader(session: string): string {
    return headerLine('destroyed', this.vault, session);
  }
}

function wrongKey(store: string, object: string, wanted: string, masters: readonly MasterKey[]): LeadMasterError {
  const have = masters.map(({ id }) => id).join(', ');
  return new LeadMasterError(
    'vault_key_wrong',
    `The vault at ${store} was sealed with master key ${wanted} (${object}); the key file holds ${have}.`,
    'Put back the key file of this vault (VAULT_KEY_FILE). Nothing can be read without it.',
    { extra: { wanted, object } },
  );
}

function first(masters: readonly MasterKey[]): MasterKey {
  const [current] = masters;
  if (current === undefined) throw new Error('A vault needs a master key.');
  return current;
}
