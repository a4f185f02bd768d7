import { z } from 'zod';

export const PHONE_RULE = 'a phone number with its country code, such as +54 9 11 2345-6789';

/**
 * The digits of a phone number, from the ways in which people write it: with "+" or "00" in front, with spaces, dashes,
 * dots, brackets, and the invisible characters that come along when it is copied from a list of contacts. Null when the
 * text cannot be a number with its country code.
 */
export function normalPhone(text: string): string | null {
  const plain = text.replaceAll(/[\s\p{Pd}\p{Cf}().]/gu, '');
  const digits = plain.replace(/^(\+|00)/, '');
  return /^[1-9][0-9]{6,14}$/.test(digits) ? digits : null;
}

/**
 * Whether two numbers, digits with the country code, are one under WhatsApp's own spelling: Argentina and Mexico have a digit
 * of their own for mobiles behind the country code (54 9, 52 1), Brazil a ninth digit behind the area code, and WhatsApp
 * knows the same account with and without it.
 */
export function samePhone(a: string, b: string): boolean {
  return plainPhone(a) === plainPhone(b);
}

/** The one spelling of a number by which it is compared. */
export function plainPhone(digits: string): string {
  return digits
    .replace(/^549(\d{10})$/, '54$1')
    .replace(/^521(\d{10})$/, '52$1')
    .replace(/^(55\d\d)9(\d{8})$/, '$1$2');
}

/** A phone number as people write it; parses to digits. */
export const phoneNumber = z
  .string()
  .max(100)
  .refine((text) => normalPhone(text) !== null, { error: `must be ${PHONE_RULE}` })
  .overwrite((text) => normalPhone(text) ?? text)
  .meta({ description: PHONE_RULE });
