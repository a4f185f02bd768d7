import type {
  Account,
  Address,
  Bounds,
  CarriedBounds,
  EventData,
  EventOf,
  EventType,
  Feature,
  KeptSendingWord,
  LeadMasterEvent,
  Message,
  MessageCode,
  MessageState,
  NewEvent,
  SessionNews,
  SessionState,
  Transition,
  UnconfirmedEvents,
} from '@leadmaster/protocol';
import type {
  BrowserRow,
  BuildRow,
  BuildSession,
  EventLog,
  HubRow,
  MessageRecord,
  NewestSnapshot,
  OfLink,
  PageFacts,
  ReceivedNews,
  SessionRow,
  SnapshotFailure,
  SnapshotRow,
  StorageSample,
  TransferRow,
} from './rows.ts';

/** The data of an event without what the store adds to it. */
type DataBut<T extends EventType, K extends PropertyKey> = Omit<EventData<T>, K>;

/**
 * The manager's own memory: SQLite (WAL, synchronous=FULL). Every method is one transaction, durable when it returns;
 * subscribers hear of an event only after that (design, invariant 11).
 */
export interface StateStore {
  sessions: {
    insert(row: { name: string; metadata: Record<string, string>; desired: 'running' | 'stopped' }): SessionRow;
    all(): SessionRow[];
    get(name: string): SessionRow | null;
    /** Those of these names that there are, in one query. */
    some(names: readonly string[]): Map<string, SessionRow>;
    /** Removes the session, and why its last snapshot failed; what bounded it is remembered, and its events stay until retention takes them. */
    remove(name: string): void;
    setDesired(name: string, desired: 'running' | 'stopped'): void;
    /** Notes this in place of all that was noted, and writes the event that tells of it, in one transaction; nothing where it is the same. */
    setMetadata(name: string, metadata: Record<string, string>): void;
    /** What is in place from now on is another link, with a number of its own. Returns the number of the one before. */
    nextLink(name: string): number;
    /** The new login was not put in place: the previous link continues. */
    setLink(name: string, link: number): void;
    /** Notes whose session it is and what is linked instead, as far as given, and writes the event that tells of it, in one transaction. */
    setAccount(name: string, change: Partial<Pick<SessionRow, 'account' | 'wrongAccount'>>, event?: SessionNews): void;
    /** Messages count from this moment on, in WhatsApp's time; null = until there is a link, none does. */
    tellFrom(name: string, at: Date | null): void;
    touch(
      name: string,
      change: Partial<
        Pick<SessionRow, 'caughtUpTo' | 'linkedAt' | 'lastInboundAt' | 'lastAckAt' | 'lastReadyAt' | 'lastProbeAt'>
      >,
    ): void;
  };
  /** Whether sessions may send, and whose phone may be linked in them. Each change that is news is told by its event. */
  bounds: {
    /** @throws LeadMasterError `session_not_found` */
    of(session: string): Bounds;
    /** Of every session, by name. */
    all(): Map<string, Bounds>;
    /** Of those of these names that there are. */
    some(names: readonly string[]): Map<string, Bounds>;
    /** Puts the session's own words in place. */
    set(session: string, change: Partial<Pick<Bounds, 'sending' | 'expectedPhone'>>): void;
    /** A login has come with bounds of its own: the stricter hold from now on. */
    tighten(session: string, came: CarriedBounds): void;
    /** A session of that name was deleted here, and its login comes back: the stricter of what it left with. */
    cameBack(session: string): void;
    /** A session of that name was deleted here, and another is made under it: with sending off where that was off. */
    madeAgain(session: string): void;
    /**
     * Levels above a session that the record beside its login has off. Those that the database does not know of, as an older one that
     * was put back, hold until a hub says what is so.
     */
    recall(session: string, levels: Bounds['sendingOffBy']): void;
    /** What a hub has said; revision 0 where it never said anything. */
    word(hub: string): KeptSendingWord;
    /** A hub says for whom sending is off. A word with an earlier revision than the one kept changes nothing. Returns what is kept. */
    say(hub: string, word: KeptSendingWord): KeptSendingWord;
  };
  transitions: {
    /** Writes the new state, the transition and its `session.state` event in one transaction. */
    record(
      name: string,
      change: {
        from: SessionState;
        to: SessionState;
        reason: string;
        data: DataBut<'session.state', 'from' | 'to' | 'reason'>;
      },
    ): LeadMasterEvent;
    list(name: string, limit: number): Transition[];
  };
  events: {
    append(event: NewEvent): LeadMasterEvent;
    /** The events after a cursor that are kept, in order of their ids: the order in which they were committed. */
    after(cursor: number, limit: number, session?: string): LeadMasterEvent[];
    /** What stands in place of the events after a cursor that are no longer kept; null where none is missing. */
    gapAfter(cursor: number, session?: string): EventOf<'events.gap'> | null;
    /** The events after a cursor that are kept: how many, their bytes, and the time of the oldest. Costs the same for any number. */
    measure(cursor: number): UnconfirmedEvents;
    lastId(): number;
    log(): EventLog;
    /** From here on this is a log of its own, whose identity no copy of the database has. */
    beginLog(): void;
    /** Hears every event after it is durable. Returns the way to stop. */
    subscribe(listener: (event: LeadMasterEvent) => void): () => void;
  };
  /** Who reads the log of events for good. */
  hubs: {
    /** By their ids. */
    all(): HubRow[];
    get(id: string): HubRow | null;
    /** The hub is seen now, and has stored every event up to this one; registers one that is not known. */
    confirm(id: string, upTo: number): HubRow;
    /** Forgets it, with its `hub.forgotten`; false where it is not known. */
    forget(id: string): boolean;
    /** The newest event that went by the limit although a hub had not confirmed it; 0: none ever did. */
    droppedUpTo(): number;
  };
  messages: {
    /**
     * Journals a message, QUEUED, before it is sent. With a key seen before:
     * the message it made (`fresh: false`), or a refusal (`idempotency_conflict`) when recipient or text differ.
     */
    journal(input: { session: string; to: string; text: string; idempotencyKey: string | null }): {
      message: Message;
      fresh: boolean;
    };
    /** When the newest of the messages was accepted that WhatsApp's server has acknowledged. */
    lastAcknowledgedAt(session: string): string | null;
    /** What an idempotency key made before, or null. Refuses (`idempotency_conflict`) a key of another request. */
    repeated(input: { session: string; to: string; text: string; idempotencyKey: string }): Message | null;
    /**
     * SENDING, with the id that it will have, in one step: from here on its fate can be found out. Throws when it is not
     * QUEUED now (it was given up meanwhile).
     */
    handOver(
      id: string,
      how: { whatsappId: string; bootId: string; generation: number; opensChat: boolean | null },
    ): Message;
    /** The page has it. Its state and its time stay as they are. */
    take(id: string): void;
    /** Messages that WhatsApp's server has not acknowledged and still may: handed over, or in doubt, since a moment. Oldest first. */
    unacknowledged(since: Date, session?: string): MessageRecord[];
    /**
     * News of a message, in any order: the state only moves up (an acknowledgement beats a failure or doubt
     * told before it, never the other way round). Null when the message is not known.
     */
    update(
      id: string,
      change: {
        state?: MessageState;
        whatsappId?: string;
        error?: string | null;
        code?: MessageCode | null;
        retryAt?: string | null;
      },
    ): Message | null;
    /** The message that has one of these ids. */
    byWhatsappId(session: string, ids: readonly string[]): MessageRecord | null;
    /** Handed over or in doubt, and without an id: an older version journalled none. Oldest first. */
    withoutId(session: string): MessageRecord[];
    /** Those of them that were not looked for in the chats yet. */
    unsearched(session: string): MessageRecord[];
    searched(ids: readonly string[]): void;
    /** QUEUED and SENDING, of all sessions. Oldest first. */
    inFlight(): MessageRecord[];
    /** What WhatsApp refused without a reason since a moment. */
    refusedSince(session: string, since: Date): MessageRecord[];
    get(session: string, id: string): Message | null;
    list(session: string, limit: number): Message[];
  };
  inbox: {
    /**
     * Writes the event of a message once, under any of its ids; null when it was told before, or went out
     * here. `at`: WhatsApp's time. `news` is asked only for what is told.
     */
    receive(
      session: string,
      message: { ids: readonly string[]; at: string; news: () => ReceivedNews },
    ): LeadMasterEvent | null;
    /** Ids of the messages told, or sent, since a moment. */
    toldSince(session: string, since: Date): string[];
    /** Takes messages as told that were told elsewhere. */
    toldElsewhere(session: string, messageIds: readonly string[]): void;
  };
  pages: {
    get(session: string): PageFacts;
    /** Changes what is given, and writes the event that tells of it, in one transaction. */
    set(session: string, change: Partial<PageFacts>, event?: SessionNews): void;
    /** Counts a use of a feature that failed on a build of the page. */
    countFailure(build: string, feature: Feature): void;
    failures(build: string): Partial<Record<Feature, number>>;
  };
  contacts: {
    /**
     * Completes an address by what is known, and learns what it says. A pair of phone number and LID that is learnt after
     * a message was told without it becomes a `contact.mapped`. `telling`: a message with this address is told now.
     */
    meet(session: string, address: Address, telling: boolean): Address;
  };
  browsers: {
    record(row: BrowserRow): void;
    clear(session: string): void;
    all(): BrowserRow[];
  };
  snapshots: {
    /** Writes the snapshot and its `snapshot.created`; the session's last failure is over. */
    created(
      session: string,
      snapshot: OfLink & { id: string; at: string; data: DataBut<'snapshot.created', 'id'> },
    ): LeadMasterEvent;
    /** Remembers that none could be taken, with its `snapshot.failed`. */
    failed(session: string, failure: OfLink & EventData<'snapshot.failed'>): LeadMasterEvent;
    /** Writes what a verification found, and its `snapshot.verified`. The snapshot may have been taken elsewhere. */
    verified(session: string, found: OfLink & EventData<'snapshot.verified'> & { at: string }): LeadMasterEvent;
    /** The session's present link came out of this snapshot. */
    cameBack(session: string, id: string): void;
    forgotten(session: string, ids: readonly string[]): void;
    /** Its key was destroyed: everything about it is forgotten. */
    purged(session: string): void;
    /** The newest of the link that the session has now; null where there is none of it yet. */
    latest(session: string): SnapshotRow | null;
    /** What `latest` and `failure` say of each of these sessions, in one query; of those that there are. */
    newest(sessions: readonly string[]): Map<string, NewestSnapshot>;
    /** Every one of the name, also of links that it had before. */
    list(session: string): SnapshotRow[];
    /** Those of the link that the session has now. */
    ofLink(session: string): SnapshotRow[];
    /** Those that were taken before links had numbers, and count for the present link until the vault has told. */
    guessed(session: string): string[];
    /** The vault has told: these are of another link, and what else was guessed of the session is right. */
    settleGuess(session: string, otherLink: readonly string[]): void;
    /** Of the link that the session has now. */
    failure(session: string): SnapshotFailure | null;
  };
  vault: {
    /** The newest record of a session that was seen in a vault, by the vault's id. */
    head(vault: string, session: string): { sequence: number; id: string } | null;
    setHead(vault: string, session: string, head: { sequence: number; id: string }): void;
  };
  /** Single facts of this machine, each a text under a name; an empty text is one that holds no longer. */
  facts: {
    get(name: string): string | null;
    set(name: string, value: string): void;
  };
  /** The sessions that left this machine. */
  tombstones: {
    /** The newest generation under which a session left; null when it never did. */
    generation(session: string): number | null;
    /** The session leaves under this generation, and with this login. */
    add(session: string, generation: number, account: Account | null): void;
    /** The logins that left this machine and are not known to be back, newest first, as far as their account is known. */
    away(): { session: string; account: Account }[];
    /** The login of this account that left as that session is here again. */
    cameBack(session: string, isThat: (account: Account) => boolean): void;
  };
  storage: {
    /**
     * Remembers the size of a session; a later sample of the same hour takes its place. Crossing `warnBytes` upwards
     * writes `session.storage`, with the hint, once until the size was clearly below it again. Null when nothing was told.
     */
    record(
      session: string,
      sample: Omit<StorageSample, 'at'>,
      warning: Pick<EventData<'session.storage'>, 'warnBytes' | 'hint'>,
    ): LeadMasterEvent | null;
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
  builds: {
    all(): BuildRow[];
    get(build: string): BuildRow | null;
    /**
     * A page of that build was loaded, or looked at (`session` empty). Writes `build.seen` when it is new, or when there is
     * something to tell of it. `knobs`: by its HTML; null where that was not there.
     */
    seen(
      build: string,
      about: { session: string; knobs: Readonly<Record<string, number>> | null; wanted?: string },
    ): LeadMasterEvent | null;
    /** A session was READY on it, with databases of these numbers. */
    ready(build: string, opened: Readonly<Record<string, number>>): void;
    /** Writes what is thought of it, and `build.verdict`. `sessions`: those it was learnt from. */
    judge(
      build: string,
      found: Omit<EventData<'build.verdict'>, 'build' | 'capability' | 'sessions'> & {
        capability?: string | null;
        sessions: readonly string[];
      },
    ): LeadMasterEvent;
    /** Of the sessions that there are. */
    sessions(): BuildSession[];
    session(name: string): BuildSession | null;
    setSession(name: string, change: Partial<Pick<BuildSession, 'wanted' | 'running'>>): void;
    /** Trials that are under way, in the words of `builds/`. */
    trials(): { build: string; facts: unknown }[];
    setTrial(build: string, facts: unknown): void;
    endTrial(build: string): void;
  };
  /** Makes several changes one transaction: all of them or none, and none is told before all are durable. */
  atomically<T>(changes: () => T): T;
  /**
   * Makes a change with all others of the same turn, in one transaction and the order in which they were given.
   * Resolves once it is durable; rejects with what it threw, and is then undone alone. Any other write comes after it.
   */
  later<T>(change: () => T): Promise<T>;
  /**
   * Applies retention by age and count; ages are counted to `now`. Hubs that were not seen for long are forgotten. What the others
   * have not confirmed stays, while the log is no larger than `keepBytes` from there on. Returns rows removed.
   */
  sweep(limits: { events: number; eventDays: number; transitions: number; keepBytes: number; now?: Date }): number;
  close(): void;
}
