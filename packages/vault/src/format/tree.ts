import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';

const common = {
  path: z.string(),
  mode: z.int().min(0).max(0o7777),
  mtimeMs: z.number(),
};
const chunkIdSchema = z.string().regex(/^[0-9a-f]{64}$/);

const fileEntry = z.object({
  ...common,
  kind: z.literal('file'),
  size: z.int().min(0),
  identity: z.string().optional(),
  chunks: z.array(chunkIdSchema),
  sum: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const directoryEntry = z.object({ ...common, kind: z.literal('directory') });
const symlinkEntry = z.object({ ...common, kind: z.literal('symlink'), target: z.string() });

export const treeEntry = z.discriminatedUnion('kind', [fileEntry, directoryEntry, symlinkEntry]);

/** A file, directory or symlink as a manifest keeps it. */
export type TreeEntry = z.infer<typeof treeEntry>;
export type FileEntry = z.infer<typeof fileEntry>;

/** The ids of the chunks that a tree needs, in its order; those that it needs twice, twice. */
export function chunksOf(entries: readonly TreeEntry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === 'file' ? entry.chunks : []));
}

const MAX_PATH = 4096;
const MAX_NAME = 255;

/**
 * Refuses a tree that cannot be, or that would lead out of the folder it is written to: every path is relative and
 * plain, comes once, and is in directories only, never behind a file or a symlink.
 */
export function checkTree(entries: readonly { path: string; kind: TreeEntry['kind'] }[]): void {
  const kinds = new Map<string, TreeEntry['kind']>();
  for (const { path, kind } of entries) {
    checkPath(path);
    if (kinds.has(path)) throw unsafe(path, 'it comes twice');
    kinds.set(path, kind);
  }
  for (const { path } of entries) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const kind = kinds.get(path.slice(0, cut));
      if (kind !== undefined && kind !== 'directory') throw unsafe(path, `it lies behind a ${kind}`);
    }
  }
}

/**
 * Refuses a link that could lead out of the folder that a tree is written to. `checkTree` alone is for trees of one's own, whose
 * links come back as they were.
 */
export function checkLinks(entries: readonly TreeEntry[]): void {
  for (const entry of entries) {
    if (entry.kind !== 'symlink') continue;
    const { path, target } = entry;
    const leadsOut = target === '' || target.startsWith('/') || target.split('/').includes('..');
    if (leadsOut) throw unsafe(path, `it is a link to ${JSON.stringify(target.slice(0, 200))}`);
  }
}

export function checkPath(path: string): void {
  if (path.length === 0 || path.length > MAX_PATH) throw unsafe(path, 'it is empty or too long');
  if (path.includes('\0') || !path.isWellFormed()) throw unsafe(path, 'it is not plain text');
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') throw unsafe(path, 'it is not a plain relative path');
    if (Buffer.byteLength(name) > MAX_NAME) throw unsafe(path, 'a name in it is too long');
  }
}

function unsafe(path: string, what: string): LeadMasterError {
  return new LeadMasterError(
    'snapshot_unsafe',
    `The path ${JSON.stringify(path.slice(0, 200))} is not taken: ${what}.`,
    'Paths in a snapshot are relative, like "Default/Preferences", and are in directories.',
  );
}
