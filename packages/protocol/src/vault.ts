import { z } from 'zod';
import { problem } from './problem.ts';
import { snapshotKind } from './snapshots.ts';

const count = z.number().int();

/** The vault of a session manager, and how it is used. Nothing here needs its key. */
export const vaultView = z.object({
  /** Where it is, without the passwords that the address may hold. */
  url: z.string(),
  keyFile: z.string(),
  /** Its id; null while it does not open. */
  id: z.string().nullable(),
  /** Why it does not open; null where it does. */
  problem: problem.nullable(),
  /** The name of this installation among the writers of vaults. */
  installation: z.string(),
  /** When every session is saved: a cron expression in local time; null = never by itself. */
  schedule: z.string().nullable(),
  afterLogin: z.boolean(),
  kind: snapshotKind,
  /** How many snapshots of a session are kept: the newest, and the newest of so many days, weeks and months. */
  keep: z.object({ last: count, daily: count, weekly: count, monthly: count }),
});
export type VaultView = z.infer<typeof vaultView>;
