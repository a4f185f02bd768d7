import { type Account, hasNewNumber, sameAccount } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';

const of = (phone: string, lid?: string): Account => ({
  ...{ id: `${phone}@c.us`, phone, name: '' },
  ...(lid === undefined ? {} : { lid }),
});
const byLid = (lid: string): Account => ({ id: lid, phone: lid.replace('@lid', ''), name: '' });

describe('two logins', () => {
  test.each([
    ['Argentina', '5491122345678', '541122345678'],
    ['Mexico', '5215512345678', '525512345678'],
    ['Brazil', '5511987654321', '551187654321'],
  ])("are of one account under WhatsApp's own spelling: %s", (_country, long, short) => {
    expect(sameAccount(of(long), of(short))).toBe(true);
    expect(sameAccount(of(short), of(long))).toBe(true);
    expect(hasNewNumber(of(long), of(short))).toBe(false);
  });

  test('with the same LID are of one account, whose number has changed', () => {
    const [before, after] = [of('5491100000001', '1@lid'), of('5491100000002', '1@lid')];
    expect(sameAccount(before, after)).toBe(true);
    expect(hasNewNumber(before, after)).toBe(true);
  });

  test('with one number are of one account, also with different LIDs', () => {
    expect(sameAccount(of('5491100000001', '1@lid'), of('5491100000001', '2@lid'))).toBe(true);
  });

  test.each([
    [of('5491100000001'), of('5491100000002')],
    [of('5491100000001', '1@lid'), of('5491100000002', '2@lid')],
    [of('5491100000001', '1@lid'), byLid('2@lid')],
    // In other countries a digit more is another number.
    [of('4915112345678'), of('49915112345678')],
  ])('of other numbers and LIDs are of different accounts (%#)', (one, other) => {
    expect(sameAccount(one, other)).toBe(false);
  });

  test('that have nothing in common to compare are not known to differ', () => {
    expect(sameAccount(of('5491100000001'), byLid('5491100000002@lid'))).toBeNull();
    expect(sameAccount({ id: '', phone: '', name: '' }, of('5491100000001'))).toBeNull();
  });
});
