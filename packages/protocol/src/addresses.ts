import { z } from 'zod';
import { normalPhone } from './phones.ts';

/**
 * The ids and name of one person or chat at WhatsApp. All four fields are always there; null where WhatsApp does not say.
 * `id`: the WhatsApp id that the page uses for them. `lid`: ends in `@lid`. `phone`: digits only, with the country code.
 */
export const address = z.object({
  id: z.string().nullable(),
  lid: z.string().nullable(),
  phone: z.string().nullable(),
  name: z.string().nullable(),
});
export type Address = z.infer<typeof address>;

/** An address of which WhatsApp says nothing. */
export const UNKNOWN_ADDRESS: Address = { id: null, lid: null, phone: null, name: null };

/** What a recipient or a WhatsApp id says of who it is: digits, `…@c.us`, `…@lid`, `…@g.us`. */
export function addressOf(id: string): Address {
  const [user = '', server] = id.split('@');
  const isPhone = server === undefined || server === 'c.us' || server === 's.whatsapp.net';
  return {
    ...UNKNOWN_ADDRESS,
    id: server === undefined ? null : id,
    lid: server === 'lid' ? id : null,
    phone: isPhone ? user.replace(/^\+/, '') : null,
  };
}

export const RECIPIENT_RULE =
  'a phone number with country code, such as +54 9 11 2345-6789, or a WhatsApp id that ends in @c.us, @s.whatsapp.net, @lid or @g.us';

const WHATSAPP_ID = /^([0-9]{7,20}|[0-9]{7,20}-[0-9]{7,20})@(c\.us|lid|g\.us)$/;

/**
 * The recipient in the one form that is kept: digits of a phone number, or a WhatsApp id (`…@c.us`, `…@lid`, `…@g.us`).
 * Null when the text cannot be a recipient.
 */
export function normalRecipient(text: string): string | null {
  const id = text.trim();
  if (WHATSAPP_ID.test(id)) return id;
  const person = /^([^@]+)@(c\.us|s\.whatsapp\.net)$/.exec(id)?.[1];
  if (person === undefined) return normalPhone(id);
  const digits = normalPhone(person);
  return digits === null ? null : `${digits}@c.us`;
}

/** A recipient as people write it; parses to the form that is kept. */
export const recipient = z
  .string()
  .max(100)
  .refine((text) => normalRecipient(text) !== null, { error: `must be ${RECIPIENT_RULE}` })
  .overwrite((text) => normalRecipient(text) ?? text);
