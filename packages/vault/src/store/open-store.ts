import type { BlobStore } from './blob-store.ts';
import { FolderStore } from './folder-store.ts';
import { type RetryOptions, RetryStore } from './retry-store.ts';
import type { S3StoreOptions } from './s3-store.ts';
import { parseStoreUrl } from './store-url.ts';
import { type Throttle, ThrottleStore } from './throttle-store.ts';

export interface OpenStoreOptions {
  /** What a relative folder is relative to. */
  base: string;
  /** Makes a folder that is not there; else its absence is an error. */
  create?: boolean;
  throttle?: Throttle;
  retry?: RetryOptions;
  /** For S3; the default chain of the AWS tools when not given. */
  credentials?: NonNullable<S3StoreOptions['credentials']>;
}

/** The store that a `VAULT_URL` names: tried again when unreachable, every try within the machine's rates. */
export async function openStore(url: string, options: OpenStoreOptions): Promise<BlobStore> {
  const store = await openPlain(url, options);
  const throttled = options.throttle === undefined ? store : new ThrottleStore(store, options.throttle);
  return new RetryStore(throttled, options.retry);
}

async function openPlain(url: string, { base, create = false, credentials }: OpenStoreOptions): Promise<BlobStore> {
  const location = parseStoreUrl(url, base);
  if (location.kind === 'folder') return new FolderStore(location.path, { create });
  // Its client takes a third of a second to load: only who keeps a vault there waits for it.
  const { S3Store } = await import('./s3-store.ts');
  return new S3Store({
    bucket: location.bucket,
    prefix: location.prefix,
    ...(location.endpoint === null ? {} : { endpoint: location.endpoint }),
    ...(location.region === null ? {} : { region: location.region }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}
