import { first } from './0001-first.ts';
import { signIns } from './0006-sign-ins.ts';
import type { HubMigration } from './migration.ts';

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly HubMigration[] = [first, signIns];

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
  'sign_ins',
] as const;
