import {
  Chat,
  chatRow,
  findOrCreateChat,
  Msg,
  MsgModel,
  me,
  messageFromRow,
  modelStorage,
  rowOf,
  showMessage,
} from './collections.js';
import { nextStep } from './ratchet.js';
import { createWid, widOfNumber } from './wid.js';

/**
 * Messages in and out. What comes in is on disk before the server hears that it came; what goes out is on disk before
 * the server hears of it at all.
 */
let wire = null;
let loggedIn = false;
/** Grows with every login: what was begun under an older one is not finished under this one. */
let era = 0;
/** What this login has already handed to the server. */
const handed = new Set();
/** Parcels are worked off one batch after the other. */
let working = Promise.resolve();

export function useWire(theWire) {
  wire = theWire;
}

export function setLoggedIn(value) {
  loggedIn = value;
  era += 1;
  handed.clear();
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
    else await noteMessage(rows, shown, parcel, asNew);
  }
  const chats = new Map();
  for (const { msg, unread } of shown) {
    const chat = findOrCreateChat(msg.id.remote);
    chats.set(chat.id._serialized, chat);
    if (unread) chat.unreadCount += 1;
    if ((chat.t ?? 0) < msg.t) chat.t = msg.t;
  }
  await modelStorage.putAll({
    message: [...rows.values()].map((value) => ({ value })),
    chat: [...chats.values()].map((chat) => ({ value: chatRow(chat) })),
  });
  for (const { msg } of shown) showMessage(msg);
  for (const row of rows.values()) {
    const msg = Msg.get(row.key);
    if (msg && msg.ack !== row.ack) msg.ack = row.ack;
  }
  const begun = era;
  const step = await nextStep();
  if (begun === era) wire.send({ t: 'received', parcels: parcels.map((parcel) => parcel.n), step });
}

async function noteAck(rows, parcel) {
  const key = `true_${widOfNumber(parcel.to)}_${parcel.id}`;
  const row = rows.get(key) ?? (await modelStorage.get('message', key));
  if (row && (parcel.ack < 0 || parcel.ack > row.ack)) rows.set(key, { ...row, ack: parcel.ack, unsent: 0 });
}

async function noteMessage(rows, shown, parcel, asNew) {
  const { message, history } = parcel;
  const fromMe = message.from === me.number;
  const chat = widOfNumber(fromMe ? message.to : message.from)._serialized;
  const row = rowOf({ ...message, chat, fromMe });
  // A message that is on disk already was confirmed, and the confirmation lost: it is no news.
  if (rows.has(row.key) || (await modelStorage.get('message', row.key))) return;
  rows.set(row.key, row);
  const msg = messageFromRow(row, { isNewMsg: asNew && !history, notifyName: `Person ${message.from.slice(-4)}` });
  shown.push({ msg, unread: !fromMe && !history });
}

/**
 * `WAWebSendMsgChatAction.addAndSendMsgToChat`: the first promise is the message in the chat, the second its way out.
 */
export function addAndSendMsgToChat(chat, message) {
  const known = Msg.get(message.id);
  const fields = Object.fromEntries(Object.entries(message).filter(([name]) => MsgModel.attributes.includes(name)));
  const msg = known ?? new MsgModel({ notifyName: me.name, viewMode: 'VISIBLE', ...fields });
  const row = rowOf({
    id: message.id.id,
    chat: chat.id._serialized,
    fromMe: true,
    body: message.body,
    t: message.t,
    ack: 0,
    unsent: 1,
    order: Date.now(),
  });
  const added = (async () => {
    showMessage(msg);
    await modelStorage.putAll({ message: [{ value: row }], chat: [{ value: chatRow(chat) }] });
    return msg;
  })();
  const sent = added.then(async () => {
    await transmit(row, false);
    return { messageSendResult: 'OK', t: msg.t };
  });
  return [added, sent];
}

/** Hands a message to the server, if there is one; if not, it goes out at the next login. */
async function transmit(row, retry) {
  if (!loggedIn || (retry && handed.has(row.key))) return;
  handed.add(row.key);
  const begun = era;
  const step = await nextStep();
  if (begun !== era) return;
  const { id, body, t } = row;
  wire.send({ t: 'send', message: { id, to: createWid(row.chat).user, body, t }, step, retry });
}

/** Sends what the server never confirmed. */
export async function sendUnsent() {
  const rows = await modelStorage.latest('message', 'unsent', IDBKeyRange.only(1), Infinity);
  for (const row of rows.sort((a, b) => a.order - b.order)) await transmit(row, true);
}

/** `WAWebUpdateUnreadChatAction.sendSeen`. */
export async function sendSeen({ chat }) {
  if (chat.unreadCount === 0) return;
  chat.unreadCount = 0;
  await modelStorage.put('chat', chatRow(chat));
  wire.send({ t: 'seen', chat: chat.id.user });
}

/** Every message of the chat with a number, as it lies on disk, oldest first. */
export async function storedIn(number) {
  const chat = widOfNumber(number)._serialized;
  const all = IDBKeyRange.bound([chat, 0], [chat, Infinity]);
  const rows = await modelStorage.latest('message', 'chat', all, Infinity);
  return rows.reverse().map(({ id, body, fromMe, ack }) => ({ id, body, fromMe, ack }));
}

/** Says how much there is. */
export function counts() {
  return { chats: Chat.length, messages: Msg.length };
}
