/**
 * The calls of the self-test that ask more than types: each is harmless, local to the page, and self-contained. True: it
 * answers as it did. A text: how not. Null: there is nothing to try it with. Texts never name what is in the page.
 */

interface Wid {
  _serialized?: unknown;
  server?: string;
}

interface Key {
  _serialized?: unknown;
  equals(other: unknown): boolean;
}

interface Msg {
  id: Key;
}

interface Chat {
  id: Wid;
  lastReceivedKey?: unknown;
}

interface Store<T> {
  getModelsArray(): T[];
  get(id: unknown): T | undefined;
}

interface Page {
  Debug?: { VERSION?: unknown };
  leadmasterLife?: { listeners?: string };
  WWebJS: {
    getChatModel(chat: Chat): Promise<unknown>;
    getMessageModel(msg: Msg): { id?: { _serialized?: unknown } };
    getContactModel(contact: unknown): unknown;
  };
  require(name: 'WAWebCollections'): {
    Chat: Store<Chat>;
    Contact: Store<unknown>;
    Msg: Store<Msg> & { getMessagesById(ids: string[]): Promise<{ messages?: Msg[] } | undefined> };
    GroupMetadata?: unknown;
    WAWebGroupMetadataCollection?: unknown;
  };
  require(name: 'WAWebMsgKey'): {
    from(like: object): Key;
    fromString(text: string): Key;
    newId(): unknown;
  };
  require(name: 'WAWebWidFactory'): { createWid(text: string): Wid };
  require(name: 'WAWebUserPrefsMeUser'): { getMaybeMePnUser(): Wid | null; getMaybeMeLidUser(): Wid | null };
  require(name: 'WAWebStreamModel'): { Stream: { mode?: unknown } };
  require(name: 'WAWebSocketModel'): { Socket: { hasSynced?: unknown; state?: unknown } };
  require(name: 'WAWebCallCollection'): Record<string, unknown>;
  require(name: 'WAWebGetEphemeralFieldsMsgActionsUtils'): { getEphemeralFields(chat: Chat): unknown };
  require(name: 'WALinkify'): { findLink(text: string): unknown };
  require(name: 'WAWebLidMigrationUtils'): { toPn(wid: Wid): unknown };
  require(name: 'WAWebModalManager'): { ModalManager: { existsAsync(): unknown } };
}

type Answer = boolean | string | null;

export function socketState(page: Page): Answer {
  const KNOWN =
    /^(UNLAUNCHED|OPENING|PAIRING|UNPAIRED|UNPAIRED_IDLE|CONNECTED|TIMEOUT|CONFLICT|PROXYBLOCK|TOS_BLOCK|SMB_TOS_BLOCK|DEPRECATED_VERSION|SCREEN_LOCKED)$/;
  return KNOWN.test(String(page.require('WAWebSocketModel').Socket.state)) || 'a state that is not known';
}

export function version(page: Page): Answer {
  return /^2\.3000\.\d+/.test(String(page.Debug?.VERSION)) || 'not of the form 2.3000.N';
}

export function synced(page: Page): Answer {
  const isMain = page.require('WAWebStreamModel').Stream.mode === 'MAIN';
  return (isMain && page.require('WAWebSocketModel').Socket.hasSynced === true) || 'READY, but not MAIN and synced';
}

export function me(page: Page): Answer {
  const { getMaybeMePnUser, getMaybeMeLidUser } = page.require('WAWebUserPrefsMeUser');
  const wid = getMaybeMePnUser() ?? getMaybeMeLidUser();
  return typeof wid?._serialized === 'string' || 'no own id, or one without a text';
}

export function callMap(page: Page): Answer {
  const calls = page.require('WAWebCallCollection');
  // The library looks for the Map only where the module has listeners, and then needs it.
  const isNeeded = typeof calls.on === 'function';
  return !isNeeded || Object.values(calls).some((value) => value instanceof Map) || 'no map of calls';
}

export function keyText(page: Page): Answer {
  const { Chat, Msg } = page.require('WAWebCollections');
  const MsgKey = page.require('WAWebMsgKey');
  const { getMaybeMePnUser, getMaybeMeLidUser } = page.require('WAWebUserPrefsMeUser');
  const mine = [String(getMaybeMePnUser()), String(getMaybeMeLidUser())];
  const chat = Chat.getModelsArray().find(
    ({ id }) => /^(c\.us|lid)$/.test(id.server ?? '') && !mine.includes(String(id)),
  );
  const known = Msg.getModelsArray()[0]?.id;
  const key = known ?? (chat ? MsgKey.from({ fromMe: false, remote: chat.id, id: 'LMTEST' }) : null);
  if (key === null) return null;
  const text = String(key);
  if (!/^(true|false)_.+_.+/.test(text)) return 'a key has no text';
  if (key._serialized !== text) return 'the text of a key lies under another name';
  // A key of a chat with oneself gets a direction appended.
  if (/_(in|out)$/.test(text)) return true;
  return MsgKey.fromString(text).equals(key) || 'a key is not what its text says';
}

