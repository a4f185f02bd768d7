import type { AnyEvent, Scope, Session } from '@leadmaster/protocol';

/** A client of the installation: owns the sessions whose names begin with its own. */
export interface TenantRecord {
  name: string;
  title: string;
  limits: { sessions: number | null; keys: number | null };
  createdAt: Date;
}

/** A key of the hub. Its secret is not here: the store keeps a hash and gives it to the check alone. */
export interface KeyRecord {
  /** The part of the key that may be shown. */
  id: string;
  name: string;
  /** Null for a key of the operator. */
  tenant: string | null;
  scopes: readonly Scope[];
  /** Full names of the sessions that it may reach; null for all of its tenant, or of the installation. */
  sessions: readonly string[] | null;
  /** Addresses that it may come from, as `10.0.0.0/8` or `10.1.2.3`; null for any. */
  addresses: readonly string[] | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** What a machine said of itself when it last answered. */
export interface MachineFacts {
  version: string;
  sessions: number;
  memory: { totalBytes: number; freeBytes: number } | null;
  disk: { totalBytes: number; freeBytes: number } | null;
}

/** A session manager that the hub knows. Its token is sealed, and opened by those who call it. */
export interface MachineRecord {
  name: string;
  url: string;
  isDraining: boolean;
  facts: MachineFacts | null;
  lastSeenAt: Date | null;
  createdAt: Date;
}

/** How far the log of a machine is known: its identity, and the number of the last event that is stored here. */
export interface LogPosition {
  logId: string | null;
  cursor: number;
}

/** The right to read a machine's log, for a while. Written with every effect, so that a late writer is refused. */
export interface Lease {
  machine: string;
  /** Counts up with each claim. */
  generation: number;
  position: LogPosition;
}

/** A session as its machine last told it. */
export interface SessionRecord {
  /** The full name. */
  name: string;
  tenant: string | null;
  machine: string;
  session: Session;
  /** When the hub last knew. */
  asOf: Date;
}

/** Who may see an operation, and which machine works at it. */
export interface OperationRecord {
  id: string;
  machine: string;
  /** The key that began it; null for the operator's own. */
  keyId: string | null;
  tenant: string | null;
  session: string | null;
  startedAt: Date;
}

/** An event as the hub keeps it: its `id` is the hub's own; where a tenant reads, the tenant's. */
export interface StoredEvent extends AnyEvent {
  tenant: string | null;
  /** Its number among those of its tenant, so that no number tells of others; null where it is of none. */
  tenantEvent: number | null;
  machine: string;
}

/** One page of a list by name, or of a log. */
export interface Page<T> {
  items: T[];
  /** The next `after`; null when these were the last. */
  next: string | null;
}

/** Which sessions a list is about. Everything is narrowed in the database. */
export interface SessionQuery {
  /** Those of one tenant alone; null for the operator's own; left out for all. */
  tenant?: string | null;
  /** These full names alone. */
  names?: readonly string[];
  state?: string;
  machine?: string;
  /** Part of the name, or of the account's number or name. */
  q?: string;
  after?: string;
  limit: number;
}

/** Which events a reader may see. */
export interface EventQuery {
  after: number;
  limit: number;
  tenant?: string | null;
  /** Full names. */
  sessions?: readonly string[];
  /** These types alone. */
  types?: readonly string[];
}

/** Whose a sign-in is, or the code of one: the key that it stands for. */
export interface SignInRecord {
  /** Null for the admin key. */
  keyId: string | null;
  /** Which admin key it was; null for a key of the hub. */
  mark: string | null;
}
