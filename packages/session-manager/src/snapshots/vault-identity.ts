import { appendFileSync, readFileSync } from 'node:fs';
import { LeadMasterError } from '@leadmaster/protocol';
import { parseMasterKeys, vaultLine, vaultsIn } from '@leadmaster/vault';
import { z } from 'zod';
import { writeAtomically } from '../profile/atomic-file.ts';
import { realFs } from '../profile/files.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { StateStore } from '../state/state-store.ts';

/**
 * Which vault is ours. The data folder knows the vault at each address, and the key file names the vaults that its key has
 * opened: it goes where the data folder does not, to another machine. A place that is empty, or holds another vault, is
 * then known for what it is: a disk that is not mounted, or one that came back over what was begun in its place.
 */
export interface Identity {
  /** The vault that was at this address; null before the first. */
  known: string | null;
  /** The vaults that the key has opened, here or elsewhere. */
  recorded: ReadonlySet<string>;
  /** The vault that the operator has accepted at this address. */
  accepted: string | null;
}

const acceptedSchema = z.object({ url: z.string(), vault: z.string().regex(/^[0-9a-f]{32}$/) });

/** What is known of the vault at an address before it is opened. `keyText`: null where there is no key yet. */
export function identityOf(
  facts: Pick<StateStore['facts'], 'get'>,
  paths: Pick<DataPaths, 'vaultAccepted'>,
  url: string,
  keyText: string | null,
): Identity {
  const noted = keyText === null ? '' : (facts.get(ofKey(keyText)) ?? '');
  const recorded = new Set([...(keyText === null ? [] : vaultsIn(keyText)), ...vaultsIn(noted)]);
  return { known: facts.get(vaultAtFact(url)), recorded, accepted: readAccepted(paths, url) };
}

/** Whether a vault may be made: nothing says that there was one, here or for this key. */
export function isFirst({ known, recorded, accepted }: Identity): boolean {
  return known === null && recorded.size === 0 && accepted === null;
}

/** @throws LeadMasterError `vault_changed` where it is not the vault that it was, and that is not accepted. */
export function refuseChanged({ known, recorded, accepted }: Identity, url: string, found: string): void {
  if (found === accepted || found === known) return;
  if (known === null && (recorded.size === 0 || recorded.has(found))) return;
  const before = known ?? [...recorded].join(', ');
  throw new LeadMasterError(
    'vault_changed',
    `The vault at ${url} is ${found}, and ${known === null ? 'the key belongs to' : 'it was'} ${before}`,
    'Sessions run on; no snapshot is taken or read. If its disk is not mounted, or another is: put that right. If this vault is meant from now on: "./leadmaster vault accept".',
    { extra: { vault: found, before } },
  );
}

/**
 * Remembers the vault that was opened: in the data folder, and in the key file where it can be written to. Where it
 * cannot (another's file, a read-only mount), the data folder remembers that as well; it is never an error.
 */
export function remember(
  facts: StateStore['facts'],
  { known, recorded }: Identity,
  { url, vault, keyFile, keyText }: { url: string; vault: string; keyFile: string; keyText: string },
): void {
  if (known !== vault) facts.set(vaultAtFact(url), vault);
  if (recorded.has(vault) || recordInKeyFile(keyFile, keyText, vault)) return;
  const name = ofKey(keyText);
  facts.set(name, `${facts.get(name) ?? ''}${vaultLine(vault)}`);
}

/** Appends the vault's line to its key file; false where that is not possible. What a crash leaves of it is a comment. */
export function recordInKeyFile(keyFile: string, keyText: string, vault: string): boolean {
  try {
    appendFileSync(keyFile, `${keyText.endsWith('\n') ? '' : '\n'}${vaultLine(vault)}`, { flag: 'a', flush: true });
    return true;
  } catch {
    return false;
  }
}

/** Notes that the operator accepts the vault at an address; the service finds it when it next opens it. */
export async function acceptVault(paths: Pick<DataPaths, 'vaultAccepted'>, url: string, vault: string): Promise<void> {
  await writeAtomically(realFs, paths.vaultAccepted, `${JSON.stringify({ url, vault })}\n`);
}

/** What was accepted at an address; null when nothing was, or nothing that can be read: then it is asked for again. */
function readAccepted({ vaultAccepted }: Pick<DataPaths, 'vaultAccepted'>, url: string): string | null {
  try {
    const accepted = acceptedSchema.parse(JSON.parse(readFileSync(vaultAccepted, 'utf8')));
    return accepted.url === url ? accepted.vault : null;
  } catch {
    return null;
  }
}

/** Under which name it is remembered which vault was at an address. */
export function vaultAtFact(url: string): string {
  return `vault at ${url}`;
}

/** By the key's public name, which says nothing about it. */
function ofKey(keyText: string): string {
  return `vaults of key ${parseMasterKeys(keyText)[0]?.id ?? ''}`;
}
