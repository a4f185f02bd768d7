import { expect, test } from 'vitest';
import { judgeLogin } from '../../../src/engine/drill/login.ts';
import type { Found } from '../../../src/engine/drill/reading.ts';

const WHOLE: Found = {
  databases: {
    wawc_db_enc: { readRows: 1, keys: 1, usableKeys: 1 },
    'signal-storage': { readRows: 40, keys: 1, usableKeys: 1 },
    'model-storage': { readRows: 900, keys: 0, usableKeys: 0 },
  },
  hasAccount: true,
  sealed: 'open',
};

function wrong(change: Partial<Found>): string[] {
  return judgeLogin({ ...WHOLE, ...change })
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);
}

function without(database: string): Pick<Found, 'databases'> {
  const { [database]: _gone, ...databases } = WHOLE.databases;
  return { databases };
}

test('a whole login is whole, in either form of its private key', () => {
  expect(wrong({})).toEqual([]);
  expect(wrong({ sealed: 'present' })).toEqual([]);
});

test('each part that is missing is named', () => {
  expect(wrong({ hasAccount: false })).toEqual(['account']);
  expect(wrong({ sealed: 'absent' })).toEqual(['private_key']);
  expect(wrong({ sealed: 'shut' })).toEqual(['private_key']);
  expect(wrong(without('wawc_db_enc'))).toEqual(['sealing_key']);
  expect(wrong(without('signal-storage'))).toEqual(['registration']);
  expect(wrong({ databases: {} })).toEqual(['sealing_key', 'registration', 'keys']);
});

test('one key of many that does nothing is noticed', () => {
  const databases = { ...WHOLE.databases, other: { readRows: 2, keys: 2, usableKeys: 1 } };
  expect(wrong({ databases })).toEqual(['keys']);
  expect(judgeLogin({ ...WHOLE, databases }).at(-1)?.detail).toMatch(/^3 of 4 can be used/);
});
