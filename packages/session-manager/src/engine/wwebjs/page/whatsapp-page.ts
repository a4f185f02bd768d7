/**
 * WhatsApp's page as our own in-page functions see it: the few globals and modules that they use (whatsapp-web-2026,
 * sections 1 to 3 and 8). Every function of this folder is sent into the page as text: it uses its arguments and the
 * page's globals alone, and imports types only.
 */

/** The id of one human, a group or a chat. Its text is asked for with `String(wid)`. */
export interface Wid {
  readonly user?: string;
  readonly server?: string;
}

/** The id of a message. Since July 2026 the field that keeps its text may have any name, or be missing (1.2). */
export interface Key {
  readonly fromMe: boolean;
  readonly remote: Wid | string;
  readonly id: string;
  readonly self?: string;
  readonly participant?: Wid | string | null;
  readonly _serialized?: unknown;
}

/** A message: the page's model, or the plain copy that whatsapp-web.js makes of it. */
export interface PageMsg {
  readonly id: Key;
  readonly t: number;
  readonly type: string;
  readonly body?: string;
  readonly caption?: string;
  readonly pollName?: string;
  readonly eventName?: string;
  readonly directPath?: string;
  readonly filehash?: string;
  readonly mimetype?: string;
  readonly from?: Wid | string;
  readonly to?: Wid | string;
  readonly author?: Wid | string | null;
  readonly notifyName?: string;
  readonly isNotification?: boolean;
  readonly ack?: number;
}

export interface PageChat {
  readonly id: Wid;
  readonly t?: number;
  readonly name?: string;
  readonly formattedTitle?: string;
  readonly unreadCount?: number;
  readonly archive?: boolean;
  readonly lastReceivedKey?: unknown;
  readonly msgs: { getModelsArray(): PageMsg[] };
}

export interface PageContact {
  readonly id: Wid;
  readonly isBusiness?: boolean;
  readonly name?: string;
  readonly pushname?: string;
  readonly verifiedName?: string;
}

interface Collection<T> {
  get(id: unknown): T | undefined;
  getModelsArray(): T[];
}

export interface MsgCollection extends Collection<PageMsg> {
  getMessagesById(ids: readonly string[]): Promise<{ messages?: PageMsg[] } | undefined>;
}

type AnyFunction = (...args: never[]) => unknown;

/** `addAndSendMsgToChat`: the first promise is the message in the chat, the second its way to the server (9.3). */
export type SendToChat = (chat: unknown, message: unknown, ...rest: unknown[]) => [Promise<unknown>, Promise<unknown>];

export interface Modules {
  WAWebMsgKey: unknown;
  WAWebWidFactory: { createWid(text: string): Wid };
  WAWebCollections: { Msg: MsgCollection; Chat: Collection<PageChat>; Contact: Collection<PageContact> };
  WAWebChatLoadMessages: { loadEarlierMsgs(input: { chat: PageChat }): Promise<PageMsg[] | undefined> };
  WAWebSendMsgChatAction: { addAndSendMsgToChat: SendToChat };
  WAWebQueryExistsJob: { queryWidExists(wid: Wid): Promise<{ wid?: Wid } | null | undefined> };
  WAWebUserPrefsMeUser: { getMaybeMePnUser(): Wid | null | undefined; getMaybeMeLidUser(): Wid | null | undefined };
  WAWebApiContact: {
    getCurrentLid?(wid: Wid): Wid | null | undefined;
    getPhoneNumber?(wid: Wid): Wid | null | undefined;
    getAlternateUserWid?(wid: Wid): Wid | null | undefined;
  };
  WAWebFrontendContactGetters: { getIsMyContact?(contact: PageContact): unknown };
  WAWebLidMigrationUtils: { toPn?(wid: Wid): Wid | null | undefined; toLid?(wid: Wid): Wid | null | undefined };
  WAWebReachoutTimelockUtils: {
    canSendMsgWhileTimelocked?(input: { chat: PageChat; contact: PageContact | undefined }): unknown;
  };
  WAWebIndividualNewChatMessageCappingLimitUtils: {
    canSendMsgWhileCapped?(input: { chat: PageChat; contact: PageContact | undefined }): unknown;
  };
  WAWebDownloadManager: { downloadManager: { downloadAndMaybeDecrypt: AnyFunction } };
  WAWebChatForwardMessage: unknown;
  Bootloader: { loadModules(components: string[], done: () => void): void };
}

