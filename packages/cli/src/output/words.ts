import { type Session, visible } from '@leadmaster/protocol';
import { reasonAndCode, sessionHintIn } from '../words/told.ts';
import { ink } from './ink.ts';
import type { Printer } from './printer.ts';

/** A size as people say it: 922 MB. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return '-';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** How long ago a time was: 3 min. */
export function ago(iso: string | null, now = Date.now()): string {
  if (iso === null) return '-';
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** How long something takes: 14 ms, 0.8 s, 3 min. */
export function duration(ms: number): string {
  if (ms < 500) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Text from elsewhere as part of a line. The terminal is safe from all of it; this one also keeps the line a line. */
export const printable = visible;

/** Text in lines of so many columns at most, broken between words: a line that the terminal breaks cannot be drawn over. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) add(lines, word, columns);
  return lines;
}

/**
 * Text in lines of so many columns at most, broken between words but never inside of a command of ours, which people copy: a
 * longer one is left to the terminal.
 */
export function wrappedAdvice(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.match(UNBROKEN) ?? []) add(lines, word, columns);
  return lines;
}

/** A command of ours with its words, or a word. */
const UNBROKEN = /\S*\.\/leadmaster(?: [^\s.,;:()]+)*\S*|\S+/g;

function add(lines: string[], word: string, columns: number): void {
  const longer = `${lines.at(-1)} ${word}`;
  if (lines.length > 0 && ink.width(longer) <= columns) lines[lines.length - 1] = longer;
  else lines.push(word);
}

/** A state in the colour of its kind. */
export function stateName(print: Printer, session: Session): string {
  const { green, yellow, red, dim } = print.paint;
  if (session.state === 'READY') return green(session.state);
  if (session.state === 'STOPPED' || session.state === 'UNCLAIMED') return dim(session.state);
  return session.stateKind === 'needs_person' && session.state !== 'QR_REQUIRED'
    ? red(session.state)
    : yellow(session.state);
}

/** Who a session is linked as. */
export function accountName({ account }: Pick<Session, 'account'>): string {
  return account === null ? '-' : printable(`${account.phone} ${account.name}`.trim());
}

/** One session in a line or two: its state, why, and what to do. */
export function describeSession(print: Printer, session: Session): string {
  const { words } = print;
  const linked = session.account === null ? null : accountName(session);
  const why = printable(reasonAndCode(words, session.reason));
  return `${words.sessions.is(session.name, stateName(print, session), linked, why)}${hintLines(print, session)}`;
}

/** The hint of a session, and what its English says beyond that, a line each. */
function hintLines({ words, paint }: Printer, session: Session): string {
  const { hint, detail } = sessionHintIn(words, session);
  const lines = [
    [words.output.detail, detail],
    [words.output.hint, hint],
  ];
  return lines
    .map(([label = '', text = '']) => (text === '' ? '' : `\n${paint.dim(label)}  ${printable(text)}`))
    .join('');
}
