/**
 * Where a vault's objects lie. Keys are `/`-separated paths of `[a-z0-9._-]`; values are opaque bytes.
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
   * With `ifAbsent`, resolves to false when an object of that key exists already, and changes nothing.
   */
  put(
    key: string,
    body: Uint8Array | BlobSource,
    options?: { ifAbsent?: boolean; signal?: AbortSignal },
  ): Promise<boolean>;
  /** The object, or a range of it; null when it is proven absent. */
  get(
    key: string,
    options?: { range?: { offset: number; length: number }; signal?: AbortSignal },
  ): Promise<Buffer | null>;
  /** Size and time of an object; null when it is proven absent. */
  stat(key: string, options?: { signal?: AbortSignal }): Promise<BlobInfo | null>;
  /** Every object whose key begins with the prefix, in the order of their keys. */
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<BlobInfo>;
  /** Removes an object; one that is absent is no error. */
  delete(key: string, options?: { signal?: AbortSignal }): Promise<void>;
}

/** A body that is too large for memory: its length is known, and it can be read again for a retry. */
export interface BlobSource {
  readonly length: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface BlobInfo {
  key: string;
  bytes: number;
  modifiedAt: Date;
}
