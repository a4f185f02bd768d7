import type { Address } from '@leadmaster/protocol';
import type { PageMessage } from '../engine/engine.ts';
import { requestHash } from '../state/messages.ts';
import type { MessageRecord } from '../state/rows.ts';

/** Clocks differ, and a message may wait a while for its turn. */
const BEFORE_MS = 5 * 60_000;
const AFTER_MS = 30 * 60_000;

/** Since when the chats are to be read for messages without an id. */
export function reachOf(records: readonly MessageRecord[]): Date {
  return new Date(Math.min(...records.map(({ message }) => Date.parse(message.at))) - BEFORE_MS);
}

/** Whether a message of the page is what a row without an id was sent as: the same chat and text, at about the time. */
export function matches(record: MessageRecord, seen: PageMessage): boolean {
  if (!seen.fromMe || !isAbout(record, seen)) return false;
  return namesOf(seen).some((to) => requestHash(to, seen.text) === record.requestHash);
}

/** Whether it cannot be ruled out: the chat may be the recipient's under a name that WhatsApp does not say. */
export function mayBe(record: MessageRecord, seen: PageMessage): boolean {
  if (matches(record, seen)) return true;
  if (!isAbout(record, seen) || requestHash(record.message.to, seen.text) !== record.requestHash) return false;
  const isLid = record.message.to.endsWith('@lid');
  return [seen.chat, seen.recipient].every((address) => (isLid ? address.lid : address.phone) === null);
}

function isAbout({ message }: MessageRecord, seen: PageMessage): boolean {
  const after = Date.parse(seen.timestamp) - Date.parse(message.at);
  return after > -BEFORE_MS && after < AFTER_MS;
}

/** Every form in which a recipient may have been written. */
function namesOf({ chatId, to, chat, recipient }: PageMessage): string[] {
  const names = [chatId, to, ...formsOf(chat), ...formsOf(recipient)];
  return [...new Set(names)].filter((name) => name !== '');
}

function formsOf({ id, lid, phone }: Address): string[] {
  const forms = phone === null ? [] : [phone, `+${phone}`, `${phone}@c.us`];
  return [id, lid, ...forms].filter((form) => form !== null);
}
