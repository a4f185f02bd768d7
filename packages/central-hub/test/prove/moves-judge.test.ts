import { expect, test } from 'vitest';
import { judgeBothLogs, judgeOwners } from '../../prove/moves/judge.ts';
import type { Witnessed } from '../../prove/world/witness.ts';
import { event } from '../store/fixtures.ts';

const launch = (pid: number): Witnessed => ({ kind: 'launch', pid, session: 'ventas' });
const end = (pid: number): Witnessed => ({ kind: 'end', pid, session: 'ventas' });

test('browsers of a session that follow each other are well, and two at once are named', () => {
  const orderly = [launch(1), end(1), launch(2), { kind: 'killed', pid: 2 } as const, launch(1)];
  expect(judgeOwners('ventas', orderly)).toEqual([]);
  expect(judgeOwners('ventas', [launch(1), launch(2)])).toEqual(['ventas was started in process 2 while it ran in 1']);
  expect(judgeOwners('other', [launch(1), launch(2)])).toEqual([]);
});

test('the logs of two machines may be mixed in the hub; a missing, a doubled and a misplaced event is named', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((id) => event(id, 'ventas', { id })) as [never, never, never, never];
  const machines = [
    [a, b],
    [c, d],
  ];
  expect(judgeBothLogs(machines, [a, c, d, b])).toEqual([]);
  expect(judgeBothLogs(machines, [a, c, d])).toHaveLength(2);
  expect(judgeBothLogs(machines, [a, c, d, b, b])).toHaveLength(1);
  expect(judgeBothLogs(machines, [b, c, d, a])).toEqual(['the events of machine 1 are out of order in the hub']);
});