/** The names of one participant, as the page knows them. Null where it does not say. */
export interface PageAddress {
  id: string | null;
  lid: string | null;
  /** Digits only. */
  phone: string | null;
  name: string | null;
}

/** A message as it crosses from the page to Node: plain, small, and with everything that needs the page to be told. */
export interface MessageRecord {
  id: Key;
  /** The text of the id by the page's own word; null when the page has none. */
  key: string | null;
  /** The same message under the other id of its chat or of its author. */
  siblings: string[];
  fromMe: boolean;
  chatId: string;
  from: string;
  to: string;
  sender: PageAddress;
  recipient: PageAddress;
  chat: PageAddress;
  type: string;
  text: string;
  timestampS: number;
  ack: number | null;
}

/** What happened in the page, in the order in which it happened. */
export type LiveEvent =
  | { kind: 'message'; message: MessageRecord }
  | { kind: 'ack'; id: Key; key: string | null; siblings: string[]; ack: number }
  /** A call of the library's own function of that name; its arguments as JSON. */
  | { kind: 'library'; name: string; args: string };

/** How the ids of messages got their text: see `ids.ts`. */
export interface IdsReport {
  /**
   * `unseen`: the page's class of keys has not come by yet. `native`: it keeps the text where it always did. `early`: repaired
   * before the first key. `late`: repaired after keys existed. `failed`: it could not be repaired; ids are rebuilt in Node.
   */
  state: 'unseen' | 'native' | 'early' | 'late' | 'failed';
  /** The field in which this build keeps the text; null = in none. */
  field: string | null;
}

/** What we put into every document of WhatsApp, at `window.leadmaster`. */
export interface Toolbox {
  /** Why a part of it could not be put in place. */
  faults: string[];
  ids: IdsReport;
  /** The text of a key by the page's own word, or null. */
  textOf(key: Key): string | null;
  /** Repairs the class of keys and the keys that exist. Idempotent; also sets `ids`. */
  repairIds(): void;
  /** Puts the journalling wrapper in place; false when it cannot be. Idempotent. */
  repairHandover(): boolean;
  /** Whether the journalling wrapper is in place, without putting it there. */
  canJournal(): boolean;
  /** Puts the wrapper around media downloads in place; false when it cannot be. Idempotent. */
  repairDownload(): boolean;
  /** An error with what lies inside it: the page's own errors have names and messages of one letter. */
  describe(error: unknown): string;
  alternateOf(wid: Wid): Wid | null;
  addressOf(wid: Wid | string | null | undefined, name?: string): PageAddress;
  siblingsOf(key: Key): string[];
  /** A key as it crosses to Node: plain, its wids as texts. */
  plainKey(key: Key): Key;
  recordOf(message: PageMsg): MessageRecord;
  /** Wrappers of the library's helpers by name: put around each at the moment the library defines it. */
  helpers: Record<string, (original: AnyHelper) => AnyHelper>;
  /** Whether the library's own events are listened to in Node. */
  wantsModels: boolean;
  /** What takes the place of the library's exposed function of that name. */
  collector(name: string): (model: PageMsg, ack?: number) => void;
}

export type AnyHelper = (...args: unknown[]) => unknown;

export interface WhatsAppPage {
  /** The library's helpers. */
  WWebJS?: unknown;
  leadmaster: Toolbox;
  /** Exposed by Node: resolves once row and id are on disk, rejects when nothing may be handed over. */
  leadmasterJournal(ticket: string, key: string): Promise<void>;
  /** Exposed by Node. */
  leadmasterEvents(events: LiveEvent[]): Promise<void>;
  require: <Name extends keyof Modules>(name: Name) => Modules[Name];
  Bootloader?: Modules['Bootloader'];
}
