import { z } from 'zod';
import { phoneOf } from './account-label.ts';
import { plainPhone, samePhone } from './phones.ts';
import { seenAs } from './tenants/seen.ts';

/**
 * The linked account, as WhatsApp names it. `id` is the WhatsApp id (`<digits>@c.us`, or `<digits>@lid` where the page knows
 * no number); `lid` is the account's LID, where the page has told it. `device` is the number of this link among the account's
 * devices, where the page has told it: WhatsApp gives each link another, so two logins with one number are copies.
 */
export const account = z.object({
  id: z.string(),
  phone: z.string(),
  name: z.string(),
  lid: z.string().optional(),
  device: z.number().int().nonnegative().optional(),
});
export type Account = z.infer<typeof account>;

/** Why a session waits in WRONG_ACCOUNT. */
export const WRONG_ACCOUNT_REASONS = [
  /** It belongs to another account than the one that is linked now. */
  'other_account',
  /** The account is linked in another session of this machine as well. */
  'linked_elsewhere',
] as const;
export type WrongAccountReason = (typeof WRONG_ACCOUNT_REASONS)[number];

/** Data of `session.account`: the account that a session belonged to, and the one that is linked now. */
export const accountChange = z.object({
  old: account.nullable().describe('Whose session it was; null where that was not known'),
  new: account.describe('Who is linked now'),
  reason: seenAs(
    'word',
    z
      .enum([...WRONG_ACCOUNT_REASONS, 'accepted', 'number_changed', 'number_refused'])
      .describe(
        '`other_account`: it is not the one that the session belongs to. `linked_elsewhere`: it is linked in another session too; ' +
          'a tenant is told `number_refused`. `accepted`: the operator has confirmed it. `number_changed`: the same account under another number',
      ),
  ),
  session: z.string().nullable().describe('The other session that the account is linked in; null where none is known'),
});
export type AccountChange = z.infer<typeof accountChange>;

/** Settles WRONG_ACCOUNT: the account is right, or its link is removed at WhatsApp. */
export const settleAccount = z.union([
  z.strictObject({ accept: z.literal(true) }),
  z.strictObject({ unlink: z.literal(true) }),
]);
export type SettleAccount = z.infer<typeof settleAccount>;

/**
 * Whether two logins are of one account: their LIDs match, or their numbers are one under WhatsApp's own spelling. Null
 * where neither can be compared. A number that changes under the same LID is the same account.
 */
export function sameAccount(a: Account, b: Account): boolean | null {
  const lids = bothKnown(lidOf(a), lidOf(b));
  const phones = bothKnown(phoneOf(a), phoneOf(b));
  if (lids !== null && lids[0] === lids[1]) return true;
  if (phones !== null) return samePhone(...phones);
  return lids === null ? null : false;
}

/**
 * Whether two logins are one link of one account, so that one of them is a copy of the other: both take it from each other,
 * and to unlink one ends both. Null where that is not known.
 */
export function sameLink(a: Account, b: Account): boolean | null {
  const isOneAccount = sameAccount(a, b);
  if (isOneAccount === false) return false;
  if (a.device === undefined || b.device === undefined) return null;
  if (a.device !== b.device) return false;
  return isOneAccount;
}

/** Whether one account has another number than before, under the same LID. */
export function hasNewNumber(before: Account, now: Account): boolean {
  const phones = bothKnown(phoneOf(before), phoneOf(now));
  return phones !== null && !samePhone(...phones);
}

/** What an account is known by, to look it up among many: its number as it is compared, and its LID. */
export function keysOfAccount(known: Account): { phone: string | null; lid: string | null } {
  const phone = phoneOf(known);
  return { phone: phone === null ? null : plainPhone(phone), lid: lidOf(known) };
}

function lidOf({ id, lid }: Account): string | null {
  return lid ?? (id.endsWith('@lid') ? id : null);
}

function bothKnown(a: string | null, b: string | null): [string, string] | null {
  return a === null || b === null ? null : [a, b];
}
