import { ERRORS, type ErrorCode, problem } from '@leadmaster/protocol';
import { z } from 'zod';

/** The error body, with the list of wrong fields that a refused request brings. */
export const problemBody = problem.extend({
  errors: z.array(z.object({ in: z.string(), path: z.string(), message: z.string() })).optional(),
});

/** One documented answer. */
export interface Response {
  description: string;
  content: Record<string, { schema: z.ZodType }>;
}

/** What every route that needs a key can answer. */
const ALWAYS: readonly ErrorCode[] = ['invalid_request', 'unauthorized', 'internal', 'shutting_down'];

/** What every route below a session can answer besides. */
export const SESSION_ERRORS: readonly ErrorCode[] = [
  'invalid_session_name',
  'session_not_found',
  'profile_unreadable',
  'login_missing',
  'storage_failed',
];

/** What a route that may start a browser can answer besides. */
export const START_ERRORS: readonly ErrorCode[] = [
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
];

/** What a route that looks into the vault can answer besides. */
export const VAULT_ERRORS: readonly ErrorCode[] = [
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
];

/** What a route that reads a body can answer besides. */
export const BODY_ERRORS: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type'];

/** A good answer in JSON. */
export function json(description: string, schema: z.ZodType): Response {
  return { description, content: { 'application/json': { schema } } };
}

/** A good answer without a body. */
export function nothing(description: string): z.ZodType {
  return z.undefined().describe(description);
}

/** The error answers of a route: one per status, naming the codes that come with it. */
export function problems(codes: readonly ErrorCode[], always: readonly ErrorCode[] = ALWAYS): Record<string, Response> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set([...always, ...codes])) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, those]) => [
        String(status),
        {
          description: those.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
          content: { 'application/problem+json': { schema: problemBody } },
        },
      ]),
  );
}
