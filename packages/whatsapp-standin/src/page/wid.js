import { drift } from './drifts.js';
import { lidDigits, numberOfLid } from './lid.js';
import { Wid } from './wid-class.js';

/**
 * Reading ids of people and chats, and the two ids that one person has: the number (`@c.us`) and the LID (`@lid`).
 */

/** Reads an id in any of the forms that callers use. */
export function createWid(like) {
  if (like instanceof Wid) return like;
  const text = typeof like === 'string' ? like : (like?._serialized ?? `${like?.user}@${like?.server}`);
  const match = /^([\w.-]+?)(?::\d+)?@([\w.]+)$/.exec(text);
  if (!match) throw new Error(`wid error: invalid wid ${text}`);
  return new Wid(match[1], match[2] === 's.whatsapp.net' ? 'c.us' : match[2]);
}

/** People whose number WhatsApp does not tell, by their LID. */
const withoutNumber = new Set();

export function hideNumber(lid) {
  withoutNumber.add(String(lid));
}

/** The wid of a phone number. */
export function widOfNumber(number) {
  return new Wid(number, 'c.us');
}

/** The wid under which the chat with that number lives on this page. */
export function chatWidOf(number) {
  return drift('lid') ? new Wid(lidDigits(number), 'lid') : widOfNumber(number);
}

/** A chat as the servers know it: the number of a person, the id of a group. For the wire alone. */
export function addressBehind(wid) {
  if (!wid.isUser()) return String(wid);
  return wid.isLid() ? numberOfLid(wid.user) : wid.user;
}

/** `WAWebLidMigrationUtils.toPn`: the wid with the number, undefined where WhatsApp does not tell it. */
export function toPn(wid) {
  if (!wid?.isLid()) return wid ?? undefined;
  return withoutNumber.has(String(wid)) ? undefined : widOfNumber(addressBehind(wid));
}

/** `WAWebLidMigrationUtils.toLid`: undefined on a page that does not know LIDs. */
export function toLid(wid) {
  if (!wid || wid.isLid()) return wid ?? undefined;
  return drift('lid') && wid.server === 'c.us' ? chatWidOf(wid.user) : undefined;
}

/** The other id of the same person. */
export function alternateWid(wid) {
  const other = wid.isLid() ? toPn(wid) : toLid(wid);
  return other && !other.equals(wid) ? other : null;
}

/** The same person under the id by which this page keeps chats. */
export function chatWid(wid) {
  return toLid(wid) ?? wid;
}
