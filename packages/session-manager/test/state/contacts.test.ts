import type { Address } from '@leadmaster/protocol';
import { UNKNOWN_ADDRESS } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { openStore } from './helpers.ts';

const LID = '7001@lid';
const PHONE = '5491100000003';

function people() {
  const { store } = openStore();
  store.sessions.insert({ name: 'ventas', metadata: {}, desired: 'running' });
  const meet = (address: Partial<Address>, telling = true) =>
    store.contacts.meet('ventas', { ...UNKNOWN_ADDRESS, ...address }, telling);
  const mapped = () =>
    store.events
      .after(0, 100)
      .filter(({ type }) => type === 'contact.mapped')
      .map(({ data }) => data);
  return { store, meet, mapped };
}

describe('contacts', () => {
  test('complete an address by what is known, whichever name it comes under', () => {
    const { meet, mapped } = people();
    meet({ id: LID, lid: LID, phone: PHONE, name: 'Ana' });
    expect(meet({ id: LID, lid: LID })).toEqual({ id: LID, lid: LID, phone: PHONE, name: 'Ana' });
    expect(meet({ id: `${PHONE}@c.us`, phone: PHONE })).toEqual({
      ...{ id: `${PHONE}@c.us`, lid: LID, phone: PHONE, name: 'Ana' },
    });
    expect(mapped()).toEqual([]);
  });

  test('tell a pair once that is learnt after a message was told without it', () => {
    const { meet, mapped } = people();
    meet({ id: LID, lid: LID, name: 'Ana' });
    meet({ lid: LID, phone: PHONE }, false);
    meet({ lid: LID, phone: PHONE }, false);
    meet({ id: LID, lid: LID });
    expect(mapped()).toEqual([{ lid: LID, phone: PHONE, name: 'Ana' }]);
  });

  test('tell nothing of a pair whose names were told in no message', () => {
    const { meet, mapped } = people();
    meet({ lid: LID }, false);
    meet({ lid: LID, phone: PHONE }, false);
    expect(mapped()).toEqual([]);
  });

  test('know two that turn out to be one', () => {
    const { meet, mapped } = people();
    meet({ lid: LID });
    meet({ phone: PHONE, name: 'Ana' });
    meet({ lid: LID, phone: PHONE }, false);
    expect(mapped()).toEqual([{ lid: LID, phone: PHONE, name: 'Ana' }]);
    expect(meet({ phone: PHONE }).lid).toBe(LID);
  });

  test('a number that another person has by now brings no name along', () => {
    const { meet } = people();
    meet({ lid: LID, phone: PHONE, name: 'Ana' });
    expect(meet({ lid: '7002@lid', phone: PHONE })).toMatchObject({ lid: '7002@lid', name: null });
    expect(meet({ phone: PHONE }).lid).toBe('7002@lid');
  });

  test('leave groups, and whom WhatsApp does not name, as they are', () => {
    const { meet } = people();
    const group = { id: '123456789-1@g.us', lid: null, phone: null, name: 'Obra' };
    expect(meet(group)).toEqual(group);
    expect(meet({})).toEqual(UNKNOWN_ADDRESS);
  });

  test('are of one session, and go with it', () => {
    const { store, meet } = people();
    store.sessions.insert({ name: 'otra', metadata: {}, desired: 'running' });
    meet({ lid: LID, phone: PHONE });
    const other = { ...UNKNOWN_ADDRESS, lid: LID };
    expect(store.contacts.meet('otra', other, true).phone).toBeNull();
    store.sessions.remove('ventas');
    store.sessions.insert({ name: 'ventas', metadata: {}, desired: 'running' });
    expect(meet({ lid: LID }).phone).toBeNull();
  });
});
