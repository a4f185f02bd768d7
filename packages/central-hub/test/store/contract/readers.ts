import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HubStore } from '../../../src/store/index.ts';
import { LeaseLost } from '../../../src/store/leases.ts';
import type { Lease, LogPosition } from '../../../src/store/records.ts';
import { AT, event, type Kind, LOG, machine, open } from '../fixtures.ts';

const HOLDERS = ['hub-a', 'hub-b', 'hub-c'] as const;

/** What one of several hubs does, in turns. */
type Step =
  | { does: 'claim'; holder: number }
  | { does: 'renew'; holder: number }
  /** The lease of the present holder runs out, without it being told. */
  | { does: 'expire' }
  /** Reads on in the machine's log from where it believes to be, and stores that; `isDeaf`: the answer does not reach it. */
  | { does: 'append'; holder: number; count: number; isDeaf: boolean };

const holder = fc.nat(HOLDERS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('claim' as const), holder }),
  fc.record({ does: fc.constant('renew' as const), holder }),
  fc.record({ does: fc.constant('expire' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('append' as const), holder, count: fc.nat(4), isDeaf: fc.boolean() }),
  },
);

/** What each hub believes, and what is so. */
interface World {
  store: HubStore;
  machine: string;
  held: (Lease | null)[];
  /** The generation that counts, or null where none is in force. */
  inForce: number | null;
  known: LogPosition;
}

async function take(world: World, step: Step): Promise<void> {
  if (step.does === 'expire') return expire(world);
  if (step.does === 'claim') return claim(world, step.holder);
  const lease = world.held[step.holder] ?? null;
  if (lease === null) return;
  if (step.does === 'append') return append(world, lease, step);
  const isRenewed = await world.store.leases.renew(lease, HOLDERS[step.holder] ?? '', 3600);
  expect(isRenewed).toBe(lease.generation === world.inForce);
}

async function claim(world: World, holder: number): Promise<void> {
  const present = world.held.findIndex((lease) => lease !== null && lease.generation === world.inForce);
  const lease = await world.store.leases.claim(world.machine, HOLDERS[holder] ?? '', 3600);
  expect(lease !== null).toBe(world.inForce === null || present === holder);
  if (lease === null) return;
  world.held[holder] = lease;
  world.inForce = lease.generation;
  expect(lease.position).toEqual(world.known);
}

async function expire(world: World): Promise<void> {
  const present = world.held.findIndex((lease) => lease !== null && lease.generation === world.inForce);
  const lease = world.held[present];
  if (lease === undefined || lease === null) return;
  await world.store.leases.renew(lease, HOLDERS[present] ?? '', 0);
  world.inForce = null;
}

async function append(
  world: World,
  lease: Lease,
  { count, isDeaf }: { count: number; isDeaf: boolean },
): Promise<void> {
  const isTaken = lease.generation === world.inForce && isDeepStrictEqual(lease.position, world.known);
  const { cursor } = lease.position;
  const numbers = Array.from({ length: count }, (_, at) => cursor + at + 1);
  const events = numbers.map((n) => event(n, `of-${world.machine}`, { n }));
  const to: LogPosition = { logId: LOG, cursor: cursor + count };
  const news = { from: lease.position, to, events, sessions: { changed: [], gone: [] }, asOf: AT };
  const storing = world.store.events.append(lease, news);
  if (!isTaken) return expect(storing).rejects.toThrow(LeaseLost);
  expect(await storing).toHaveLength(count);
  world.known = to;
  if (!isDeaf) lease.position = to;
}

export function readersContract({ place }: Kind): void {
  test('as hubs claim, lose and store in turns, each event of a machine is stored once and in order', async () => {
    const store = await open(await place());
    let worlds = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        worlds += 1;
        const name = `m${worlds}`;
        await store.machines.add(machine(name), 'token');
        const world: World = {
          store,
          machine: name,
          held: HOLDERS.map(() => null),
          inForce: null,
          known: { logId: null, cursor: 0 },
        };
        for (const step of steps) await take(world, step);
        const { items } = await store.events.page({ after: 0, limit: 1000, sessions: [`of-${name}`] });
        expect(items.map(({ data }) => data.n)).toEqual(Array.from({ length: world.known.cursor }, (_, at) => at + 1));
      }),
      { numRuns: 40 },
    );
  });
}
