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
  sign_ins: SignInRow;
}

export interface TenantRow {
  name: string;
  title: string;
  session_limit: number | null;
  key_limit: number | null;
  created_at: number;
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
