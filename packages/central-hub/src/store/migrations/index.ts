import { first } from './0001-first.ts';
import { sending } from './0002-sending.ts';
import { links } from './0003-links.ts';
import { audit } from './0004-audit.ts';
import { moves } from './0005-moves.ts';
import { signIns } from './0006-sign-ins.ts';
import { auditLists } from './0007-audit-lists.ts';
import type { HubMigration } from './migration.ts';

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly HubMigration[] = [first, sending, links, audit, moves, signIns, auditLists];

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
  'onboarding_links',
  'onboarding_codes',
  'audit',
  'audit_marks',
  'moves',
  'sign_ins',
] as const;
