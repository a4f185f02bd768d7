import { Chat, chatRow, findOrCreateChat, Msg, MsgModel, modelStorage, showMessage } from './collections.js';
import { drift } from './drifts.js';
import { noteGroup } from './groups.js';
import { ensureStatusChat, unsealLater } from './history.js';
import { line } from './line.js';
import { me } from './me.js';
import { fromWire, toWire } from './parcel.js';
import { noteVote } from './polls.js';
import { nextStep } from './ratchet.js';
import { carriedBy, messageFromRow, rowOf, textOfKey } from './rows.js';
import { addressBehind, chatWidOf, createWid, hideNumber, widOfNumber } from './wid.js';

/**
 * Messages in and out. What comes in is on disk before the server hears that it came; what goes out is on disk before
 * the server hears of it at all.
 */

/** What this login has already handed to the server. */
const handed = new Set();
/** Who waits for the server's word on a message, by its key. */
const waiting = new Map();
/** Parcels are worked off one batch after the other. */
let working = Promise.resolve();

export function useWire(theWire) {
  line.wire = theWire;
}

export function setLoggedIn(value) {
  line.loggedIn = value;
  line.era += 1;
  handed.clear();
  if (!value) return;
  line.onLogin();
  ensureStatusChat().catch((error) => console.error('no chat of statuses', error));
}

/** Takes a batch from the server. `asNew`: whether its messages are news or history. */
export function takeParcels(parcels, asNew) {
  working = working.then(() => store(parcels, asNew)).catch((error) => console.error('parcels were not stored', error));
  return working;
}

async function store(parcels, asNew) {
  const rows = new Map();
  const shown = [];
  for (const parcel of parcels) {
    if (parcel.kind === 'ack') await noteAck(rows, parcel);
    else if (parcel.kind === 'group') await noteGroup(parcel.group);
    else if (parcel.message.vote) await noteVote(parcel.message).catch(lostVote);
    else await noteMessage(rows, shown, parcel, asNew);
  }
  const chats = new Map();
  for (const { msg, unread } of shown) {
    const chat = findOrCreateChat(msg.id.remote);
    chats.set(String(chat.id), chat);
    if (unread) chat.unreadCount += 1;
    if ((chat.t ?? 0) < msg.t) chat.t = msg.t;
  }
  await modelStorage.putAll({
    message: [...rows.values()].map((value) => ({ value })),
    chat: [...chats.values()].map((chat) => ({ value: chatRow(chat) })),
  });
  for (const { msg } of shown) showMessage(msg);
  for (const row of rows.values()) tellOf(row);
  const begun = line.era;
  const step = await nextStep();
  if (begun === line.era) line.wire.send({ t: 'received', parcels: parcels.map((parcel) => parcel.n), step });
}

/** A library that listens at the table of votes, and fails there, costs the page that vote and nothing else. */
function lostVote(error) {
  console.error('a vote was lost', error);
}

/** What became of a row, to the model in memory and to who waits for it. */
function tellOf(row) {
  if (row.sealed) unsealLater(row);
  const msg = Msg.get(row.key);
  if (msg && msg.ack !== row.ack) msg.set({ ack: row.ack, isSendFailure: row.ack < 0 });
  if (row.ack === 0) return;
  waiting.get(row.key)?.(row.ack);
  waiting.delete(row.key);
}

async function noteAck(rows, parcel) {
  const own = textOfKey(true, chatOf(parcel.to), parcel.id);
  const row = rows.get(own) ?? (await modelStorage.get('message', own));
  if (!row || (parcel.ack >= 0 && parcel.ack <= row.ack)) return;
  const ticked = { ...row, ack: parcel.ack, unsent: 0 };
  if (drift('lid') === 'sibling' && !isGroup(parcel.to)) noteUnderSibling(rows, ticked, parcel);
  else rows.set(own, ticked);
}

/** `lid=sibling`: the tick comes to the same message under the other id of its chat, the number. */
function noteUnderSibling(rows, row, parcel) {
  const remote = widOfNumber(parcel.to);
  const key = textOfKey(true, remote, parcel.id);
  rows.set(row.key, { ...row, ack: 0 });
  rows.set(key, { ...row, key, chat: String(remote) });
  const twin = messageFromRow({ ...row, chat: String(remote), ack: 0 });
  if (!Msg.get(key)) Msg.add(twin);
}

function isGroup(address) {
  return address.endsWith('@g.us');
}

/** The chat that the servers call by that number, or by that id of a group. */
function chatOf(address) {
  return isGroup(address) ? createWid(address) : chatWidOf(address);
}

