import { LeadMasterError } from '@leadmaster/protocol';
import type { VaultProblem } from './problems.ts';

const COPY = 'Verify the vault; restore an undamaged snapshot, or bring the object back from a copy of the vault.';
const COPY_FILE =
  'Nothing was changed. Copy the file again from where it was exported; if it is not whole there either, export the session again.';

/** `VAULT_OBJECT` of `names.ts`, which imports this. */
const HEADER_OBJECT = 'vault';
const HEADER =
  'Write it again, as the keys in the vault prove it: ./leadmaster vault repair (repairVault() in a program).';

/** What an exported file is called in errors: its bytes are read like an object's, and damage to it is none to the vault. */
export const EXPORT = 'the export';

/** An object that is not what this vault wrote under that name. */
export function damagedObject(object: string, what: string, cause?: unknown): LeadMasterError {
  const hint = object === EXPORT ? COPY_FILE : object === HEADER_OBJECT ? HEADER : COPY;
  return new LeadMasterError('store_damaged', `${object} is damaged: ${what}.`, hint, { cause, extra: { object } });
}

/** A snapshot that cannot be had whole. */
export function damagedSnapshot(snapshot: string, what: string, objects: readonly string[]): LeadMasterError {
  const detail = `Snapshot ${snapshot} is damaged: ${what}.`;
  return new LeadMasterError('snapshot_damaged', detail, COPY, { extra: { snapshot, objects } });
}

export function newerFormat(object: string, version: number): LeadMasterError {
  return new LeadMasterError(
    'vault_newer',
    `${object} has format version ${version}; this version of LeadMaster reads version 1.`,
    'Use the version of LeadMaster that wrote it, or a newer one.',
    { extra: { object } },
  );
}

export function snapshotNotFound(session: string, id: string): LeadMasterError {
  return new LeadMasterError(
    'snapshot_not_found',
    `The vault has no snapshot ${id} of session ${session}.`,
    'List the snapshots of the session to see their ids.',
  );
}

export function sessionNotFound(session: string): LeadMasterError {
  return new LeadMasterError(
    'session_not_found',
    `The vault holds nothing of session ${session}.`,
    'List the sessions of the vault; one whose key was destroyed is gone for good.',
  );
}

/** A session that was in the vault earlier and whose key is missing. */
export function lostKey(session: string, seen: { sequence: number; id: string }, object: string): LeadMasterError {
  return new LeadMasterError(
    'vault_rolled_back',
    `The key of session ${session} is gone from the vault: its record ${seen.sequence} (${seen.id}) was seen before, and nothing of it can be read without ${object}.`,
    `Bring ${object} back from a copy of the vault. No new key is made in its place. If the session was given up on purpose, or an older copy of the vault was put back, confirm it: "./leadmaster vault accept ${session}".`,
    { extra: { object } },
  );
}

export function locked(detail: string): LeadMasterError {
  return new LeadMasterError('vault_locked', detail, 'Nothing was lost or half written: try again later.');
}

const OF_AN_OBJECT = new Set<string>(['store_damaged', 'snapshot_damaged', 'vault_key_wrong', 'vault_newer']);

/** Whether an error says of one object that it cannot be read, which says nothing of what other sessions have. */
export function isOfAnObject(error: unknown): error is LeadMasterError {
  return error instanceof LeadMasterError && OF_AN_OBJECT.has(error.code);
}

/** Such an error, as something that the operator must know. */
export function problemOf({ message, extra }: LeadMasterError): VaultProblem {
  const object = typeof extra.object === 'string' ? extra.object : 'vault';
  return { kind: 'damaged', object, detail: message };
}

/** Whether an error says that bytes are not what was written, and not that they could not be had. */
export function isDamage(error: unknown): error is LeadMasterError {
  return error instanceof LeadMasterError && (error.code === 'store_damaged' || error.code === 'snapshot_damaged');
}
