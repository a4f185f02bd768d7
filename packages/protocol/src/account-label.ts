import type { Account } from './accounts.ts';

/** An account for people: its number, or its id where the number is not known. */
export function accountLabel(known: Account): string {
  const phone = phoneOf(known);
  return phone === null ? known.id : `+${phone}`;
}

/** Its number as digits; null where it is not known. */
export function phoneOf({ id, phone }: Account): string | null {
  const digits = phone.replaceAll(/\D/g, '');
  return id.endsWith('@lid') || digits === '' ? null : digits;
}
