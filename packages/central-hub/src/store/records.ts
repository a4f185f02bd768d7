import type {
  AnyEvent,
  OnboardingLanguage,
  OnboardingState,
  Problem,
  Progress,
  Scope,
  Sending,
  Session,
} from '@leadmaster/protocol';

/** A client of the installation: owns the sessions whose names begin with its own. */
export interface TenantRecord {
  name: string;
  title: string;
  limits: { sessions: number | null; keys: number | null };
  sending: Sending;
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
  /** Where other machines reach it; null: at `url`. */
  peerUrl: string | null;
  isDraining: boolean;
  sending: Sending;
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

/** A link for the owner of a phone. What opens it is not here: the store keeps hashes. */
export interface OnboardingRecord {
  /** The part that may be shown. */
  id: string;
  /** The full name. */
  session: string;
  /** As it was on the clock of the database when this was read. */
  state: OnboardingState;
  language: OnboardingLanguage | null;
  expectedPhone: string | null;
  /** How often a browser has taken it. */
  claims: number;
  /** How often it was tried after its end. */
  lateTries: number;
  createdAt: Date;
  expiresAt: Date;
  claimedAt: Date | null;
  /** Of what the browser that has taken it brings. */
  claimHash: Buffer | null;
  /** The pairing code that its page shows, while WhatsApp takes it. */
  code: { code: string; expiresAt: string } | null;
}

/** A move of a session to another machine, or the emptying of a machine: work of the hub that outlives it. */
export interface MoveRecord {
  /** The id of the operation by which its caller follows it. */
  id: string;
  kind: 'move' | 'drain';
  /** The full name of the session, or the machine that is emptied. */
  subject: string;
  source: string;
  /** Null for a machine that is emptied. */
  target: string | null;
  /** How many sessions move at the same time. */
  atOnce: number;
  /** The emptying that it belongs to. */
  partOf: string | null;
  /** The key that began it; null for the operator's own. */
  keyId: string | null;
  /** Whether the session is to come back to where it was. */
  isUndone: boolean;
  /** Grows with every change. */
  revision: number;
  progress: Progress;
  result: unknown;
  error: Problem | null;
  startedAt: Date;
  endedAt: Date | null;
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