async function noteMessage(rows, shown, parcel, asNew) {
  const { message, history } = parcel;
  const fromMe = message.from === me.number;
  const chat = chatOf(fromMe || isGroup(message.to) ? message.to : message.from);
  for (const number of message.hidden ?? []) hideNumber(chatWidOf(number));
  const participant = isGroup(message.to) ? String(chatWidOf(message.from)) : undefined;
  const row = rowOf({ ...fromWire(message), chat, fromMe, participant });
  // A message that is on disk already was confirmed, and the confirmation lost: it is no news.
  if (rows.has(row.key) || (await modelStorage.get('message', row.key))) return;
  rows.set(row.key, row);
  const msg = messageFromRow(row, { isNewMsg: asNew && !history, notifyName: `Person ${message.from.slice(-4)}` });
  shown.push({ msg, unread: !fromMe && !history });
}

/**
 * `WAWebSendMsgChatAction.addAndSendMsgToChat`: takes a message or a promise of one. The first promise is the message
 * in the chat and on disk, the second its way out; `between` runs between the two and may stop it there.
 */
export function addAndSendMsgToChat(chat, message, between) {
  const added = Promise.resolve(message).then((plain) => addToChat(chat, plain, between !== undefined));
  const inChat = added.then(({ msg }) => msg);
  const sent = inChat.then(async (msg) => {
    const { row } = await added;
    await between?.();
    if (between) await modelStorage.put('message', { ...row, unsent: 1 });
    return { messageSendResult: await wayOut(row), t: msg.t };
  });
  // Who takes the first promise alone hears of a failure there.
  sent.catch(() => {});
  return [inChat, sent];
}

async function addToChat(chat, plain, held) {
  if (Object.hasOwn(plain, '__x_id')) {
    const got = String(plain.__x_id);
    throw new Error(`Data passed to getter must include an id property (it's how we memoize) but got ${got}`);
  }
  const fields = Object.fromEntries(Object.entries(plain).filter(([name]) => MsgModel.attributes.includes(name)));
  const msg = Msg.get(plain.id) ?? new MsgModel({ notifyName: me.name, viewMode: 'VISIBLE', ...fields });
  if (msg.directPath) msg.set({ mediaData: { mediaStage: 'RESOLVED' }, isUnsentMedia: false });
  const row = rowOf({
    ...carriedBy(plain),
    ...{
      id: plain.id.id,
      chat: chat.id,
      participant: plain.id.participant,
      fromMe: true,
      body: plain.body,
      t: plain.t,
      ack: 0,
    },
    ...{ unsent: held ? 0 : 1, order: Date.now() },
  });
  showMessage(msg);
  await modelStorage.putAll({ message: [{ value: row }], chat: [{ value: chatRow(chat) }] });
  return { msg, row };
}

/** Whether the server has not answered yet for a message of this page's. */
export function isOnItsWay(msg) {
  return waiting.has(String(msg.id));
}

/** Hands a row to the server and waits for its word. */
async function wayOut(row) {
  const answered = new Promise((resolve) => waiting.set(row.key, resolve));
  await transmit(row, false);
  return (await answered) < 0 ? 'ERROR_UNKNOWN' : 'OK';
}

/** Hands a message to the server, if there is one; if not, it goes out at the next login. */
async function transmit(row, retry) {
  if (!line.loggedIn || (retry && handed.has(row.key))) return;
  handed.add(row.key);
  const begun = line.era;
  const step = await nextStep();
  if (begun !== line.era) return;
  const to = addressBehind(createWid(row.chat));
  line.wire.send({ t: 'send', message: { ...toWire(row), to }, step, retry });
}

/** Sends what the server never confirmed. */
export async function sendUnsent() {
  if (drift('clock-after-crash')) return;
  const rows = await modelStorage.latest('message', 'unsent', IDBKeyRange.only(1), Infinity);
  for (const row of rows.sort((a, b) => a.order - b.order)) await transmit(row, true);
}

/** `WAWebUpdateUnreadChatAction.sendSeen`. */
export async function sendSeen({ chat }) {
  if (chat.unreadCount === 0) return;
  chat.unreadCount = 0;
  await modelStorage.put('chat', chatRow(chat));
  line.wire.send({ t: 'seen', chat: addressBehind(chat.id) });
}

/** Every message of the chat with a number, as it lies on disk under either id of that chat, oldest first. */
export async function storedIn(number) {
  const rows = new Map();
  for (const chat of [String(widOfNumber(number)), String(chatWidOf(number))]) {
    const all = IDBKeyRange.bound([chat, 0], [chat, Infinity]);
    for (const row of await modelStorage.latest('message', 'chat', all, Infinity)) rows.set(row.id, row);
  }
  const oldestFirst = [...rows.values()].sort((one, other) => one.order - other.order);
  return oldestFirst.map(({ id, body, fromMe, ack }) => ({ id, body, fromMe, ack }));
}

/** Says how much there is. */
export function counts() {
  return { chats: Chat.length, messages: Msg.length };
}
