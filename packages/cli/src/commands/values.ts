import { eventCursor, isSessionName, normalPhone, PHONE_RULE, SESSION_NAME_RULE } from '@leadmaster/protocol';
import { Argument, InvalidArgumentError } from 'commander';

/** A session's name, refused before anything is asked of the service. */
export function nameArgument(): Argument {
  return new Argument('<name>', 'the session').argParser(sessionName);
}

export function sessionName(text: string): string {
  if (!isSessionName(text)) throw new InvalidArgumentError(`Note: ${SESSION_NAME_RULE}.`);
  return text;
}

export function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 600)
    throw new InvalidArgumentError('It must be a whole number of seconds, at most 600.');
  return value;
}

/** A cursor of the log of events, as the service takes it. */
export function cursor(text: string): string {
  if (!eventCursor.safeParse(text).success)
    throw new InvalidArgumentError('It must be the number of an event, alone or as NUMBER@LOG.');
  return text;
}

/** How many at most, as the service takes it. */
export function limit(text: string): number {
  const value = Number(text);
  if (!/^\d{1,4}$/.test(text) || value < 1 || value > 1000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return value;
}

/** Digits alone, from any of the ways in which people write a phone number. */
export function phone(text: string): string {
  const digits = normalPhone(text);
  if (digits === null) throw new InvalidArgumentError(`It must be ${PHONE_RULE}.`);
  return digits;
}
