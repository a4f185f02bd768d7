import { Chat, findOrCreateChat } from './collections.js';
import { drift } from './drifts.js';
import { isMe } from './me.js';
import { numberExists } from './session.js';
import { addressBehind, chatWid, chatWidOf, createWid, hideNumber } from './wid.js';

/**
 * Finding people: whether a number is on WhatsApp, and the chat with it.
 */

/** `WAWebQueryExistsJob.queryWidExists`: null when no account has that number; else the id that WhatsApp knows them by. */
export async function queryWidExists(like) {
  const wid = createWid(like);
  const number = addressBehind(wid);
  const found = await numberExists(number);
  if (!found) return null;
  if (found.hidden) hideNumber(chatWidOf(number));
  return { wid: drift('no-lid') ? wid : chatWid(wid) };
}

/**
 * `WAWebFindChatAction.findOrCreateLatestChat`: on a page that knows LIDs the chat with a number is the chat with its
 * LID, and without one there is none. `_origin` and `_options` say who asks and how; they change nothing here.
 */
export async function findOrCreateLatestChat(like, _origin, _options) {
  const asked = createWid(like);
  const wid = chatWid(asked);
  const known = Chat.get(wid) ?? Chat.get(asked);
  if (known) return { chat: known, created: false };
  if (drift('no-lid') && asked.isUser() && !isMe(asked)) throw new Error('No LID for user');
  return { chat: findOrCreateChat(wid), created: true };
}

/** `WAWebContactGetters`. */
export const contactGetters = {
  getIsMe: (contact) => isMe(contact.id),
  getIsUser: (contact) => contact.id.isUser(),
  getIsGroup: (contact) => contact.id.isGroup(),
  getIsWAContact: () => true,
  getUserid: (contact) => contact.id.user,
  getVerifiedName: (contact) => contact.verifiedName,
  getVerifiedLevel: (contact) => contact.verifiedLevel,
  getStatusMute: (contact) => contact.statusMute,
  getName: (contact) => contact.name,
  getShortName: (contact) => contact.shortName,
  getPushname: (contact) => contact.pushname,
  getIsEnterprise: (contact) => contact.isEnterprise,
};
