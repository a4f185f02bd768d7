import { LeadMasterError } from '@leadmaster/protocol';
import {
  openStore,
  openVault,
  parseMasterKeys,
  readKeyText,
  repairVault,
  storeUrl,
  traceOfVault,
  vaultsIn,
} from '@leadmaster/vault';
import type { Config } from './config/config.ts';
import { refuseRootBesideUser } from './profile/owner.ts';
import { dataPaths } from './profile/paths.ts';
import { acceptVault, recordInKeyFile } from './snapshots/vault-identity.ts';

/** The vault at the address of the settings, after the operator has accepted it. */
export interface AcceptedVault {
  url: string;
  vault: string;
}

/** What opens there with the key, without changing anything: to be shown before it is accepted. */
export async function vaultThere(config: Config, signal: AbortSignal): Promise<AcceptedVault & { sessions: string[] }> {
  const { url, vault } = await openAt(config, false, signal);
  return { url, vault: vault.id, sessions: (await vault.survey([], { signal })).names };
}

/**
 * Takes the vault at the address for ours from now on. Works beside a running service, which finds it at the next
 * snapshot.
 *
 * @throws LeadMasterError `forbidden` for root beside a service that runs as another user.
 */
export async function acceptThere(config: Config, signal: AbortSignal): Promise<AcceptedVault> {
  refuseRootBesideUser(dataPaths(config.dataDir));
  const { url, vault } = await openAt(config, false, signal);
  await acceptVault(dataPaths(config.dataDir), url, vault.id);
  return { url, vault: vault.id };
}

/**
 * Makes a new, empty vault where there is none, though the key belongs to another one.
 *
 * @throws LeadMasterError `wrong_state` where there is a vault, `forbidden` for root beside a service that runs as another
 * user.
 */
export async function createVaultThere(config: Config, signal: AbortSignal): Promise<AcceptedVault> {
  refuseRootBesideUser(dataPaths(config.dataDir));
  const { url, vault, keyText } = await openAt(config, true, signal);
  if (!vaultsIn(keyText).has(vault.id)) recordInKeyFile(config.vault.keyFile, keyText, vault.id);
  await acceptVault(dataPaths(config.dataDir), url, vault.id);
  return { url, vault: vault.id };
}

/**
 * Writes the header of the vault at the address again where it was lost or damaged.
 *
 * @throws LeadMasterError `forbidden` for root beside a service that runs as another user; and what `repairVault` throws.
 */
export async function repairThere(config: Config, signal: AbortSignal): ReturnType<typeof repairVault> {
  refuseRootBesideUser(dataPaths(config.dataDir));
  const { url, keyText } = await keyFor(config);
  const store = await openStore(url, { base: config.dataDir });
  return repairVault(store, parseMasterKeys(keyText), signal);
}

async function keyFor({ vault: { location, keyFile } }: Config): Promise<{ url: string; keyText: string }> {
  const keyText = await readKeyText(keyFile, 'Put the key there, or say where it is by VAULT_KEY_FILE.');
  return { url: storeUrl(location), keyText };
}

async function openAt(config: Config, create: boolean, signal: AbortSignal) {
  const { url, keyText } = await keyFor(config);
  const masterKeys = parseMasterKeys(keyText);
  const store = await openStore(url, { base: config.dataDir, create });
  if (create) await refuseTaken(store, url, signal);
  return { url, keyText, vault: await openVault({ store, masterKeys, create, signal }) };
}

async function refuseTaken(
  store: Awaited<ReturnType<typeof openStore>>,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const trace = await traceOfVault(store, signal);
  if (trace === null) return;
  const hint = 'If it is the one that is meant: "./leadmaster vault accept". Else set VAULT_URL to an empty place.';
  throw new LeadMasterError('wrong_state', `There is a vault at ${url} already (${trace})`, hint);
}
