import { expect, test } from 'vitest';
import { type Kind, open } from '../fixtures.ts';

const HOUR_MS = 3_600_000;
const OPERATOR = { keyId: null, mark: 'of the admin key' };
const KEY = { keyId: 'k1', mark: null };

export function signInsContract({ place }: Kind): void {
  test('a sign-in is found by its id until its time is over, and a code is no cookie', async () => {
    const { signIns } = await open(await place());
    await signIns.put('cookie', 'a', OPERATOR, HOUR_MS);
    await signIns.put('code', 'b', KEY, HOUR_MS);
    await signIns.put('cookie', 'over', KEY, 0);
    expect(await signIns.find('cookie', 'a')).toEqual(OPERATOR);
    expect(await signIns.find('code', 'b')).toEqual(KEY);
    expect(await signIns.find('cookie', 'b')).toBeNull();
    expect(await signIns.find('code', 'a')).toBeNull();
    expect(await signIns.find('cookie', 'over')).toBeNull();
    expect(await signIns.take('cookie', 'over')).toBeNull();
  });

  test('of many who take a code at once, one gets it', async () => {
    const { signIns } = await open(await place());
    await signIns.put('code', 'a', KEY, HOUR_MS);
    const taken = await Promise.all(Array.from({ length: 8 }, () => signIns.take('code', 'a')));
    expect(taken.filter((record) => record !== null)).toEqual([KEY]);
    expect(await signIns.find('code', 'a')).toBeNull();
  });

  test('a prune forgets what is over, and nothing else', async () => {
    const { signIns } = await open(await place());
    await signIns.put('cookie', 'over', KEY, 0);
    await signIns.put('cookie', 'stays', KEY, HOUR_MS);
    expect(await signIns.prune()).toBe(1);
    expect(await signIns.find('cookie', 'stays')).toEqual(KEY);
  });
}
