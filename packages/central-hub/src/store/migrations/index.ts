import { first } from './0001-first.ts';
import { moves } from './0005-moves.ts';
import type { HubMigration } from './migration.ts';

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly HubMigration[] = [first, moves];

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
  'moves',
] as const;
