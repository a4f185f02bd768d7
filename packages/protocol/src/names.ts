import { z } from 'zod';

/** A session's name is also its folder's name under `tokens/`: one rule, no slugging, so two names can never meet in one folder. */
export const SESSION_NAME_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const SESSION_NAME_RULE =
  'a session name is 1 to 63 characters: lower-case letters, digits, "_" and "-", beginning with a letter or digit';

export const sessionName = z.string().regex(SESSION_NAME_PATTERN, SESSION_NAME_RULE);

export const snapshotId = z.string().regex(/^[\w-]{1,128}$/, 'the id of a snapshot');

/** A hub's id, chosen by the hub. */
export const hubId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'a hub id is 1 to 63 characters: lower-case letters, digits, "_" and "-", beginning with a letter or digit',
  );

/** Whether a text may name a session. */
export function isSessionName(text: string): boolean {
  return SESSION_NAME_PATTERN.test(text);
}
