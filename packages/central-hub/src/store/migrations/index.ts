import { first } from './0001-first.ts';
import { audit } from './0004-audit.ts';
import type { HubMigration } from './migration.ts';

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly HubMigration[] = [first, audit];

/** Tables that must be there once all steps are done. */
export const TABLES = [
  'facts',
  'counters',
  'tenants',
  'keys',
  'machines',
  'sessions',
  'homes',
  'events',
  'operations',
  'audit',
  'audit_marks',
] as const;
