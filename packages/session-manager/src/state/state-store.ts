import type { Event, EventType, Message, MessageState, SessionState, Transition } from '@leadmaster/protocol';

/** A session as the database keeps it. */
export interface SessionRow {
  name: string;
  state: SessionState;
  reason: string;
  since: string;
  desired: 'running' | 'stopped';
  metadata: Record<string, string>;
  createdAt: string;
  /** Messages received before this moment have been told; catching up begins here. Null before the first READY. */
  caughtUpTo: string | null;
  lastInboundAt: string | null;
  lastAckAt: string | null;
  lastReadyAt: string | null;
  lastProbeAt: string | null;
}

/** The browser that was started for a session and not yet proven gone. Read at boot to end orphans. */
export interface BrowserRow {
  session: string;
  pid: number;
  startTicks: number;
  bootId: string;
  profileDir: string;
}

/** What is known here of a snapshot; the rest is in the vault. */
export interface SnapshotRow {
  session: string;
  id: string;
  at: string;
  verifiedAt: string | null;
  verified: boolean | null;
}

/** Why the last snapshot of a session was not taken. */
export interface SnapshotFailure {
  at: string;
  code: string;
  detail: string;
}

/** What a session weighed at a time, in bytes, whole and by class. */
export interface StorageSample {
  at: string;
  bytes: number;
  critical: number;
  important: number;
  optional: number;
  temporary: number;
}

/** A session on its way to another machine (`source`) or from one (`target`). */
export interface TransferRow {
  id: string;
  role: 'source' | 'target';
  session: string;
  /** Of the profile at the source. */
  generation: number;
  phase: string;
  /** Where it goes; null where it comes to. */
  peer: string | null;
  facts: Record<string, unknown>;
  at: string;
  changedAt: string;
}

export interface NewEvent {
  session: string;
  type: EventType;
  data: Record<string, unknown>;
}

/**
 * The manager's own memory: SQLite (WAL, synchronous=FULL). Every method is one transaction, durable when it returns;
 * subscribers hear of an event only after that (design, invariant 11).
 */
