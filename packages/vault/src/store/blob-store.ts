/**
 * Where a vault's objects lie. Keys are `/`-separated paths of `[a-z0-9._-]` (`checkKey`); values are opaque bytes.
 *
 * Every implementation passes one contract suite (`blobStoreContract` in the testkit). Errors are `LeadMasterError`s:
 * `store_unreachable` (worth another try), `store_denied` (credentials, permissions), `store_full`, `store_damaged`
 * (an object is not what it was written as). A missing object is a proven absence, and nothing else is.
 */
export interface BlobStore {
  /** What this is, for messages: `file:/backups`, `s3://bucket/prefix`. Holds no secret. */
  readonly name: string;
  /**
   * Writes an object whole or not at all; durable when it resolves (a folder: fsync of file and directory).
   * With `ifAbsent`, resolves to false when an object of that key exists already, and changes nothing; of several that
   * try at once, only one gets true. A `store_unreachable` leaves open whether the object was written.
   */
  put(key: string, body: Uint8Array | BlobSource, options?: PutOptions): Promise<boolean>;
  /**
   * The object, or a range of it; null when it is proven absent. A range that reaches past the end gives what there is,
   * at or behind the end nothing: an empty buffer. It belongs to the caller, who may empty it.
   */
  get(key: string, options?: GetOptions): Promise<Buffer | null>;
  /** Size and time of an object; null when it is proven absent. */
  stat(key: string, options?: { signal?: AbortSignal }): Promise<BlobInfo | null>;
  /** Every object whose key begins with the prefix, in the order of their keys (byte by byte: `a-b a.b a/b a0`). */
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<BlobInfo>;
  /** Removes an object; one that is absent is no error. */
  delete(key: string, options?: { signal?: AbortSignal }): Promise<void>;
}

export interface GetOptions {
  /** In bytes. */
  range?: { offset: number; length: number };
  signal?: AbortSignal;
}

export interface PutOptions {
  ifAbsent?: boolean;
  /** A small object by which space is freed: a store may use for it what it keeps back on a full disk. */
  frees?: boolean;
  signal?: AbortSignal;
}

/**
 * A body that is too large for memory: its length is known, and it can be read again for a retry. When it breaks off,
 * or gives more or fewer bytes than announced, the put fails with that error and nothing is written.
 */
export interface BlobSource {
  readonly length: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface BlobInfo {
  key: string;
  bytes: number;
  modifiedAt: Date;
}
