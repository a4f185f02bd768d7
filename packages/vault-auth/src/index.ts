export type { VaultAuthEvent } from './events.ts';
export type { VaultAuthOptions } from './options.ts';
export { VaultAuth } from './vault-auth.ts';
export type { VaultPlace } from './vault-place.ts';