export function widText(page: Page): Answer {
  const { getMaybeMePnUser, getMaybeMeLidUser } = page.require('WAWebUserPrefsMeUser');
  const mine = getMaybeMePnUser() ?? getMaybeMeLidUser();
  if (mine === null || mine === undefined) return null;
  const wid = page.require('WAWebWidFactory').createWid(String(mine));
  return (
    (wid._serialized === String(mine) && String(mine).includes('@')) || 'the text of an id lies under another name'
  );
}

export function chatByBoth(page: Page): Answer {
  const { Chat } = page.require('WAWebCollections');
  const chat = Chat.getModelsArray()[0];
  if (chat === undefined) return null;
  return (Chat.get(chat.id) === chat && Chat.get(String(chat.id)) === chat) || 'a chat is not found by its id';
}

export async function chatModel(page: Page): Promise<Answer> {
  const { Chat } = page.require('WAWebCollections');
  // Of a group the server would be asked.
  const chats = Chat.getModelsArray().filter(({ id }) => /^(c\.us|lid)$/.test(id.server ?? ''));
  const chat = chats.find(({ lastReceivedKey }) => lastReceivedKey) ?? chats[0];
  if (chat === undefined) return null;
  try {
    return (await page.WWebJS.getChatModel(chat)) ? true : 'no model of a chat';
  } catch {
    return 'the model of a chat cannot be made';
  }
}

export function ephemeral(page: Page): Answer {
  const chat = page.require('WAWebCollections').Chat.getModelsArray()[0];
  if (chat === undefined) return null;
  const fields = page.require('WAWebGetEphemeralFieldsMsgActionsUtils').getEphemeralFields(chat);
  return fields === null || fields === undefined || typeof fields === 'object' || 'no fields of a message';
}

export function link(page: Page): Answer {
  return page.require('WALinkify').findLink('https://example.com') ? true : 'finds no link';
}

export async function newId(page: Page): Promise<Answer> {
  return /^3EB0[0-9A-F]{16,18}$/.test(String(await page.require('WAWebMsgKey').newId())) || 'an id of another form';
}

export function listeners(page: Page): Answer {
  const word = page.leadmasterLife?.listeners;
  if (word === undefined) return null;
  return word === 'attached' || 'the listeners for messages were not attached';
}

export function messageModel(page: Page): Answer {
  const msg = page.require('WAWebCollections').Msg.getModelsArray()[0];
  if (msg === undefined) return null;
  return page.WWebJS.getMessageModel(msg).id?._serialized === String(msg.id) || 'the copy of a message has no id';
}

export async function messageById(page: Page): Promise<Answer> {
  const { Msg } = page.require('WAWebCollections');
  const msg = Msg.getModelsArray()[0];
  if (msg === undefined) return null;
  const found = (await Msg.getMessagesById([String(msg.id)]))?.messages?.[0];
  if (found === undefined) return 'a message is not found by its id';
  return String(found.id) === String(msg.id) || 'another message is found by the id';
}

export function contactModel(page: Page): Answer {
  const { getMaybeMePnUser, getMaybeMeLidUser } = page.require('WAWebUserPrefsMeUser');
  const { Contact } = page.require('WAWebCollections');
  const contact = Contact.get(getMaybeMePnUser()) ?? Contact.get(getMaybeMeLidUser()) ?? Contact.getModelsArray()[0];
  if (contact === undefined) return null;
  return page.WWebJS.getContactModel(contact) ? true : 'no model of a contact';
}

export function groupMetadata(page: Page): Answer {
  const { GroupMetadata, WAWebGroupMetadataCollection } = page.require('WAWebCollections');
  return Boolean(GroupMetadata ?? WAWebGroupMetadataCollection) || 'no collection of groups';
}

export function phoneOfMe(page: Page): Answer {
  const wid = page.require('WAWebUserPrefsMeUser').getMaybeMePnUser();
  if (wid === null || wid === undefined) return null;
  return page.require('WAWebLidMigrationUtils').toPn(wid) ? true : 'no phone number of oneself';
}

export async function windows(page: Page): Promise<Answer> {
  return typeof (await page.require('WAWebModalManager').ModalManager.existsAsync()) === 'boolean' || 'no yes or no';
}
