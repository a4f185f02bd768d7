import { visible } from '@leadmaster/protocol';
import { signal } from '@preact/signals';
import { words } from '../words/index.ts';

/** The time, for what is told relative to it. */
export const now = signal(Date.now());

setInterval(() => {
  now.value = Date.now();
}, 10_000);

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size as people say it: 922 MB. */
export function bytes(count: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(count))) / 3));
  const value = count / 1000 ** power;
  const digits = Math.abs(value) < 10 && power > 0 ? 1 : 0;
  const number = new Intl.NumberFormat(words.value.locale, { maximumFractionDigits: digits }).format(value);
  return `${number} ${UNITS[power]}`;
}

/** A share, 0.04 as 4 %. */
export function percent(share: number): string {
  const style = { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(words.value.locale, style).format(share);
}

/** How long: 40 s, 3 min, 5 h, 2 d. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** How long it is since a time. */
export function since(iso: string): string {
  return duration(now.value - Date.parse(iso));
}

/** How long it is to a time. */
export function until(iso: string): string {
  return duration(Date.parse(iso) - now.value);
}

/** A time in the reader's zone, to the second. */
export function exactTime(iso: string): string {
  return new Intl.DateTimeFormat(words.value.locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(iso),
  );
}

/** A number of WhatsApp as people write it. */
export function phone(digits: string): string {
  return /^\d+$/.test(digits) ? `+${digits}` : digits;
}

/** An account by its number, and by what it calls itself. */
export function accountText(account: { phone: string; name: string }): string {
  return `${phone(account.phone)} ${visible(account.name)}`;
}

/** The day of a time, in the reader's zone. */
export function day(iso: string): string {
  return new Intl.DateTimeFormat(words.value.locale, { dateStyle: 'medium' }).format(new Date(iso));
}
