import { errorText, LeadMasterError, redact, type VaultView } from '@leadmaster/protocol';
import { withSignal } from '@leadmaster/service-kit/wait';
import { storeUrl } from '@leadmaster/vault';
import type { Config } from '../config/config.ts';
import type { VaultKeeper } from './vault-keeper.ts';

/** How long the answer waits for a vault that says nothing. */
const LOOK_MS = 10_000;

export interface VaultViewDeps {
  config: Pick<Config, 'vault' | 'snapshots'>;
  vault: Pick<VaultKeeper, 'peek' | 'installation'>;
}

/** How the vault is used here, and whether it opens now. The look makes nothing and remembers nothing. */
export async function viewVault({ config, vault }: VaultViewDeps, caller: AbortSignal): Promise<VaultView> {
  const { schedule, afterLogin, kind, keep } = config.snapshots;
  const found = await look(vault, caller);
  return {
    url: redact(storeUrl(config.vault.location)),
    keyFile: config.vault.keyFile,
    ...found,
    installation: vault.installation(),
    ...{ schedule, afterLogin, kind, keep },
  };
}

/** A caller that has hung up ends the look; a vault that fails, or stays silent, is an answer. */
async function look(vault: VaultViewDeps['vault'], caller: AbortSignal): Promise<Pick<VaultView, 'id' | 'problem'>> {
  const deadline = AbortSignal.timeout(LOOK_MS);
  const signal = AbortSignal.any([caller, deadline]);
  try {
    // Some stores do not heed a signal in every step.
    const opened = await withSignal(vault.peek(signal), signal);
    return opened === null ? { id: null, problem: notYet().toProblem() } : { id: opened.id, problem: null };
  } catch (error) {
    caller.throwIfAborted();
    const told = deadline.aborted ? silent() : error;
    return { id: null, problem: problemOf(told) };
  }
}

function problemOf(error: unknown): VaultView['problem'] {
  if (error instanceof LeadMasterError) return error.toProblem();
  return new LeadMasterError('internal', errorText(error), 'The log of the service says more.').toProblem();
}

function notYet(): LeadMasterError {
  return new LeadMasterError(
    'vault_missing',
    'There is no vault yet',
    'It is made with the first snapshot: "./leadmaster snapshot create NAME".',
  );
}

function silent(): LeadMasterError {
  return new LeadMasterError(
    'store_unreachable',
    `The vault did not answer within ${LOOK_MS / 1000} s`,
    'Sessions run on. Look at the network, or at the disk that VAULT_URL names.',
  );
}
