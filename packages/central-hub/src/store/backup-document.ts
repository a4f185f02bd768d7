import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';

/** The tables of a backup, parents before their children. Copies of sessions, events and work under way are the machines' to tell again. */
export const BACKED_UP = [
  ...(['facts', 'counters', 'tenants', 'keys', 'machines', 'homes', 'untold_sessions'] as const),
  ...(['onboarding_links', 'audit', 'audit_marks'] as const),
];
export type BackedUp = (typeof BACKED_UP)[number];

/** A field of a row; bytes as base64. */
const field = z.union([z.string(), z.number(), z.null(), z.strictObject({ bytes: z.base64() })]);
const rows = z.array(z.record(z.string(), field));
type Field = z.infer<typeof field>;

/**
 * All that comes back of a hub, as JSON. The vault seals it: the secret is in it in clear, since neither the tokens of machines nor
 * the audit are of use without.
 */
const backupDocument = z.strictObject({
  form: z.literal('leadmaster-hub/1'),
  hub: z.string(),
  number: z.number().int().positive(),
  at: z.iso.datetime(),
  /** The step of the schema that the rows are of. */
  schema: z.number().int(),
  secret: z.string(),
  /** The machine of the hub's own process; null where it had none. */
  local: z.string().nullable(),
  /** The number of its newest event. */
  newestEvent: z.number().int(),
  tables: z.record(z.enum(BACKED_UP), rows),
});
export type BackupDocument = z.infer<typeof backupDocument>;

/** @throws LeadMasterError `vault_newer`, `store_damaged` where it is no document that is known here. */
export function readDocument(bytes: Buffer): BackupDocument {
  const read = backupDocument.safeParse(parsed(bytes));
  if (read.success) return read.data;
  throw new LeadMasterError(
    'store_damaged',
    'The backup of the hub is not of a form that this version knows.',
    'Use the version of LeadMaster that wrote it, or a newer one.',
    { cause: read.error },
  );
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const hint = 'Bring the document back from a copy of the vault.';
    throw new LeadMasterError('store_damaged', 'The backup of the hub is no JSON.', hint, { cause });
  }
}

/** A row as a document has it. */
export function packed(row: object): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? { bytes: value.toString('base64') } : (value as Field),
    ]),
  );
}

/** A row of a document as a database takes it. */
export function unpacked(row: Record<string, Field>): Record<string, string | number | Buffer | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? Buffer.from(value.bytes, 'base64') : value,
    ]),
  );
}
