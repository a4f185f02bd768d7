import type { StructureReport } from '@leadmaster/capture';
import {
  account,
  captureMethod,
  carriedBounds,
  census,
  importedFrom,
  type Snapshot,
  type SnapshotDetail,
  type SnapshotKind,
} from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import { z } from 'zod';
import type { SnapshotRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import type { VaultKeeper } from './vault-keeper.ts';

/** What a snapshot's manifest says of it beside the files: small, since lists carry it along. */
const extraSchema = z.object({
  /** When the profile stood still: what the snapshot is a picture of. */
  frozenAt: z.iso.datetime(),
  reason: z.string(),
  method: captureMethod,
  pauseMs: z.number(),
  /** Copying, counting included; what the vault took is counted by itself. */
  captureMs: z.number(),
  chromium: z.string().nullable(),
  generation: z.number().int(),
  account: account.nullable(),
  /** How far the login had come, by the last change in each of its stores. Not in snapshots of earlier versions. */
  sequences: z.object({ indexedDb: z.number().int(), localStorage: z.number().int() }).optional(),
  /** The installation that took it, and what its machine was called. Not in snapshots of earlier versions. */
  writer: z.object({ id: z.string(), host: z.string() }).optional(),
  /** The number of the link that it was taken of, at the installation that took it; null where that is not known. Not in snapshots of earlier versions. */
  link: z.number().int().nullable().optional(),
  /** Where an imported one came from. */
  imported: importedFrom.optional(),
  /** What bounded the session; nothing in snapshots of earlier versions. */
  ...carriedBounds.shape,
});
export type SnapshotExtra = z.infer<typeof extraSchema>;

const findingsSchema = z.object({
  structure: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  census: z.object({ before: census.nullable(), after: census.nullable() }),
});
export type Findings = z.infer<typeof findingsSchema>;

/** The findings as the file has them. */
export function findingsText(structure: StructureReport, counted: Findings['census']): Buffer {
  return Buffer.from(`${JSON.stringify({ structure: structure.checks, census: counted } satisfies Findings)}\n`);
}

/** Reads a findings file; what another version or program has written says nothing. */
export function parseFindings(text: string): Findings | null {
  try {
    return findingsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What a snapshot holds; one that another program saved counts as essential. */
export function kindOf({ kind }: Pick<SnapshotInfo, 'kind'>): SnapshotKind {
  return kind === 'full' ? 'full' : 'essential';
}

/** What the manifest says; of a snapshot that another program saved, what can be known. */
export function extraOf(info: SnapshotInfo): SnapshotExtra {
  const parsed = extraSchema.safeParse(info.extra);
  if (parsed.success) return parsed.data;
  return {
    frozenAt: info.at,
    reason: 'unknown',
    method: 'none',
    pauseMs: 0,
    captureMs: 0,
    chromium: null,
    generation: 1,
    account: null,
  };
}

/** The same, with what this machine knows of it. */
export function describeKnown({ store, vault }: DescribeDeps, session: string, info: SnapshotInfo): Snapshot {
  const known = store.snapshots.list(session).find(({ id }) => id === info.id) ?? null;
  return describeSnapshot(session, info, known, vault.installation());
}

interface DescribeDeps {
  store: Pick<StateStore, 'snapshots'>;
  vault: Pick<VaultKeeper, 'installation'>;
}

/** A snapshot as the outside sees it. */
export function describeSnapshot(
  session: string,
  info: SnapshotInfo,
  known: SnapshotRow | null,
  installation: string,
): Snapshot {
  const extra = extraOf(info);
  const { writer } = extra;
  return {
    id: info.id,
    session,
    kind: kindOf(info),
    at: info.at,
    frozenAt: extra.frozenAt,
    bytes: info.bytes,
    files: info.files,
    newBytes: info.newBytes,
    storedBytes: info.storedBytes,
    pauseMs: extra.pauseMs,
    method: extra.method,
    durationMs: Math.round(extra.captureMs + info.durationMs),
    chromium: extra.chromium,
    generation: extra.generation,
    reason: extra.reason,
    account: extra.account,
    writtenBy: writer === undefined ? null : { ...writer, isHere: writer.id === installation },
    verifiedAt: known?.verifiedAt ?? null,
    verified: known?.verified ?? null,
  };
}

/** The same with its insides. */
export function describeDetail(
  snapshot: Snapshot,
  findings: Findings | null,
  entries: SnapshotDetail['entries'],
): SnapshotDetail {
  return {
    ...snapshot,
    structure: findings?.structure ?? [],
    census: findings?.census ?? { before: null, after: null },
    entries,
  };
}
