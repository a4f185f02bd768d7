import { address, type Chat, type Contact } from '@leadmaster/protocol';
import { z } from 'zod';
import type { Listed } from './engine.ts';

/**
 * What a page answers about chats and people is checked before it is believed: types, lengths, and times that are times.
 * A build that says things otherwise is an error, never an empty list.
 */

/** Names are cut in the page to this, and texts to what WhatsApp itself takes. */
export const NAME_LENGTH = 1_000;
export const TEXT_LENGTH = 65_536;

const id = z.string().min(1).max(250);
const name = z.string().max(NAME_LENGTH);
/** Epoch seconds that a date can hold. */
const seconds = z.number().int().min(0).max(99_999_999_999);
const party = address.extend({
  id: id.nullable(),
  lid: id.nullable(),
  phone: z.string().max(40).nullable(),
  name: name.nullable(),
});
const place = z.object({ t: seconds, id }).nullable();

export const chatsAnswer = z.object({
  items: z.array(
    z.object({
      id,
      chat: party,
      isGroup: z.boolean(),
      unread: z.number().int().nullable(),
      t: seconds.nullable(),
      isArchived: z.boolean().nullable(),
    }),
  ),
  next: place,
});

export const contactsAnswer = z.object({
  items: z.array(
    party.extend({
      id,
      pushName: name.nullable(),
      isInAddressBook: z.boolean().nullable(),
      isBusiness: z.boolean().nullable(),
    }),
  ),
  next: place,
});

const key = z.object({
  fromMe: z.boolean(),
  remote: id,
  id,
  self: z.string().max(10).exactOptional(),
  participant: id.exactOptional(),
});

export const messagesAnswer = z
  .object({
    items: z.array(
      z.object({
        id: key,
        key: id.nullable(),
        siblings: z.array(id).max(4),
        fromMe: z.boolean(),
        chatId: id,
        from: id,
        to: z.string().max(250),
        sender: party,
        recipient: party,
        chat: party,
        type: z.string().max(100),
        text: z.string().max(TEXT_LENGTH),
        timestampS: seconds,
        ack: z.number().int().nullable(),
      }),
    ),
    next: place,
    isWhole: z.boolean(),
  })
  .nullable();

export const numberAnswer = z.object({ id, address: party }).nullable();

type Place = z.infer<typeof place>;

/** A place in a list as callers get it, and give it back. */
export function cursorOf(next: Place): string | null {
  return next === null ? null : `${next.t}.${next.id}`;
}

/** The place that a cursor names. */
export function placeOf(cursor: string | null): Place {
  if (cursor === null) return null;
  const dot = cursor.indexOf('.');
  return { t: Number(cursor.slice(0, dot)), id: cursor.slice(dot + 1) };
}

export function listedChats({ items, next }: z.infer<typeof chatsAnswer>): Listed<Chat> {
  const cursor = cursorOf(next);
  return {
    items: items.map(({ t, ...rest }) => ({
      ...rest,
      lastMessageAt: t === null ? null : new Date(t * 1000).toISOString(),
    })),
    cursor,
  };
}

export function listedContacts({ items, next }: z.infer<typeof contactsAnswer>): Listed<Contact> {
  return { items, cursor: cursorOf(next) };
}
