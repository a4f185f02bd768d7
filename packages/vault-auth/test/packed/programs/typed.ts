import { type Capture, captureProfile } from '@leadmaster/capture';
import { classify, type StorageClass } from '@leadmaster/capture/classify';
import { Client } from '@leadmaster/client';
import { type ErrorCode, LeadMasterError } from '@leadmaster/protocol';
import { MemoryStore, openVault, type SnapshotInfo, type Vault } from '@leadmaster/vault';
import { VaultAuth, type VaultAuthEvent } from '@leadmaster/vault-auth';
import type { AuthStrategy } from 'whatsapp-web.js';

export const told: VaultAuthEvent['type'][] = [];
export const auth: AuthStrategy = new VaultAuth({
  clientId: 'bot',
  vault: { url: 'file:/vault', keyFile: '/vault.key' },
  onEvent: (event) => told.push(event.type),
});
export const level: StorageClass = classify('Default/Preferences').class;
export const codeOf = (error: unknown): ErrorCode | null => (error instanceof LeadMasterError ? error.code : null);

export async function add(client: Client): Promise<string> {
  const { name } = await client.call('createSession', { body: { name: 'bot' } });
  return name;
}

export async function save(profileDir: string, stagingDir: string): Promise<SnapshotInfo> {
  const vault: Vault = await openVault({ store: new MemoryStore(), masterKeys: [], create: true, owner: 'me' });
  const capture: Capture = await captureProfile({ profileDir, stagingDir, kind: 'full', browser: null });
  return vault.save('bot', capture.entries, { kind: 'full' });
}

// @ts-expect-error Types are there, and hold: a kind is one of two words.
void captureProfile({ profileDir: '', stagingDir: '', kind: 'half', browser: null });
// @ts-expect-error So are options.
new VaultAuth({ clientId: 'bot' });
// @ts-expect-error And the ids of routes.
void new Client({ url: 'http://127.0.0.1:9', key: () => null }).call('noSuchRoute');
