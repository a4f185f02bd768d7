import { Chat, chatRow, findOrCreateChat, Msg, modelStorage, showMessage } from './collections.js';
import { groupFields } from './groups.js';
import { line } from './line.js';
import { messageFromRow, rowOf } from './rows.js';
import { addressBehind, chatWid, createWid, hideNumber } from './wid.js';

/**
 * The past of the chats: from disk into memory, at the start and on demand.
 */
const LOADED_PER_CHAT = 50;
const EARLIER_AT_ONCE = 50;
/** How long the servers may take to say whether a chat's past can be read. */
const ANSWER_MS = 1_000;
const STATUS_AGE_S = 86_400;

Msg.read = async (id) => {
  const row = await modelStorage.get('message', id);
  return row && (Msg.get(id) ?? Msg.add(messageFromRow(row)));
};

/** Loads the chats and the latest messages of each from disk, as the page does at its start. */
export async function loadModels() {
  for (const row of await modelStorage.all('chat')) {
    const { id, hidden, group, ...stored } = await underToday(row);
    if (hidden) hideNumber(id);
    findOrCreateChat(createWid(id), { ...stored, ...(group ? groupFields(group) : {}) });
  }
  for (const chat of Chat.getModelsArray()) {
    for (const row of (await rowsBefore(chat, Infinity, LOADED_PER_CHAT)).reverse()) {
      showMessage(messageFromRow(row));
      if (row.sealed) unsealLater(row);
    }
  }
}

/** A chat that an older page kept by its number moves under its LID, with its messages, on a page that knows LIDs. */
async function underToday(row) {
  const before = createWid(row.id);
  const wid = chatWid(before);
  if (wid.equals(before)) return row;
  const all = IDBKeyRange.bound([row.id, 0], [row.id, Infinity]);
  const messages = await modelStorage.latest('message', 'chat', all, Infinity);
  const moved = { ...row, id: String(wid) };
  await modelStorage.putAll({
    message: messages.map((message) => ({ value: { ...message, ...rowOf({ ...message, chat: wid }) } })),
    chat: [{ value: moved }],
  });
  for (const { key } of messages) await modelStorage.delete('message', key);
  await modelStorage.delete('chat', row.id);
  return moved;
}

/** `WAWebChatLoadMessages.loadEarlierMsgs`: the next older ones that are not in memory yet; undefined if none is. */
export async function loadEarlierMsgs({ chat }) {
  await askWhetherReadable(chat);
  const oldest = Math.min(Infinity, ...chat.msgs.map((msg) => (msg.t + 1) * 1000));
  const rows = await rowsBefore(chat, oldest, EARLIER_AT_ONCE + chat.msgs.length);
  const fresh = rows.filter((row) => !Msg.get(row.key)).slice(0, EARLIER_AT_ONCE);
  if (fresh.length === 0) return undefined;
  return fresh.reverse().map((row) => showMessage(messageFromRow(row)));
}

/** The servers notice each reading of the past, and may have the chat be one that cannot be read. */
async function askWhetherReadable({ id }) {
  if (id.isStatus()) line.wire.send({ t: 'status_read' });
  const tooLate = new Promise((resolve) => setTimeout(resolve, ANSWER_MS, true));
  const readable = await Promise.race([
    line.wire.call({ t: 'load_earlier', chat: addressBehind(id) }).catch(() => true),
    tooLate,
  ]);
  if (!readable) throw new TypeError("Cannot read properties of undefined (reading 'waitForChatLoading')");
}

function rowsBefore(chat, order, limit) {
  const id = String(chat.id);
  return modelStorage.latest('message', 'chat', IDBKeyRange.bound([id, 0], [id, order]), limit);
}

/** Every account has the chat of the statuses, with something old in it. */
export async function ensureStatusChat() {
  const wid = createWid('status@broadcast');
  if (Chat.get(wid)) return;
  const t = Math.floor(Date.now() / 1000) - STATUS_AGE_S;
  const row = rowOf({ id: `3A${'0'.repeat(16)}51`, chat: wid, fromMe: false, body: 'A status', t, ack: 1 });
  const chat = findOrCreateChat(wid, { t });
  await modelStorage.putAll({ message: [{ value: row }], chat: [{ value: chatRow(chat) }] });
  showMessage(messageFromRow(row));
}

/** A placeholder becomes a message with its text, some time after it was shown. */
export function unsealLater(row) {
  setTimeout(async () => {
    const { sealed, ...rest } = row;
    const known = await modelStorage.get('message', row.key);
    if (!known?.sealed) return;
    await modelStorage.put('message', { ...rest, ack: known.ack, type: sealed.type, body: sealed.body });
    const msg = Msg.get(row.key);
    if (!msg) return;
    // The text first and unheard: WhatsApp tells of the type, and an edit is something else.
    msg.__x_body = sealed.body;
    msg.type = sealed.type;
  }, row.sealed.afterMs);
}

/** Removes everything from disk: another account may link here next. */
export async function forgetModels() {
  for (const store of ['meta', 'chat', 'message', 'payload']) await modelStorage.clear(store);
}
