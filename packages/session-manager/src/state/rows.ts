import type {
  Account,
  AccountLimits,
  Attention,
  BuildVerdict,
  Capabilities,
  Feature,
  Message,
  Sending,
  SessionNews,
  SessionState,
  WrongAccountReason,
} from '@leadmaster/protocol';

/** The log of events: its identity, which of its events are kept, and the logs that it continues. */
export interface EventLog {
  logId: string;
  /** The oldest id still kept; 0 when there is none. */
  oldest: number;
  newest: number;
  /** Their events up to `upTo` are the first of this log. */
  formerly: readonly { logId: string; upTo: number }[];
}

/** A hub that reads the log, and the newest event that it has confirmed. */
export interface HubRow {
  id: string;
  confirmed: number;
  registeredAt: string;
  /** When it last confirmed. */
  seenAt: string;
}

/** The account that is linked in a session that does not belong to it, until the operator settles it. */
export interface WrongAccount {
  reason: WrongAccountReason;
  /** What is linked. */
  account: Account;
  /** The other session that it is linked in; null where none is known. */
  session: string | null;
  /** Whether it is the very link of that session, or one of its own; absent where that is not known. */
  link?: 'same' | 'another';
}

/** A session as the database keeps it. */
export interface SessionRow {
  name: string;
  state: SessionState;
  reason: string;
  since: string;
  desired: 'running' | 'stopped';
  metadata: Record<string, string>;
  createdAt: string;
  /** The newest moment up to which all messages have been told, in WhatsApp's time. Null before the first READY. */
  caughtUpTo: string | null;
  /** Nothing older is ever told, in WhatsApp's time: the account was linked then, or its login came here. */
  linkedAt: string | null;
  lastInboundAt: string | null;
  lastAckAt: string | null;
  lastReadyAt: string | null;
  lastProbeAt: string | null;
  /** Whose session it is: an unlink does not change it. Null before the first link. */
  account: Account | null;
  wrongAccount: WrongAccount | null;
  /** The number of the link that it has, or of the next where it has none: no other link here has the same, before or after. */
  link: number;
  /** Its own word; what counts is in `bounds`. */
  sending: Sending;
  /** The one number that may be linked; null: any. */
  expectedPhone: string | null;
}

/** What the page of a session has told last. */
export interface PageFacts {
  limits: AccountLimits | null;
  attention: Attention | null;
  /** Features to be used although a probe calls them broken. */
  overridden: readonly Feature[];
  /** What the last probe found; null before the first. */
  capabilities: ProbedCapabilities | null;
  /** What was noticed when the session came into its state, in clean words; null where its reason says it all. */
  said: string | null;
  /** What the last look for missed messages could not read; null where it read everything. */
  unread: UnreadChats | null;
}

/** Chats whose missed messages are not told yet. */
export interface UnreadChats {
  /** How many; the first of them are named. */
  count: number;
  chats: readonly { chatId: string; why: string }[];
  /** When they are tried again, while the session stays READY. */
  retryAt: string;
}

export type ProbedCapabilities = Pick<Capabilities, 'build' | 'at' | 'features' | 'checks'>;

/** A message of the journal, with what its fate is found out by. */
export interface MessageRecord {
  message: Message;
  changedAt: string;
  /** The machine's run and the profile's generation under which its WhatsApp id was journalled; null before that. */
  bootId: string | null;
  generation: number | null;
  /** The page has had it in its books: that it is no longer there proves nothing. */
  isTaken: boolean;
  /** Whether it was to open a new chat; null where that was not asked. */
  opensChat: boolean | null;
  /** Of recipient and text (`requestHash`): the text itself is not kept. */
  requestHash: string;
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
  /** The number of the link that it was taken of, or that came back out of it; null where it is of no link known here. */
  link: number | null;
}

/** Of which link something is: the session's present one where nothing is given, none known here where it is null. */
export interface OfLink {
  link?: number | null;
}

/** Why the last snapshot of a session was not taken. */
export interface SnapshotFailure {
  at: string;
  code: string;
  detail: string;
}

/** How a session's newest snapshot is, and whether the last try failed. */
export interface NewestSnapshot {
  latest: Pick<SnapshotRow, 'id' | 'at' | 'verified'> | null;
  failure: SnapshotFailure | null;
}

/** The size of a session at a time, in bytes, whole and by class. */
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

/** A build of WhatsApp Web that was seen here. */
export interface BuildRow {
  build: string;
  firstSeenAt: string;
  lastReadyAt: string | null;
  verdict: BuildVerdict;
  verdictAt: string;
  /** Why the verdict is as it is, in words; empty when there is nothing to say. */
  reason: string;
  /** How far the page's HTML says that it opens each database; empty when its HTML was never here, or says nothing. */
  knobs: Record<string, number>;
  /** The highest number of each database with which the build was READY here. */
  opened: Record<string, number>;
}

/** Which build a session was to run, and which one ran. */
export interface BuildSession {
  session: string;
  /** The build that was chosen at its last start; null = what WhatsApp serves. */
  wanted: string | null;
  /** The build of the page that was loaded last. */
  running: string | null;
  /** When it last ran another build than before. */
  changedAt: string | null;
}

/** A message that came in, or that was sent elsewhere. */
export type ReceivedNews = Extract<SessionNews, { type: 'message.received' | 'message.sent' }>;
