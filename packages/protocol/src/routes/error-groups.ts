import type { ErrorCode } from '../errors.ts';

/** What every route below a session can answer. */
export const SESSION_ERRORS = [
  'invalid_session_name',
  'session_not_found',
  'profile_unreadable',
  'login_missing',
  'storage_failed',
] as const satisfies readonly ErrorCode[];

/** What a route that may start a browser can answer. */
export const START_ERRORS = [
  'session_unclaimed',
  'wrong_state',
  'login_mode_server',
  'login_damaged',
  'profile_in_use',
  'browser_too_old',
  'browser_missing',
  'browser_failed',
  'browser_not_gone',
  'web_version_missing',
  'web_version_damaged',
  'web_version_unsafe',
  'engine_failed',
  'timeout',
] as const satisfies readonly ErrorCode[];

/** What a route that looks into the vault can answer. */
export const VAULT_ERRORS = [
  'vault_missing',
  'vault_key_wrong',
  'vault_key_missing',
  'vault_changed',
  'vault_newer',
  'vault_locked',
  'vault_rolled_back',
  'store_denied',
  'store_damaged',
  'store_unreachable',
] as const satisfies readonly ErrorCode[];
