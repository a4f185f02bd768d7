import type { ProcessIdentity } from '@leadmaster/capture/processes';
import type {
  Account,
  AccountLimits,
  Census,
  Chat,
  Contact,
  NumberCheck,
  PairingCode,
  RecordedPage,
  Runtime,
  SeenMessage,
  Unreachable,
} from '@leadmaster/protocol';
import type { PageProbe } from './page-probe.ts';

/**
 * What a session runs on. The supervisor knows this page alone; whatsapp-web.js lies behind `wwebjs/`.
 *
 * Terminology: an *engine* makes *runs*. A run is one browser from its launch to the proof that its last process is
 * gone. Events of a run carry nothing but what happened; after `stop` or `kill` has been called the run emits no more.
 */
export interface SessionEngine {
  readonly name: string;
  /** Starts a browser on the profile. Resolves when the browser runs; linking and login follow as events. */
  start(request: StartRequest): Promise<EngineRun>;
}

export interface StartRequest {
  session: string;
  /** The user-data-dir. Its lock is held and it has been proven free of other browsers. */
  profileDir: string;
  /** A visible window (`LOGIN_MODE=local`). */
  visible: boolean;
  /** The build of WhatsApp Web to open, whose page is in the web cache; null = what WhatsApp serves. */
  webVersion: string | null;
  onEvent: (event: EngineEvent) => void;
  /** Called as soon as the browser process exists, before anything else: the record that lets a crash be cleaned up. */
  onLaunched: (browser: LaunchedBrowser) => void;
  signal: AbortSignal;
}

export interface LaunchedBrowser {
  pid: number;
  /** Start time in clock ticks since boot (`/proc/PID/stat` field 22): with the pid, an identity that is never reused. */
  startTicks: number;
  product: string;
  version: string;
}

/** What can happen to a run. Every one may come more than once; the supervisor is idempotent about them. */
export type EngineEvent =
  /** The page that was loaded, before it is linked: its build, and its HTML where WhatsApp itself served it. */
  | { type: 'page'; build: string | null; html: string | null }
  | { type: 'qr'; qr: string; expiresAt: Date; attempt: number }
  /** Every QR of the allowance was shown and none was scanned. */
  | { type: 'qr_exhausted' }
  /** The account wants a passkey for this link. `until`: when the page gives this try up. */
  | { type: 'passkey'; until: Date | null }
  | { type: 'authenticated' }
  /** Still working: offline messages being delivered, history being read. Pushes the watchdog on. */
  | { type: 'progress'; percent: number }
  /** Synced and able to send; the caller commits a fresh login before it reports READY. Comes again after the page reloaded itself. */
  | { type: 'ready'; account: Account; webVersion: string }
  /**
   * The page answered just now, connected and synced: evidence of life, at least every probe interval while READY. A page
   * that was READY and reloads itself tells each step of its way back like this, for three minutes at most.
   */
  | { type: 'alive' }
  | { type: 'socket_down'; state: string }
  | { type: 'socket_up' }
  /** The account was unlinked: the login is gone. */
  | { type: 'unlinked'; reason: string }
  /** The page erased its own login although the account is still linked (`/?logout_reason=N`: whatsapp-web-2026, 6.3). */
  | { type: 'erased'; reason: 'page_erased_login' | 'account_locked'; detail: string }
  | { type: 'banned' }
  | { type: 'conflict' }
  | { type: 'deprecated' }
  /** The page waits for what no retry brings. The run is to be ended. */
  | { type: 'blocked'; reason: BlockedReason; detail: string }
  /** A running session needs a person; null = no longer. */
  | { type: 'attention'; reason: 'integrity_challenge' | null }
  /** What WhatsApp allows the account now. Told when it changes, and once at READY. */
  | { type: 'limits'; limits: AccountLimits['newChats'] }
  /** A try to reach WhatsApp Web failed just now. The page may keep trying. */
  | { type: 'unreachable'; found: Unreachable }
  /** The run is over or beyond help: browser or renderer died, page did not load. */
  | { type: 'lost'; reason: LostReason; detail: string }
  /** A message that came in or went out, live. Also those that this manager sent. */
  | { type: 'message'; message: PageMessage }
  /** `ids`: the id of the message, first the one the page uses, then the id it has under the other name of its chat. */
  | { type: 'ack'; ids: readonly string[]; ack: number }
  /** A phone number and a LID are one and the same; learnt just now. */
  | { type: 'mapped'; lid: string; phone: string; name: string | null };

export type BlockedReason = 'proxy_blocked' | 'screen_locked' | 'unsupported_browser' | 'terms_required';

export type LostReason =
  | 'browser_died'
  | 'renderer_died'
  | 'page_unreachable'
  | 'page_failed'
  | 'launch_failed'
  /** The browser's disk is full; the page shows a window that only the operator may answer. */
  | 'storage_full';

/** A message as the page holds it. */
export interface PageMessage extends SeenMessage {
  fromMe: boolean;
  /** The ids under which this same message may have been told: its own, and that of the sibling chat (phone id and LID). */
  ids: readonly string[];
  /** WhatsApp's acknowledgement, where it is one of ours. */
  ack: number | null;
}

