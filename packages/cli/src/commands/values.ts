import { eventCursor, isSessionName, normalPhone } from '@leadmaster/protocol';
import { Argument, InvalidArgumentError } from 'commander';
import type { Words } from '../words/words.ts';

/** A session's name, refused before anything is asked of the service. */
export function nameArgument(words: Words): Argument {
  return new Argument('<name>', words.help.shared.name).argParser(sessionName(words));
}

type Parser<T> = (text: string) => T;

export function sessionName({ rules }: Words): Parser<string> {
  return (text) => {
    if (!isSessionName(text)) throw new InvalidArgumentError(rules.sessionName);
    return text;
  };
}

/** Names of sessions, one after the other. */
export function sessionNames(words: Words): (text: string, before: string[] | undefined) => string[] {
  const parse = sessionName(words);
  return (text, before) => [...(before ?? []), parse(text)];
}

export function seconds({ rules }: Words): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > 600) throw new InvalidArgumentError(rules.seconds);
    return value;
  };
}

/** A cursor of the log of events, as the service takes it. */
export function cursor({ rules }: Words): Parser<string> {
  return (text) => {
    if (!eventCursor.safeParse(text).success) throw new InvalidArgumentError(rules.cursor);
    return text;
  };
}

/** A limit that a tenant gets. */
export function wholeNumber({ rules }: Words): Parser<number> {
  return (text) => {
    if (!/^\d{1,7}$/.test(text) || Number(text) > 1_000_000) throw new InvalidArgumentError(rules.wholeNumber);
    return Number(text);
  };
}

/** The number of a line of the audit. */
export function lineNumber({ rules }: Words): Parser<number> {
  return (text) => {
    if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError(rules.lineNumber);
    return Number(text);
  };
}

/** How many at most, as the service takes it. */
export function limit({ rules }: Words): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,4}$/.test(text) || value < 1 || value > 1000) throw new InvalidArgumentError(rules.limit);
    return value;
  };
}

/** Digits alone, from any of the ways in which people write a phone number. */
export function phone({ rules }: Words): Parser<string> {
  return (text) => {
    const digits = normalPhone(text);
    if (digits === null) throw new InvalidArgumentError(rules.phone);
    return digits;
  };
}
