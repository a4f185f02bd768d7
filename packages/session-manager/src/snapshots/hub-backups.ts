import type { HubBackup, SavedHubBackup } from '@leadmaster/protocol';
import type { VaultKeeper } from './vault-keeper.ts';

interface Call {
  signal?: AbortSignal;
}

/** A document of a hub: what it holds is the hub's alone. */
export interface HubDocument {
  hub: string;
  number: number;
  document: Buffer;
}

/** What hubs keep in the vault of this machine. */
export class HubBackups {
  readonly #vault: Pick<VaultKeeper, 'open'>;

  constructor(vault: Pick<VaultKeeper, 'open'>) {
    this.#vault = vault;
  }

  /** Durable when it resolves. @throws LeadMasterError as the vault does. */
  async save(document: HubDocument, call: Call = {}): Promise<SavedHubBackup> {
    return (await this.#vault.open()).hubs.save(document, call);
  }

  /** The newest of each hub. */
  async list(call: Call = {}): Promise<HubBackup[]> {
    const found = await (await this.#vault.open()).hubs.list(call);
    return found.map(({ savedAt, ...one }) => ({ ...one, savedAt: savedAt.toISOString() }));
  }

  /** The newest of a hub, opened; null where the vault has none. @throws LeadMasterError `store_damaged` ... */
  async newest(hub: string, call: Call = {}): Promise<{ number: number; document: Buffer } | null> {
    return (await this.#vault.open()).hubs.newest(hub, call);
  }
}
