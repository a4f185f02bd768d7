export type { VaultAuthEvent } from './events.ts';
export { VaultAuth, type VaultAuthOptions } from './vault-auth.ts';
