import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type BlobStore, masterKey, openVault, type SourceEntry, type Vault, type VaultOptions } from '../src/index.ts';

export const MASTER = masterKey(Buffer.alloc(32, 7));
export const SESSION = 'admin';

export function vaultIn(store: BlobStore, options: Partial<VaultOptions> = {}): Promise<Vault> {
  return openVault({ store, masterKeys: [MASTER], create: true, owner: 'test', ...options });
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'leadmaster-vault-'));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A file for a source; its identity is its content unless said otherwise. */
export function file(path: string, content: Buffer | string, identity?: string | null): SourceEntry {
  const bytes = Buffer.from(content);
  const own = identity === undefined ? `${bytes.length}:${bytes.toString('hex', 0, 64)}` : identity;
  return {
    kind: 'file',
    path,
    mode: 0o600,
    mtimeMs: 1_700_000_000_000,
    size: bytes.length,
    identity: own,
    open: () => bytes,
  };
}

/** Counts which files are opened. */
export function counted(entries: readonly SourceEntry[]): { source: SourceEntry[]; opened: string[] } {
  const opened: string[] = [];
  const source = entries.map((entry): SourceEntry => {
    if (entry.kind !== 'file') return entry;
    const open = () => {
      opened.push(entry.path);
      return entry.open();
    };
    return { ...entry, open };
  });
  return { source, opened };
}

/** Every file of a folder with its content; folders and symlinks with what they are. */
export async function contents(folder: string, base = ''): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await fs.readdir(join(folder, base), { withFileTypes: true })) {
    const path = base === '' ? entry.name : `${base}/${entry.name}`;
    const full = join(folder, path);
    if (entry.isDirectory()) {
      found.set(path, 'directory');
      for (const [inner, what] of await contents(folder, path)) found.set(inner, what);
    } else if (entry.isSymbolicLink()) found.set(path, `-> ${await fs.readlink(full)}`);
    else found.set(path, (await fs.readFile(full)).toString('base64'));
  }
  return found;
}

/** What `contents` says of a restored snapshot, without keeping the files. */
export async function restored(vault: Vault, id: string, session = SESSION): Promise<Map<string, string>> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'leadmaster-vault-'));
  try {
    await vault.restore(session, id, join(folder, 'files'));
    return await contents(join(folder, 'files'));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** What `contents` would say of a source. */
export function expected(entries: readonly SourceEntry[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries) {
    for (let cut = entry.path.indexOf('/'); cut > 0; cut = entry.path.indexOf('/', cut + 1)) {
      found.set(entry.path.slice(0, cut), 'directory');
    }
    if (entry.kind === 'directory') found.set(entry.path, 'directory');
    else if (entry.kind === 'symlink') found.set(entry.path, `-> ${entry.target}`);
    else found.set(entry.path, (entry.open() as Buffer).toString('base64'));
  }
  return found;
}

export function sorted(map: Map<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Every object of a store. */
export async function objects(store: BlobStore): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { key } of store.list('')) {
    const bytes = await store.get(key);
    if (bytes !== null) found.set(key, bytes);
  }
  return found;
}

export { randomBytes };
