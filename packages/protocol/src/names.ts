import { z } from 'zod';
import { SESSION_NAME_PATTERN, SESSION_NAME_RULE, TENANT_NAME_PATTERN, TENANT_NAME_RULE } from './name-rules.ts';

export const sessionName = z.string().regex(SESSION_NAME_PATTERN, SESSION_NAME_RULE);

export const tenantName = z.string().regex(TENANT_NAME_PATTERN, TENANT_NAME_RULE);

export const snapshotId = z.string().regex(/^[\w-]{1,128}$/, 'the id of a snapshot');

/** A hub's id, chosen by the hub. */
export const hubId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'a hub id is 1 to 63 characters: lower-case letters, digits, "_" and "-", beginning with a letter or digit',
  );

/** The session of each client of the earlier LeadMaster services, by the client's id. */
export type ClientSessions = ReadonlyMap<string, string>;
