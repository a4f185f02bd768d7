import { openDatabase } from './database.js';
import { Collection, Model } from './models.js';
import { createWid, MsgKey, Wid, widOfNumber } from './wid.js';

/**
 * Chats, contacts and messages: in IndexedDB, and the latest of them in memory as WhatsApp's collections.
 */
const LOADED_PER_CHAT = 50;
const EARLIER_AT_ONCE = 50;

export const modelStorage = await openDatabase('model-storage');

export const me = { number: null, device: null, name: '' };

class MsgModel extends Model {
  static attributes = [
    ...['id', 'body', 'type', 'subtype', 't', 'from', 'to', 'author', 'self', 'ack', 'isNewMsg', 'star', 'local'],
    ...['notifyName', 'invis', 'isForwarded', 'hasReaction', 'isNotification', 'isEphemeral', 'isStatusV3', 'caption'],
    ...['mediaObject', 'links', 'mentionedJidList', 'groupMentions', 'isUnsentMedia', 'kind', 'viewMode', 'isFailed'],
  ];
}

class ChatModel extends Model {
  static attributes = [
    ...['id', 'formattedTitle', 'name', 't', 'unreadCount', 'archive', 'pin', 'isLocked', 'mute', 'muteExpiration'],
    ...['isReadOnly', 'lastReceivedKey', 'notSpam', 'groupMetadata', 'newsletterMetadata'],
  ];
  /** The messages of this chat that are in memory. */
  msgs = new Collection(MsgModel);

  serialize() {
    return { ...super.serialize(), msgs: this.msgs.map((msg) => msg.id._serialized) };
  }
}

class ContactModel extends Model {
  static attributes = [
    ...['id', 'name', 'shortName', 'pushname', 'verifiedName', 'verifiedLevel', 'isBusiness', 'isEnterprise', 'type'],
    ...['statusMute', 'labels', 'isContactBlocked', 'phoneNumber', 'businessProfile', 'formattedName'],
  ];
}

class MsgCollection extends Collection {
  /** Looks in memory, then on disk. */
  async getMessagesById(ids) {
    const rows = await Promise.all(ids.map(async (id) => this.get(id) ?? (await readMessage(id))));
    return { messages: rows.filter(Boolean) };
  }

  async search(query, _page = 1, count = 50, remote = undefined) {
    const text = query.toLowerCase();
    const found = this.filter((msg) => msg.body?.toLowerCase().includes(text));
    return { messages: found.filter((msg) => !remote || msg.id.remote._serialized === remote).slice(0, count) };
  }
}

class ChatCollection extends Collection {
  async find(wid) {
    return this.get(wid) ?? findOrCreateChat(createWid(wid));
  }
}

class ContactCollection extends Collection {
  async find(wid) {
    return contactOf(createWid(wid));
  }
}

class EmptyCollection extends Collection {
  async find() {
    return new Model();
  }

  async update() {}
}

export const Msg = new MsgCollection(MsgModel);
export const Chat = new ChatCollection(ChatModel);
export const Contact = new ContactCollection(ContactModel);
export const nothing = () => new EmptyCollection(Model);

export function myWid() {
  return me.number ? widOfNumber(me.number) : null;
}

/** The contact of that wid, made when first asked for. */
export function contactOf(wid) {
  const known = Contact.get(wid);
  if (known) return known;
  const name = wid.equals(myWid()) ? me.name : `Person ${wid.user.slice(-4)}`;
  const values = { id: wid, name, shortName: name, pushname: name, formattedName: name, type: 'in' };
  return Contact.add(new ContactModel({ ...values, isBusiness: false, isEnterprise: false, isContactBlocked: false }));
}

/** The chat with that wid, made (in memory alone, until it has a message) when first asked for. */
export function findOrCreateChat(wid, stored = {}) {
  const known = Chat.get(wid);
  if (known) return known;
  const title = contactOf(wid).name;
  const values = { formattedTitle: title, name: title, t: 0, unreadCount: 0, archive: false, pin: 0, isLocked: false };
  const muted = { mute: { expiration: 0, isMuted: false }, muteExpiration: 0, isReadOnly: false, notSpam: true };
  return Chat.add(new ChatModel({ ...values, ...muted, ...stored, id: wid }));
}

/** A message model from how it lies on disk. */
export function messageFromRow(row, more = {}) {
  const remote = createWid(row.chat);
  const mine = myWid();
  const from = row.fromMe ? mine : remote;
  const to = row.fromMe ? remote : mine;
  const id = new MsgKey({ fromMe: row.fromMe, remote, id: row.id });
  const fixed = {
    type: 'chat',
    self: row.fromMe ? 'out' : 'in',
    isNotification: false,
    star: false,
    isForwarded: false,
  };
  const rest = { viewMode: 'VISIBLE', kind: 'chat', mentionedJidList: [], groupMentions: [], hasReaction: false };
  return new MsgModel({
    ...fixed,
    ...rest,
    id,
    body: row.body,
    t: row.t,
    ack: row.ack,
    from,
    to,
    isNewMsg: false,
    ...more,
  });
}

/**
 * How a message lies on disk. `unsent` is 1 or 0, because IndexedDB has no index over booleans; `order` sorts the
 * messages of one second, which `t` cannot.
 */
export function rowOf({ id, chat, fromMe, body, t, ack, unsent = 0, order = t * 1000 }) {
  return { key: `${fromMe}_${chat}_${id}`, id, chat, fromMe, body, t, ack, unsent, order };
}

export function chatRow(chat) {
  return { id: chat.id._serialized, t: chat.t, unreadCount: chat.unreadCount, archive: chat.archive };
}

/** Puts a message model into memory, once. */
export function showMessage(msg) {
  const known = Msg.get(msg.id);
  if (known) return known;
  const chat = findOrCreateChat(msg.id.remote);
  chat.msgs.add(msg);
  chat.lastReceivedKey = msg.id;
  if ((chat.t ?? 0) < msg.t) chat.t = msg.t;
  return Msg.add(msg);
}

async function readMessage(id) {
  const row = await modelStorage.get('message', id);
  return row && (Msg.get(id) ?? Msg.add(messageFromRow(row)));
}

/** Loads the chats and the latest messages of each from disk, as the page does at its start. */
export async function loadModels() {
  for (const row of await modelStorage.all('chat')) {
    const { id, ...stored } = row;
    findOrCreateChat(createWid(id), stored);
  }
  for (const chat of Chat.getModelsArray()) {
    for (const row of (await rowsBefore(chat, Infinity, LOADED_PER_CHAT)).reverse()) showMessage(messageFromRow(row));
  }
}

/** `WAWebChatLoadMessages.loadEarlierMsgs`: the next older ones that are not in memory yet. */
export async function loadEarlierMsgs({ chat }) {
  const oldest = Math.min(Infinity, ...chat.msgs.map((msg) => (msg.t + 1) * 1000));
  const rows = await rowsBefore(chat, oldest, EARLIER_AT_ONCE + chat.msgs.length);
  const fresh = rows.filter((row) => !Msg.get(row.key)).slice(0, EARLIER_AT_ONCE);
  return fresh.reverse().map((row) => showMessage(messageFromRow(row)));
}

function rowsBefore(chat, order, limit) {
  const id = chat.id._serialized;
  return modelStorage.latest('message', 'chat', IDBKeyRange.bound([id, 0], [id, order]), limit);
}

/** Removes everything from disk: another account may link here next. */
export async function forgetModels() {
  for (const store of ['meta', 'chat', 'message', 'payload']) await modelStorage.clear(store);
}

export { MsgModel, Wid };
