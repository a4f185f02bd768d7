import { z } from 'zod';
import { type Account, sameAccount } from './accounts.ts';
import { samePhone } from './phones.ts';

export const sending = z.enum(['on', 'off']);
export type Sending = z.infer<typeof sending>;

/** Where sending can be switched off: for one session; by a hub, for a tenant or for a whole machine. */
export const SENDING_LEVELS = ['session', 'tenant', 'machine'] as const;
export const sendingLevel = z.enum(SENDING_LEVELS);
export type SendingLevel = z.infer<typeof sendingLevel>;

/**
 * What bounds a session, wherever its login goes: whether it may send, and whose phone may be linked. `sending`: the session's own
 * word; `sendingOffBy`: the levels above it that have sending off; `expectedPhone`: digits with the country code, null: any.
 */
export interface Bounds {
  sending: Sending;
  sendingOffBy: readonly Exclude<SendingLevel, 'session'>[];
  expectedPhone: string | null;
}

/** No bounds: what a new session has, and a login of a version that knew none. */
export const UNBOUND: Bounds = { sending: 'on', sendingOffBy: [], expectedPhone: null };

/** Bounds beside a login, in records, manifests and transfers. A field is there only where it bounds. */
export const carriedBounds = z.object({
  sending: sending.optional(),
  sendingOffBy: z.array(sendingLevel.exclude(['session'])).optional(),
  expectedPhone: z
    .string()
    .regex(/^[1-9][0-9]{6,14}$/)
    .optional(),
});
export type CarriedBounds = z.infer<typeof carriedBounds>;

/** Whether nothing may be sent, for any reason. */
export function isSendingOff({ sending: word, sendingOffBy }: Pick<Bounds, 'sending' | 'sendingOffBy'>): boolean {
  return word === 'off' || sendingOffBy.length > 0;
}

/** Every level that has sending off, the session's own first. */
export function offLevels({ sending: word, sendingOffBy }: Pick<Bounds, 'sending' | 'sendingOffBy'>): SendingLevel[] {
  return word === 'off' ? ['session', ...sendingOffBy] : [...sendingOffBy];
}

/** Bounds as they are written beside a login. */
export function carried({ sending: word, sendingOffBy, expectedPhone }: Bounds): CarriedBounds {
  return {
    ...(word === 'off' ? { sending: word } : {}),
    ...(sendingOffBy.length === 0 ? {} : { sendingOffBy: [...sendingOffBy] }),
    ...(expectedPhone === null ? {} : { expectedPhone }),
  };
}

/**
 * The bounds of a session to which a login with bounds of its own has come: the stricter of both. What a level has switched off
 * where the login comes from is off for the session here, unless a level here has it off as well. Of two phones the session's
 * own stays.
 */
export function tightened(own: Bounds, came: CarriedBounds): Pick<Bounds, 'sending' | 'expectedPhone'> {
  const wasOff = came.sending === 'off' || ((came.sendingOffBy ?? []).length > 0 && own.sendingOffBy.length === 0);
  return {
    sending: wasOff ? 'off' : own.sending,
    expectedPhone: own.expectedPhone ?? came.expectedPhone ?? null,
  };
}

/** Whether an account is of the expected phone; null where its number is not known. */
export function isExpected(expectedPhone: string, account: Account): boolean | null {
  return sameAccount(accountOfPhone(expectedPhone), account);
}

/** An account of which the number alone is known. */
export function accountOfPhone(phone: string): Account {
  return { id: `${phone}@c.us`, phone, name: '' };
}

/** Whether a pairing code for a number could link an account that is not expected. */
export function isOtherPhone(expectedPhone: string | null, phone: string): boolean {
  return expectedPhone !== null && !samePhone(expectedPhone, phone);
}
