import { describe, expect, test } from 'vitest';
import { chooseSnapshot, chooseToGoBack } from '../src/commands/snapshot-id.ts';

/** Newest first. */
const ITEMS = ['120-77aa77aa', '12-0b0b0b0b', '3-ff00ff00', '3-ff11ff11'].map((id) => ({ id }));
const choose = (text: string, items = ITEMS): string => chooseSnapshot(items, 'ventas', text).id;

describe('which snapshot is meant', () => {
  test.each([
    ['latest', '120-77aa77aa'],
    ['12-0b0b0b0b', '12-0b0b0b0b'],
    ['12', '12-0b0b0b0b'],
    ['120', '120-77aa77aa'],
    ['3-ff1', '3-ff11ff11'],
  ])('%s', (text, id) => {
    expect(choose(text)).toBe(id);
  });

  test('what could be several is refused with all of them', () => {
    expect(() => choose('1')).toThrow('1 could be any of 120-77aa77aa, 12-0b0b0b0b.');
    expect(() => choose('3')).toThrow('3 could be any of 3-ff00ff00, 3-ff11ff11.');
  });

  test.each(['4', '', '12-1', 'LATEST'])('"%s" is none', (text) => {
    expect(() => choose(text)).toThrow(expect.objectContaining({ code: 'snapshot_not_found', exitCode: 3 }));
  });

  test('where there is none at all, how to take one', () => {
    expect(() => choose('latest', [])).toThrow(expect.objectContaining({ hint: expect.stringContaining('create') }));
  });
});

test('going back to the latest never means the profile that a restore has replaced; its id does', () => {
  const items = [
    { id: '4-44', reason: 'before_restore' },
    { id: '3-33', reason: 'before_restore' },
    { id: '2-22', reason: 'requested' },
  ];
  const back = (text: string, among = items): string =>
    chooseToGoBack(among, ({ reason }) => reason, 'ventas', text).id;
  expect(back('latest')).toBe('2-22');
  expect(back('4')).toBe('4-44');
  const none = expect.objectContaining({ code: 'snapshot_not_found', hint: expect.stringContaining('snapshot list') });
  expect(() => back('latest', items.slice(0, 2))).toThrow(none);
});
