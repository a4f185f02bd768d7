import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { damagedObject } from './failures.ts';
import { headerLine, openEnvelope, sealEnvelope } from './format/envelope.ts';
import { HUBS, hubFolder, hubObject, parseHubObject } from './names.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** So many documents of a hub are kept. */
const KEPT = 10;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** The newest document of a hub, as it is listed. */
export interface HubDocumentInfo {
  hub: string;
  /** The hub numbers its documents: a later one has seen more. */
  number: number;
  bytes: number;
  savedAt: Date;
}

interface Call {
  signal?: AbortSignal;
}

/**
 * What hubs keep in the vault: whole documents, sealed under a key of the vault's own secret. A new master key wraps that
 * secret again, so that documents are never written again for it.
 */
export class HubDocuments {
  readonly #store: BlobStore;
  readonly #vault: string;
  readonly #key: Buffer;

  constructor(store: BlobStore, vault: string, key: Buffer) {
    this.#store = store;
    this.#vault = vault;
    this.#key = key;
  }

  /**
   * Keeps a document, durable and read back when it resolves; older ones go. Where the vault has one of that number or a later one,
   * nothing is changed. `newest`: the highest number that the vault has then.
   */
  async save(
    { hub, number, document }: { hub: string; number: number; document: Buffer },
    { signal }: Call = {},
  ): Promise<{ isKept: boolean; newest: number }> {
    const before = (await this.#numbers(hub, signal)).at(-1) ?? 0;
    if (before >= number) return { isKept: false, newest: before };
    const object = hubObject(hub, number);
    const bytes = sealEnvelope(this.#key, this.#header(hub, number), await pack(document));
    const isKept = await this.#store.put(object, bytes, { ifAbsent: true, ...passed(signal) });
    if (isKept) {
      const back = await this.#store.get(object, passed(signal));
      if (back === null || !back.equals(bytes)) throw damagedObject(object, 'it does not read back as it was written');
    }
    const numbers = await this.#numbers(hub, signal);
    for (const old of numbers.slice(0, -KEPT)) await this.#store.delete(hubObject(hub, old), passed(signal));
    return { isKept, newest: numbers.at(-1) ?? number };
  }

  /**
   * The newest document of a hub; null where the vault has none of it. No older one stands in for one that is damaged: it may
   * have what was given up since.
   * @throws LeadMasterError `store_damaged`, `vault_newer`.
   */
  async newest(hub: string, { signal }: Call = {}): Promise<{ number: number; document: Buffer } | null> {
    const number = (await this.#numbers(hub, signal)).at(-1);
    if (number === undefined) return null;
    const object = hubObject(hub, number);
    const bytes = await this.#store.get(object, passed(signal));
    if (bytes === null) throw damagedObject(object, 'it was listed and is gone');
    const packed = openEnvelope(object, this.#key, this.#header(hub, number), bytes);
    return { number, document: await unpack(packed) };
  }

  /** The newest document of every hub, unopened. */
  async list({ signal }: Call = {}): Promise<HubDocumentInfo[]> {
    const newest = new Map<string, HubDocumentInfo>();
    for await (const { key, bytes, modifiedAt } of this.#store.list(HUBS, passed(signal))) {
      const found = parseHubObject(key);
      if (found !== null) newest.set(found.hub, { ...found, bytes, savedAt: modifiedAt });
    }
    return [...newest.values()];
  }

  /** In their order: keys are listed byte by byte, and numbers have one length. */
  async #numbers(hub: string, signal?: AbortSignal): Promise<number[]> {
    const numbers: number[] = [];
    for await (const { key } of this.#store.list(hubFolder(hub), passed(signal))) {
      const found = parseHubObject(key);
      if (found !== null) numbers.push(found.number);
    }
    return numbers;
  }

  #header(hub: string, number: number): string {
    return headerLine('hub', this.#vault, hub, number);
  }
}
