import { expect, test } from 'vitest';
import { FirstLook, type FirstLookDeps } from '../../src/lifecycle/first-look.ts';
import type { SessionRow } from '../../src/state/rows.ts';

/** What the first look reads of sessions, of which some are deleted while it looks. */
function lookAt(names: readonly string[], there: readonly string[]): { look: FirstLook; seen: string[] } {
  const seen: string[] = [];
  const row = (name: string) =>
    ({ name, state: 'STOPPED', reason: '', caughtUpTo: 1, wrongAccount: null }) as unknown as SessionRow;
  const supervisor = (name: string) => ({ holdIfOther: async () => void seen.push(name) });
  const deps = {
    roster: { find: (name: string) => (there.includes(name) ? supervisor(name) : null) },
    store: { sessions: { all: () => names.map(row) }, facts: { get: () => null } },
    compareWithVault: async () => undefined,
  } as unknown as FirstLookDeps;
  return { look: new FirstLook(deps), seen };
}

test('a session that is deleted under the first look keeps no other from being looked at', async () => {
  const { look, seen } = lookAt(['gone', 'here'], ['here']);
  await look.look();
  expect(seen).toEqual(['here']);
});