export interface EngineRun {
  readonly runtime: Runtime;
  readonly chats: ChatReader;
  /** The browser's main process: what a capture holds still. */
  readonly process: ProcessIdentity;
  readonly messages: MessageSender;
  requestPairingCode(phone: string, signal: AbortSignal): Promise<PairingCode>;
  /**
   * Makes Chromium write out all it holds of the login (localStorage lags by seconds: whatsapp-web-facts, Chromium 1)
   * and resolves once the bytes can be read back from the profile's files. The caller fsyncs.
   */
  flushLogin(signal: AbortSignal): Promise<void>;
  /**
   * Finds messages in the page's chats, in and out, that are no older than `from.since`: whatsapp-web.js raises no event
   * for those that came while no listener was there (facts, library 10). Chat by chat, each part bounded in size; status,
   * newsletters and broadcasts are never read (whatsapp-web-2026, 6.2).
   */
  catchUp(from: CatchUpFrom, signal: AbortSignal): AsyncIterable<CatchUpPart>;
  /** The time by WhatsApp's clock (the `Date` of the page's response; this machine's until there was one). */
  whatsappNow(): Date;
  /** Looks at what the page can do, without asking WhatsApp's server anything. Rejects when the page does not answer. */
  probe(signal: AbortSignal): Promise<PageProbe>;
  /**
   * Describes the page for a recording, linked or not: kinds and numbers alone, nothing of the account, and nothing asked
   * of WhatsApp's server. Rejects when the page does not answer.
   */
  record(signal: AbortSignal): Promise<RecordedPage>;
  /** Unlinks the account at WhatsApp. The run must be stopped afterwards. */
  logout(signal: AbortSignal): Promise<void>;
  /** Counts the rows of every database of WhatsApp's origin, in the page. */
  census(signal: AbortSignal): Promise<Census>;
  screenshot(signal: AbortSignal): Promise<Buffer>;
  /** What the browser's whole process tree uses, and has used since its start. Costs a look at each of its processes. */
  measureUsage(): Promise<RunUsage>;
  /** Closes through CDP, then kills what is left, and proves the whole process group gone. Never rejects for a dead browser. */
  stop(deadlineMs: number): Promise<void>;
  kill(): Promise<void>;
}

/** Null where the system does not tell, or the browser is gone. */
export interface RunUsage {
  /** Proportional set size. */
  memoryBytes: number | null;
  /** Processor time since the browser's start. */
  processorMs: number | null;
}

export interface CatchUpFrom {
  since: Date;
  /** Whether chats may be asked for earlier messages than the page holds (`loadEarlierMsgs`). */
  mayLoadEarlier: boolean;
}

export interface CatchUpPart {
  /** Oldest first within the part. */
  messages: PageMessage[];
  /** Chats that could not be read, and why. They are read again at the next look. */
  failed: { chatId: string; why: string }[];
  /** Messages whose text has not come yet (`ciphertext`): they are to be looked for again. */
  waiting: number;
}

/** Nothing was sent, for certain: the page was never handed the message. Any other failure leaves that open. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  readonly code: 'recipient_unknown' | 'not_handed_over';

  constructor(code: NotSent['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A text on its way into the page. */
export interface Handover {
  to: string;
  text: string;
  /**
   * Called once, when the page knows the id that the message will have and before the page's own sender gets it. The
   * message is handed over only after this has resolved; a rejection means that it never is.
   */
  journal: (whatsappId: string) => Promise<void>;
}

/** A part of a list that the page holds: at most so many, behind the entry that `after` names. */
export interface ListPart {
  limit: number;
  after: string | null;
}

export interface Listed<T> {
  items: T[];
  /** Where the next part begins; null when these were the last. */
  cursor: string | null;
}

/**
 * What the page knows of chats and people, for those who only read. Status, newsletters and broadcasts are never read
 * (whatsapp-web-2026, 6.2). Rejects when the page does not answer, or answers what cannot be read.
 */
export interface ChatReader {
  /** Chats with persons and groups, the latest first. */
  chats(part: ListPart, signal: AbortSignal): Promise<Listed<Chat>>;
  /**
   * Messages of a chat, the latest first; null where the page has no such chat. `mayLoadEarlier`: whether the page may be made
   * to load what it does not hold. `isWhole`: the beginning of the chat is among them, or behind the cursor.
   */
  messages(
    chat: string,
    part: ListPart & { mayLoadEarlier: boolean },
    signal: AbortSignal,
  ): Promise<(Listed<PageMessage> & { isWhole: boolean }) | null>;
  /** People by their ids; one with a number and a LID is told once. */
  contacts(part: ListPart, signal: AbortSignal): Promise<Listed<Contact>>;
  /** Asks WhatsApp's server whether a number (digits) is there. */
  number(phone: string, signal: AbortSignal): Promise<NumberCheck>;
}

/** Messaging only, so that the engine interface does not grow into a god class. */
export interface MessageSender {
  /**
   * Hands a text to WhatsApp's page; acknowledgements follow as `ack` events. Resolves to the WhatsApp message id and the
   * acknowledgement so far. Rejects with `NotSent` when the page certainly never got it; any other rejection leaves its
   * fate open (`fateOf`).
   */
  sendText(handover: Handover, signal: AbortSignal): Promise<{ whatsappId: string; ack: number }>;
  /**
   * How far a message has come by the page's own books, also under the sibling id of its chat. Null = the page's books do
   * not have it (which proves nothing for a profile that was restored). Rejects when the page could not be asked.
   */
  ackOf(whatsappId: string, signal: AbortSignal): Promise<number | null>;
  /** Whether a text to that recipient would open a new chat; null = the page cannot tell. Sends and asks the server nothing but the number. */
  opensNewChat(to: string, signal: AbortSignal): Promise<boolean | null>;
}
