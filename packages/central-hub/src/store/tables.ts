import type { Sending } from '@leadmaster/protocol';

/** Rows as the database keeps them, for every query. Times are milliseconds since 1970, JSON is text, yes and no are 1 and 0. */
export interface HubTables {
  facts: { name: string; value: string };
  counters: { name: string; value: number };
  tenants: TenantRow;
  keys: KeyRow;
  machines: MachineRow;
  sessions: SessionRow;
  homes: HomeRow;
  events: EventTable;
  operations: OperationRow;
  untold_sessions: UntoldRow;
  onboarding_links: OnboardingLinkRow;
  onboarding_codes: OnboardingCodeRow;
  audit: AuditRow;
  audit_marks: AuditMarkRow;
  moves: MoveRow;
  sign_ins: SignInRow;
}

export interface TenantRow {
  name: string;
  title: string;
  session_limit: number | null;
  key_limit: number | null;
  created_at: number;
  sending: Sending;
}

export interface KeyRow {
  id: string;
  name: string;
  tenant: string | null;
  scopes: string;
  sessions: string | null;
  addresses: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  hash: Buffer;
}

/** A machine, with the lease of its log and how far that is known: one row, so that one lock holds them together. */
export interface MachineRow {
  name: string;
  url: string;
  /** Sealed. */
  token: string;
  peer_url: string | null;
  is_draining: number;
  facts: string | null;
  last_seen_at: number | null;
  created_at: number;
  holder: string | null;
  generation: number;
  /** On the clock of the database. */
  leased_until: number;
  log_id: string | null;
  cursor: number;
  sending: Sending;
}

export interface SessionRow {
  name: string;
  machine: string;
  tenant: string | null;
  state: string;
  /** What `q` looks in, in lower case. */
  search: string;
  session: string;
  as_of: number;
  /** What the linked account is known by. */
  phone: string | null;
  lid: string | null;
}

/** A session whose own sending is to be switched off once its machine answers. */
export interface UntoldRow {
  name: string;
  /** On the clock of the database. */
  since: number;
}

export interface HomeRow {
  name: string;
  machine: string;
  tenant: string | null;
  /** On the clock of the database. */
  since: number;
}

export interface EventRow {
  /** The hub's own number. */
  id: number;
  machine: string;
  log_id: string;
  /** The machine's number. */
  machine_event: number;
  tenant: string | null;
  /** Its number among those of its tenant; null where it is of none. */
  tenant_event: number | null;
  session: string;
  type: string;
  at: string;
  data: string;
  /** On the clock of the database. */
  stored_at: number;
}

/** The database numbers events by itself. */
type EventTable = Omit<EventRow, 'id'> & { id: import('kysely').Generated<number> };

export interface OperationRow {
  id: string;
  machine: string;
  key_id: string | null;
  tenant: string | null;
  session: string | null;
  started_at: number;
}

/** Times are on the clock of the database, but `created_at`. */
export interface OnboardingLinkRow {
  id: string;
  /** The full name. */
  session: string;
  /** Of the token in its address. */
  token_hash: Buffer;
  /** Of what the browser that has taken it brings; null before the first has. */
  claim_hash: Buffer | null;
  language: string | null;
  expected_phone: string | null;
  claims: number;
  late_tries: number;
  created_at: number;
  expires_at: number;
  claimed_at: number | null;
  linked_at: number | null;
  revoked_at: number | null;
  /** The pairing code that its page shows, with its end: sealed. */
  code: string | null;
}

/** One pairing code that was asked for. */
export interface OnboardingCodeRow {
  link: string;
  phone: string;
  /** On the clock of the database. */
  at: number;
}

/** A line of the audit. Lines are added, and the oldest are deleted by age; none is changed. */
export interface AuditRow {
  id: number;
  /** On the clock of the database. */
  at: number;
  actor: string;
  action: string;
  target: string;
  source: string | null;
  result: string;
  tenant: string | null;
  session: string | null;
  detail: string;
  begun: number | null;
  mac: string;
}

/** The head of the audit, and its checkpoint: the last line that was deleted by age. */
export interface AuditMarkRow {
  name: string;
  line: number;
  at: number | null;
  mac: string;
  signature: string;
}

/** A move of a session, or the emptying of a machine. The holder works on it; times are on the clock of the database. */
export interface MoveRow {
  id: string;
  kind: 'move' | 'drain';
  /** The session that moves, or the machine that is emptied. */
  subject: string;
  source: string;
  /** Null for a machine that is emptied. */
  target: string | null;
  at_once: number;
  /** The emptying that it belongs to. */
  part_of: string | null;
  key_id: string | null;
  /** Whether the session is to come back to where it was. */
  is_undone: number;
  revision: number;
  phase: string;
  done: number;
  total: number | null;
  /** JSON, once it has ended well. */
  result: string | null;
  /** A problem as JSON, once it has failed. */
  error: string | null;
  started_at: number;
  ended_at: number | null;
  holder: string | null;
  generation: number;
  leased_until: number;
}

export interface SignInRow {
  /** A hash of the secret that the browser has. */
  id: string;
  kind: 'code' | 'cookie';
  /** Null for the admin key. */
  key_id: string | null;
  /** Of the admin key alone: which one it was, told by the secret. */
  mark: string | null;
  /** On the clock of the database. */
  expires_at: number;
}
