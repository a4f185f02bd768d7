import { first } from './0001-first.ts';
import { sending } from './0002-sending.ts';
import type { HubMigration } from './migration.ts';

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly HubMigration[] = [first, sending];

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
  'untold_sessions',
] as const;
