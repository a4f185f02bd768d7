import { z } from 'zod';
import { account } from './accounts.ts';

const time = z.iso.datetime();

/** The name of a folder in the trash. */
export const trashId = z.string().regex(/^[A-Za-z0-9][\w.-]{0,254}$/, 'the id of an entry of the trash');

/** A profile that was set aside. */
export const trashEntry = z.object({
  id: z.string(),
  /** The session it was of; null where its label cannot be read. */
  session: z.string().nullable(),
  /** Why it was set aside, such as `deleted` or `logout`. */
  reason: z.string(),
  at: time,
  generation: z.number().int().nullable(),
  /** Who was linked; null where that is not known. */
  account: account.nullable(),
  /** Measured now. */
  bytes: z.number().int(),
});
export type TrashEntryView = z.infer<typeof trashEntry>;

/** A part of the trash, newest first. `cursor` is the next `after`, and null when these were the last. */
export const trashPage = z.object({
  items: z.array(trashEntry),
  cursor: z.string().nullable(),
  /** How many there are in all, and the limits by which the trash is emptied. */
  total: z.number().int(),
  days: z.number(),
  maxBytes: z.number(),
});
export type TrashPage = z.infer<typeof trashPage>;

export const restoreFromTrash = z.strictObject({
  /** The operator confirms that no other place runs this login, where it is a copy. */
  originRetired: z.boolean().default(false),
});
export type RestoreFromTrash = z.infer<typeof restoreFromTrash>;
