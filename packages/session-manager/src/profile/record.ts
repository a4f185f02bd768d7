import { dirname, join } from 'node:path';
import { account, carriedBounds, LeadMasterError, sessionName } from '@leadmaster/protocol';
import { z } from 'zod';
import { isTemporaryName, writeAtomically } from './atomic-file.ts';
import { FINDINGS_FILE, isExtracted } from './extracted.ts';
import { namesOrNull, type ProfileFs, textOrNull, writeFailed } from './files.ts';
import type { ProfileRecord } from './profile-store.ts';

const time = z.iso.datetime();

/** Loose: a field that a newer version added survives a rewrite by this one. */
const recordSchema = z.looseObject({
  schema: z.literal(1),
  session: sessionName,
  generation: z.number().int().positive(),
  engine: z.string().min(1),
  chromiumVersion: z.string().nullable(),
  createdAt: time,
  origin: z.enum(['created', 'adopted']).default('created'),
  committedAt: time.nullable(),
  account: account.nullable(),
  originRetired: z.boolean().default(true),
  adoptedFrom: z.string().optional(),
  sourceGone: z.boolean().optional(),
  unfinished: z.array(z.string()).optional(),
  databases: z.object({ numbers: z.record(z.string(), z.number()), at: time, mayBeHigher: z.boolean() }).optional(),
  mark: z.string().optional(),
  ...carriedBounds.shape,
});

/**
 * The record at a path; null when it is proven absent. In a folder that was written out of a snapshot, the origin is not retired:
 * what the record says of that was true of the session, and does not apply to this copy.
 *
 * @throws LeadMasterError `profile_unreadable` when it is there and cannot be read, parsed, or names another session.
 */
export async function readRecordFile(fs: ProfileFs, path: string, session: string): Promise<ProfileRecord | null> {
  const text = await textOrNull(fs, path);
  if (text === null) return null;
  const record = parseRecord(text, path, session);
  return (await isExtracted(fs, dirname(path))) ? { ...record, originRetired: false } : record;
}

/** @throws LeadMasterError `profile_unreadable`, saying what is wrong and that the login itself is untouched. */
export function parseRecord(text: string, path: string, session: string): ProfileRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw broken(path, `is not JSON (${(error as Error).message})`, error);
  }
  const schema = (json as { schema?: unknown } | null)?.schema;
  if (typeof schema === 'number' && schema > 1) {
    throw new LeadMasterError(
      'profile_unreadable',
      `${path} was written by a newer LeadMaster (record schema ${schema})`,
      'Run the newer version on this data folder; an older one could harm the login.',
    );
  }
  const parsed = recordSchema.safeParse(json);
  if (!parsed.success) throw broken(path, `is not a profile record: ${z.prettifyError(parsed.error)}`, parsed.error);
  if (parsed.data.session !== session) {
    throw new LeadMasterError(
      'profile_unreadable',
      `${path} belongs to the session "${parsed.data.session}", not to "${session}"`,
      `The folder was renamed or copied. Two copies of a login must never both run: if it was renamed and no other copy runs, rename it back; if it is a copy, move it out of tokens/.`,
    );
  }
  return parsed.data;
}

function broken(path: string, what: string, cause: unknown): LeadMasterError {
  return new LeadMasterError(
    'profile_unreadable',
    `${path} ${what}`,
    'The login beside it is untouched. Put the record back from a backup; or move this one file away, and adopt the profile in place.',
    { cause },
  );
}

/**
 * Writes a record, having removed what a process left that died while it wrote one. One at a time for each profile.
 *
 * @throws LeadMasterError `storage_failed`, `profile_unreadable`; the record before is then untouched.
 */
export async function writeRecordFile(fs: ProfileFs, path: string, record: ProfileRecord): Promise<void> {
  refuseBroken(path, record);
  const folder = dirname(path);
  const names = (await namesOrNull(fs, folder)) ?? [];
  for (const name of names) if (isTemporaryName(name)) await removeFile(fs, join(folder, name));
  await writeAtomically(fs, path, `${JSON.stringify(record, null, 2)}\n`);
  // What it tells is in the record from now on.
  if (names.includes(FINDINGS_FILE)) await removeFile(fs, join(folder, FINDINGS_FILE));
}

/** A record that could not be read again would keep its session from starting for good. */
function refuseBroken(path: string, record: ProfileRecord): void {
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return;
  throw new LeadMasterError(
    'internal',
    `${path} was to be written with what is no profile record: ${z.prettifyError(parsed.error)}`,
    'The record before it stays. The page of WhatsApp Web may say things otherwise than it did.',
  );
}

async function removeFile(fs: ProfileFs, path: string): Promise<void> {
  try {
    await fs.rm(path, { force: true });
  } catch (error) {
    throw writeFailed(path, error);
  }
}