export interface StateStore {
  sessions: {
    insert(row: { name: string; metadata: Record<string, string>; desired: 'running' | 'stopped' }): SessionRow;
    all(): SessionRow[];
    get(name: string): SessionRow | null;
    /** Removes the session; its events stay until retention takes them. */
    remove(name: string): void;
    setDesired(name: string, desired: 'running' | 'stopped'): void;
    setMetadata(name: string, metadata: Record<string, string>): void;
    touch(
      name: string,
      change: Partial<Pick<SessionRow, 'caughtUpTo' | 'lastInboundAt' | 'lastAckAt' | 'lastReadyAt' | 'lastProbeAt'>>,
    ): void;
  };
  transitions: {
    /** Writes the new state, the transition and its `session.state` event in one transaction. */
    record(
      name: string,
      change: { from: SessionState; to: SessionState; reason: string; data?: Record<string, unknown> },
    ): Event;
    list(name: string, limit: number): Transition[];
  };
  events: {
    append(event: NewEvent): Event;
    after(cursor: number, limit: number, session?: string): Event[];
    lastId(): number;
    /** The oldest id still kept; 0 when there is none. */
    oldestId(): number;
    /** Hears every event after it is durable. Returns the way to stop. */
    subscribe(listener: (event: Event) => void): () => void;
  };
  messages: {
    /**
     * Journals a message, QUEUED, before it is sent; set SENDING before it is handed to WhatsApp. With a key seen before:
     * the message it made (`fresh: false`), or a refusal (`idempotency_conflict`) when recipient or text differ.
     */
    journal(input: { session: string; to: string; text: string; idempotencyKey: string | null }): {
      message: Message;
      fresh: boolean;
    };
    /** What an idempotency key made before, or null. Refuses (`idempotency_conflict`) a key of another request. */
    repeated(input: { session: string; to: string; text: string; idempotencyKey: string }): Message | null;
    /** Messages that WhatsApp's server has not acknowledged and still may: handed over, or in doubt, since a moment. Oldest first. */
    unacknowledged(since: Date, session?: string): { message: Message; changedAt: string }[];
    /**
     * News of a message, in whatever order it comes: the state only moves up (an acknowledgement beats a failure or doubt
     * told before it, never the other way round). Null when the message is not known.
     */
    update(id: string, change: { state?: MessageState; whatsappId?: string; error?: string | null }): Message | null;
    byWhatsappId(session: string, whatsappId: string): Message | null;
    get(session: string, id: string): Message | null;
    list(session: string, limit: number): Message[];
    /** After a crash: what was SENDING is UNCERTAIN, what was still QUEUED has FAILED. Returns how many. */
    settleInterrupted(): number;
  };
  inbox: {
    /** Writes `message.received` once per (session, messageId); null when it was told before. */
    receive(session: string, message: { messageId: string; data: Record<string, unknown> }): Event | null;
    /** Ids of the messages told since a moment. */
    toldSince(session: string, since: Date): string[];
    /** Takes messages as told that were told elsewhere. */
    toldElsewhere(session: string, messageIds: readonly string[]): void;
  };
  browsers: {
    record(row: BrowserRow): void;
    clear(session: string): void;
    all(): BrowserRow[];
  };
  snapshots: {
    /** Writes the snapshot and its `snapshot.created`; the session's last failure is over. */
    created(session: string, snapshot: { id: string; at: string; data: Record<string, unknown> }): Event;
    /** Remembers that none could be taken, with its `snapshot.failed`. */
    failed(session: string, failure: { code: string; detail: string; data: Record<string, unknown> }): Event;
    /** Writes what a verification found, and its `snapshot.verified`. The snapshot may have been taken elsewhere. */
    verified(session: string, found: { id: string; at: string; ok: boolean; data: Record<string, unknown> }): Event;
    forgotten(session: string, ids: readonly string[]): void;
    /** Its key was destroyed: nothing is known any more. */
    purged(session: string): void;
    latest(session: string): SnapshotRow | null;
    list(session: string): SnapshotRow[];
    failure(session: string): SnapshotFailure | null;
  };
  vault: {
    /** The newest record of a session that was seen in a vault, by the vault's id. */
    head(vault: string, session: string): { sequence: number; id: string } | null;
    setHead(vault: string, session: string, head: { sequence: number; id: string }): void;
    fact(name: string): string | null;
    setFact(name: string, value: string): void;
    /** The generation under which the session left this machine; null when it never did. */
    movedGeneration(session: string): number | null;
    setMoved(session: string, generation: number): void;
  };
  storage: {
    /**
     * Remembers what a session weighs; a later sample of the same hour takes its place. Crossing `warnBytes` upwards
     * writes `session.storage`, with `data`, once until the size was clearly below it again. Null when nothing was told.
     */
    record(
      session: string,
      sample: Omit<StorageSample, 'at'>,
      warning: { warnBytes: number; data?: Record<string, unknown> },
    ): Event | null;
    /** Since an hour, oldest first. */
    samples(session: string, from: Date): StorageSample[];
    latest(session: string): StorageSample | null;
  };
  transfers: {
    begin(row: Omit<TransferRow, 'at' | 'changedAt'>): void;
    get(id: string, role: TransferRow['role']): TransferRow | null;
    /** Oldest first. */
    list(role: TransferRow['role']): TransferRow[];
    /** The next phase; facts are replaced where they are given. */
    advance(id: string, phase: string, facts?: Record<string, unknown>): void;
    /** The other machine answers elsewhere now. */
    setPeer(id: string, peer: string): void;
  };
  /** Makes several changes one transaction: all of them or none, and nobody hears of any before all are durable. */
  atomically<T>(changes: () => T): T;
  /** Applies retention by age and count; ages are counted to `now`. Returns rows removed. */
  sweep(limits: { events: number; eventDays: number; transitions: number; now?: Date }): number;
  close(): void;
}
