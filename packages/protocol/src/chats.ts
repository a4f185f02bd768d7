import { z } from 'zod';
import { address } from './addresses.ts';
import { seenMessage } from './messages.ts';
import { MESSAGE_STATES } from './states.ts';

const time = z.iso.datetime();

/** Where a list of the page goes on: behind an entry, by its time (epoch seconds) and id. Opaque to callers. */
export const pageCursor = z.string().regex(/^[0-9]{1,12}\.[\w@.:-]{1,250}$/, 'a `cursor` that a list has answered');

/** A chat with one person or a group. Null where the page of WhatsApp Web does not say. */
export const chat = z.object({
  /** The WhatsApp id by which it is asked for. */
  id: z.string(),
  chat: address,
  isGroup: z.boolean(),
  unread: z.number().int().nullable(),
  lastMessageAt: time.nullable(),
  isArchived: z.boolean().nullable(),
});
export type Chat = z.infer<typeof chat>;

/** Chats, the one with the latest message first. */
export const chatPage = z.object({ items: z.array(chat), cursor: z.string().nullable() });
export type ChatPage = z.infer<typeof chatPage>;

/** A message as its chat has it now, sent or received by anyone. */
export const chatMessage = seenMessage.omit({ caughtUp: true }).extend({
  fromMe: z.boolean(),
  /** How far one of the account's own has come; null for others, and where WhatsApp says otherwise. */
  state: z.enum(MESSAGE_STATES).nullable(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

/** Messages of a chat, the latest first. */
export const chatMessagePage = z.object({
  items: z.array(chatMessage),
  cursor: z.string().nullable(),
  /**
   * Whether these, or those behind the cursor, are known to reach the beginning of the chat. False in the first minutes of a
   * link, in which WhatsApp is not asked for earlier messages than the page holds.
   */
  isWhole: z.boolean(),
});
export type ChatMessagePage = z.infer<typeof chatMessagePage>;

/** A person that the account knows. Null where the page of WhatsApp Web does not say. */
export const contact = address.extend({
  id: z.string(),
  /** What they call themselves; `name` is first the one in the account's own address book. */
  pushName: z.string().nullable(),
  isInAddressBook: z.boolean().nullable(),
  isBusiness: z.boolean().nullable(),
});
export type Contact = z.infer<typeof contact>;

/** Contacts by their ids. */
export const contactPage = z.object({ items: z.array(contact), cursor: z.string().nullable() });
export type ContactPage = z.infer<typeof contactPage>;

/** Whether a number is on WhatsApp, by its server. */
export const numberCheck = z.object({
  /** The digits that were asked for. */
  phone: z.string(),
  isOnWhatsApp: z.boolean(),
  /** Whose number it is, as WhatsApp writes it; null where it is on no phone with WhatsApp. */
  address: address.nullable(),
  /** Where it is not: the other way in which that country writes it, if that one is. */
  otherSpelling: z.string().nullable(),
});
export type NumberCheck = z.infer<typeof numberCheck>;
