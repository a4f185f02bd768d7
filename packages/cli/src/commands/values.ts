import { isSessionName, normalPhone, PHONE_RULE, SESSION_NAME_RULE } from '@leadmaster/protocol';
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

export function count(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
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
