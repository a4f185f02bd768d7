import { readFileSync, statSync } from 'node:fs';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import {
  type Identity,
  identityOf,
  lstatOrNull,
  realFs,
  refuseChanged,
  secondWriters,
  vaultAtFact,
} from '@leadmaster/session-manager/installation';
import { isOfAnObject, storeUrl, type Vault, type VaultProblem } from '@leadmaster/vault';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';
import { keysIn, readKeyCopyNote } from '../key-copy.ts';
import type { SeenHeads } from '../machine.ts';
import { octal } from '../octal.ts';

/** What other checks report, or what does not affect a restore. */
const NO_DAMAGE: ReadonlySet<VaultProblem['kind']> = new Set(['stray', 'replayed', 'rolled_back']);

/** A far vault with many sessions takes a while, and the operator waits. */
const LOOK_MS = 60_000;

/** Whether snapshots can be written and read now. That there is no vault before the first start is as it should be. */
export async function checkVault(installation: Installation): Promise<Finding[]> {
  const url = storeUrl(installation.config.vault.location);
  const seen: SeenHeads = (vault, session) => installation.state?.vaultHead(vault, session) ?? null;
  let vault: Vault | undefined;
  try {
    vault = await installation.machine.tryVault(seen);
  } catch (error) {
    return cannotOpen(installation, url, error);
  }
  if (vault === undefined) return [];
  const changed = findChanged(installation, url, vault.id);
  return changed === null ? lookInto(vault, url, installation) : [changed];
}

/** What can be told without reading the snapshots: each key and its records, and whether the packs are there. */
async function lookInto(vault: Vault, url: string, { state }: Installation): Promise<Finding[]> {
  const call = { signal: AbortSignal.timeout(LOOK_MS) };
  const findings: Finding[] = [];
  for (const { kind, object, detail } of await vault.problems(call)) {
    // A session's own key is reported with the session.
    if (kind === 'damaged') continue;
    findings.push(found(kind === 'stray' ? 'warning' : 'problem', 'vault_object', object, { object, url, detail }));
  }
  const heard = state?.sessions.map(({ name }) => name) ?? [];
  const { names, unreadable } = await vault.survey(heard, call);
  for (const { name, owner, error } of unreadable) findings.push(unreadableSession(name ?? owner, error));
  for (const name of names) findings.push(...(await lookAt(vault, name, call)));
  return findings;
}

async function lookAt(vault: Vault, session: string, call: { signal: AbortSignal }): Promise<Finding[]> {
  try {
    const { snapshots, problems } = await vault.glance(session, call);
    const damaged = problems.filter(({ kind }) => !NO_DAMAGE.has(kind));
    const [first] = damaged;
    const about = { session, count: damaged.length, detail: first?.detail ?? '' };
    return [
      ...problems
        .filter(({ kind }) => kind === 'rolled_back')
        .map(({ detail }) => found('problem', 'vault_rolled_back', session, { session, detail })),
      ...(first === undefined ? [] : [found('problem', 'vault_session_damaged', session, about)]),
      ...problems
        .filter(({ kind }) => kind === 'stray')
        .map(({ object, detail }) => found('warning', 'vault_object', object, { object, url: session, detail })),
      ...secondWriters(session, snapshots).map(({ detail }) =>
        found('warning', 'second_writer', session, { session, detail }),
      ),
    ];
  } catch (error) {
    if (!isOfAnObject(error)) throw error;
    return [unreadableSession(session, error)];
  }
}

/** No snapshot of it can be taken until that is repaired. */
function unreadableSession(session: string, { code, message: detail, hint }: LeadMasterError): Finding {
  const id = code === 'vault_rolled_back' ? 'vault_rolled_back' : 'vault_session_unreadable';
  return found('problem', id, session, { session, detail, hint });
}

async function cannotOpen(installation: Installation, url: string, error: unknown): Promise<Finding[]> {
  const { code, hint } = error instanceof LeadMasterError ? error : { code: 'internal', hint: '' };
  // A key that is not there, or a file that holds none, is the next check's to tell.
  if (code === 'vault_key_missing') return [];
  if (code === 'vault_missing' && isKnown(installation, url)) return [found('problem', 'vault_missing', url, { url })];
  if (code === 'vault_missing') {
    const { recorded } = ownIdentity(installation, url);
    const about = { url, vaults: [...recorded].join(', '), path: installation.config.vault.keyFile };
    return recorded.size === 0 ? [] : [found('problem', 'vault_elsewhere', url, about)];
  }
  if (code === 'vault_key_wrong') return (await isKey(installation)) ? [unusable(installation, url, error)] : [];
  return [found('problem', 'vault_unreachable', url, { url, detail: errorText(error), hint })];
}

function unusable({ config }: Installation, url: string, error: unknown): Finding {
  return found('problem', 'vault_key_unusable', config.vault.keyFile, { url, detail: errorText(error) });
}

/** Whether the key file holds a key, if perhaps another vault's. */
async function isKey({ config }: Installation): Promise<boolean> {
  return keysIn(config.vault.keyFile).then(
    () => true,
    () => false,
  );
}

/** Whether another vault is there than the one that was. */
function findChanged(installation: Installation, url: string, vault: string): Finding | null {
  try {
    refuseChanged(ownIdentity(installation, url), url, vault);
    return null;
  } catch (error) {
    if (!(error instanceof LeadMasterError)) throw error;
    return found('problem', 'vault_changed', url, { detail: error.message });
  }
}

function ownIdentity({ config, paths, state }: Installation, url: string): Identity {
  const { keyFile } = config.vault;
  // A pipe would never end; the check of the key names it.
  const isFile = statSync(keyFile, { throwIfNoEntry: false })?.isFile() ?? false;
  const keyText = isFile ? readFileSync(keyFile, 'utf8') : null;
  return identityOf(state?.facts ?? { get: () => null }, paths, url, keyText);
}

/** Whether snapshots were ever kept there: only then is an empty place a loss. */
function isKnown({ state }: Installation, url: string): boolean {
  return state !== null && state.facts.get(vaultAtFact(url)) !== null;
}

/** Whether the key is there, private, and not the only one of its kind. */
export async function checkVaultKey(installation: Installation): Promise<Finding[]> {
  const { config, paths } = installation;
  const file = config.vault.keyFile;
  const url = storeUrl(config.vault.location);
  const stat = await lstatOrNull(realFs, file);
  if (stat === null)
    return isKnown(installation, url) ? [found('problem', 'vault_key_missing', file, { url, path: file })] : [];
  const findings: Finding[] = [];
  const mode = octal(stat.mode);
  if ((stat.mode & 0o077) !== 0)
    findings.push(found('problem', 'vault_key_open', file, { path: file, mode }, { fixable: true }));
  try {
    const [key] = await keysIn(file);
    const note = await readKeyCopyNote(paths);
    if (note?.key !== key.id) findings.push(found('warning', 'vault_key_not_copied', file, { path: file }));
  } catch (error) {
    findings.push(unusable(installation, url, error));
  }
  return findings;
}

/** Whether the snapshots would die with the disk of the profiles. */
export async function checkVaultDisk({ config, machine, paths, exists }: Installation): Promise<Finding[]> {
  const { location } = config.vault;
  if (!exists || location.kind !== 'folder' || machine.device(location.path) !== machine.device(paths.tokens))
    return [];
  return [found('warning', 'vault_same_disk', location.path, { path: location.path, tokens: paths.tokens })];
}
