import { randomBytes } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';
import { damagedObject, locked } from './failures.ts';
import { parseJson } from './format/codec.ts';
import { headerLine, refuseOtherLine, sealEnvelope, splitEnvelope } from './format/envelope.ts';
import { KEY_BYTES, unseal } from './format/seal.ts';
import type { MasterKey } from './master-key.ts';
import { implausible, KEYS, keyFolder, keyObject, parseKeyObject, VAULT_OWNER } from './names.ts';
import { passed, small } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** What a key object holds. */
export const keyBody = z.object({
  name: z.string(),
  session: z.string().regex(/^[0-9a-f]{32}$/),
  secret: z.string().regex(/^[0-9a-f]{64}$/),
});
type KeyBody = z.infer<typeof keyBody>;

/** A key as it was found: whose it is, its number, and the master key that wraps it. */
export interface FoundKey extends KeyBody {
  owner: string;
  number: number;
  wrappedBy: string;
}

/** The key objects of a vault, `keys/OWNER/NUMBER`, each wrapped by a master key. An owner's key is the one with the highest number. */
export class KeyObjects {
  readonly #store: BlobStore;
  readonly #vault: string;
  /** What opens keys: that of today and older ones. */
  readonly masters: readonly MasterKey[];
  /** Wraps what is written. */
  readonly current: MasterKey;

  constructor(store: BlobStore, masters: readonly MasterKey[], vault: string) {
    this.#store = store;
    this.#vault = vault;
    this.masters = masters;
    this.current = first(masters);
  }

  /** The numbers of the keys that are listed, by owner, and the objects among them that are named like no key. */
  async list(signal?: AbortSignal): Promise<{ numbers: Map<string, number[]>; strays: string[] }> {
    const numbers = new Map<string, number[]>();
    const strays: string[] = [];
    for await (const { key } of this.#store.list(KEYS, passed(signal))) {
      const parsed = parseKeyObject(key);
      if (parsed === null) strays.push(key);
      else numbers.set(parsed.owner, [...(numbers.get(parsed.owner) ?? []), parsed.number]);
    }
    return { numbers, strays };
  }

  /** The vault's own key, which seals names and tombstones; a new vault gets one. */
  async ownKey(signal?: AbortSignal): Promise<FoundKey> {
    return (await this.newest(VAULT_OWNER, signal)) ?? (await this.#createVaultKey(signal));
  }

  /** What a crash at the vault's creation left out. Were there other keys, this one was removed. */
  async #createVaultKey(signal?: AbortSignal): Promise<FoundKey> {
    for await (const { key } of this.#store.list(KEYS, passed(signal))) {
      const owner = parseKeyObject(key)?.owner;
      if (owner !== undefined && owner !== VAULT_OWNER) {
        throw damagedObject(keyFolder(VAULT_OWNER), `the vault's own key is gone, but ${key} is there`);
      }
    }
    return this.create(VAULT_OWNER, '', signal);
  }

  /** The key of an owner, or null when the store is proven to hold none. */
  async newest(owner: string, signal?: AbortSignal): Promise<FoundKey | null> {
    const listed = await this.#newestListed(owner, signal);
    // A list may lag behind, and a rotation elsewhere may remove what was listed: what comes next is asked for by name.
    let found: FoundKey | null = null;
    for (let number = Math.max(1, listed); ; number++) {
      const read = await this.read(owner, number, signal);
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

  /** Makes a key under a number that the owner has not used. */
  async create(owner: string, name: string, signal?: AbortSignal, number = 1): Promise<FoundKey> {
    const fresh = {
      name,
      session: owner === VAULT_OWNER ? this.#vault : randomBytes(16).toString('hex'),
      secret: randomBytes(KEY_BYTES).toString('hex'),
    };
    await this.#write(owner, number, fresh, signal);
    // Another may have been first: what is there now is the key.
    const found = await this.newest(owner, signal);
    if (found === null) throw damagedObject(keyObject(owner, number), 'it was written and is gone');
    return found;
  }

  /** Wraps a key with the current master key, under the next number, and proves that it is there. Returns the number. */
  async wrap(found: FoundKey, signal?: AbortSignal): Promise<number> {
    const number = found.number + 1;
    await this.#write(found.owner, number, found, signal);
    await this.#proveWrapped(found.owner, number, found, signal);
    return number;
  }

  async #write(owner: string, number: number, body: KeyBody, signal?: AbortSignal): Promise<void> {
    const { name, session, secret } = body;
    const header = this.#header(owner, number, this.current.id);
    const bytes = sealEnvelope(this.current.wrap, header, Buffer.from(JSON.stringify({ name, session, secret })));
    const key = keyObject(owner, number);
    const written = await this.#store.put(key, bytes, { ifAbsent: true, ...passed(signal) });
    if (!written) return;
    const back = await small(this.#store, key, signal);
    // Before anything relies on it, and before the one it replaces is deleted.
    if (back === null || !back.equals(bytes)) throw damagedObject(key, 'it does not read back as it was written');
  }

  /** Another may have been first under that number: what is there must be the same key under the current master key. */
  async #proveWrapped(owner: string, number: number, body: KeyBody, signal?: AbortSignal): Promise<void> {
    const there = await this.read(owner, number, signal);
    const isSame = there?.session === body.session && there.secret === body.secret;
    if (isSame && there.wrappedBy === this.current.id) return;
    throw locked(`${keyObject(owner, number)} is not what was wrapped: another changes the keys of the vault as well.`);
  }

  /** One key object, opened; null when it is not there. */
  async read(owner: string, number: number, signal?: AbortSignal): Promise<FoundKey | null> {
    const key = keyObject(owner, number);
    const bytes = await small(this.#store, key, signal);
    if (bytes === null) return null;
    const { line, sealed } = splitEnvelope(key, bytes);
    const wrappedBy = line.trimEnd().split(' ').at(-1) ?? '';
    refuseOtherLine(key, line, this.#header(owner, number, wrappedBy));
    const master = this.masters.find(({ id }) => id === wrappedBy);
    if (master === undefined) throw wrongKey(this.#store.name, key, wrappedBy, this.masters);
    const body = unseal(master.wrap, sealed, line);
    if (body === null) throw damagedObject(key, 'its seal does not hold');
    const parsed = keyBody.safeParse(parseJson(body));
    if (!parsed.success) throw damagedObject(key, 'its content is not a key', parsed.error);
    return { ...parsed.data, owner, number, wrappedBy };
  }

  #header(owner: string, number: number, master: string): string {
    return headerLine('key', this.#vault, owner, number, master);
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
