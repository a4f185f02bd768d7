import { openDatabase } from './database.js';
import { minifiedCall } from './errors.js';
import { isMe, me } from './me.js';
import { Collection, Model } from './models.js';
import { addressBehind, alternateWid, chatWid, createWid, toPn } from './wid.js';

/**
 * Chats, contacts and messages as WhatsApp's collections: the latest messages are in memory, all of them in IndexedDB.
 */
export const modelStorage = await openDatabase('model-storage');

export class MsgModel extends Model {
  static attributes = [
    ...['id', 'body', 'type', 'subtype', 't', 'from', 'to', 'author', 'self', 'ack', 'isNewMsg', 'star', 'local'],
    ...['notifyName', 'invis', 'isForwarded', 'hasReaction', 'isNotification', 'isEphemeral', 'isStatusV3', 'caption'],
    ...['mediaObject', 'links', 'mentionedJidList', 'groupMentions', 'isUnsentMedia', 'kind', 'viewMode', 'isFailed'],
    ...['mediaData', 'directPath', 'mimetype', 'filehash', 'encFilehash', 'mediaKey', 'mediaKeyTimestamp', 'size'],
    ...['filename', 'isViewOnce', 'pollName', 'pollOptions', 'pollSelectableOptionsCount', 'isSendFailure'],
    ...['quotedStanzaID', 'quotedParticipant', 'quotedMsg'],
  ];
  static session = ['mediaObject', 'mediaData'];

  /** A medium that is known is at hand: there is nothing that could be expired here. */
  async downloadMedia() {}

  unsafe() {
    return this;
  }

  /** What a message that quotes this one carries. */
  msgContextInfo() {
    return {
      quotedStanzaID: this.id.id,
      quotedParticipant: this.from,
      quotedMsg: { type: this.type, body: this.body },
    };
  }
}

class ChatModel extends Model {
  static attributes = [
    ...['id', 'formattedTitle', 'name', 't', 'unreadCount', 'archive', 'pin', 'isLocked', 'mute', 'muteExpiration'],
    ...['isReadOnly', 'lastReceivedKey', 'notSpam', 'groupMetadata', 'newsletterMetadata', 'msgs'],
    // How the servers describe the group, for the disk.
    'group',
  ];
  static session = ['group'];

  constructor(values) {
    // The messages of this chat that are in memory.
    super({ ...values, msgs: new Collection(MsgModel) });
  }

  serialize() {
    return { ...super.serialize(), msgs: this.msgs.map((msg) => String(msg.id)) };
  }
}

class ContactModel extends Model {
  static attributes = [
    ...['id', 'name', 'shortName', 'pushname', 'verifiedName', 'verifiedLevel', 'isBusiness', 'isEnterprise', 'type'],
    ...['statusMute', 'labels', 'isContactBlocked', 'phoneNumber', 'businessProfile', 'formattedName'],
  ];
}

class MsgCollection extends Collection {
  /** How a message is read from the disk; set by the history, which knows. */
  read = async (_id) => undefined;

  /** Looks in memory, then on disk: `undefined` asks the disk for no key, which it refuses. */
  getMessagesById = minifiedCall(async (ids) => {
    const rows = await Promise.all(ids.map(async (id) => this.get(id) ?? (await this.read(id && String(id)))));
    return { messages: rows.filter(Boolean) };
  });

  async search(query, _page = 1, count = 50, remote = undefined) {
    const text = query.toLowerCase();
    const found = this.filter((msg) => msg.body?.toLowerCase().includes(text));
    return { messages: found.filter((msg) => !remote || String(msg.id.remote) === remote).slice(0, count) };
  }
}

class ChatCollection extends Collection {
  async find(wid) {
    return this.get(wid) ?? findOrCreateChat(createWid(wid));
  }

  /** The latest first, as the list of chats shows them. */
  getModelsArray() {
    return super.getModelsArray().sort((one, other) => (other.t ?? 0) - (one.t ?? 0));
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

/** The contact of that wid, made when first asked for. */
export function contactOf(wid) {
  const known = Contact.get(wid);
  if (known) return known;
  const name = isMe(wid) ? me.name : nameOf(wid);
  const values = { id: wid, name, shortName: name, pushname: name, formattedName: name, type: 'in' };
  const phoneNumber = wid.isLid() ? toPn(wid) : undefined;
  const kind = { isBusiness: false, isEnterprise: false, isContactBlocked: false };
  return Contact.add(new ContactModel({ ...values, ...kind, ...(phoneNumber ? { phoneNumber } : {}) }));
}

/** What a person calls themselves. */
function nameOf(wid) {
  return wid.isUser() ? `Person ${addressBehind(wid).slice(-4)}` : wid.user;
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

/** How a chat lies on disk. */
export function chatRow(chat) {
  const hidden = chat.id.isLid() && alternateWid(chat.id) === null;
  const { t, unreadCount, archive, group } = chat;
  return { id: String(chat.id), t, unreadCount, archive, hidden, group };
}

/** Puts a message model into memory, once. */
export function showMessage(msg) {
  const known = Msg.get(msg.id);
  if (known) return known;
  const chat = findOrCreateChat(chatWid(msg.id.remote));
  chat.msgs.add(msg);
  chat.lastReceivedKey = msg.id;
  if ((chat.t ?? 0) < msg.t) chat.t = msg.t;
  return Msg.add(msg);
}
