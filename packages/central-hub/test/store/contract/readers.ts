import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HubStore } from '../../../src/store/index.ts';
import { LeaseLost } from '../../../src/store/leases.ts';
import type { Lease, LogPosition } from '../../../src/store/records.ts';
import { AT, event, type Kind, LOG, machine, open } from '../fixtures.ts';

const HOLDERS = ['hub-a', 'hub-b', 'hub-c'] as const;

/** What one of several hubs does, in turns. */
type Step =
  | { does: 'claim' | 'renew'; holder: number }
  /** The lease of the present holder runs out, without it being told. */
  | { does: 'expire' }
  /** Reads on in the machine's log from where it believes to be, and stores that; `isDeaf`: the answer does not reach it. */
  | { does: 'append'; holder: number; count: number; isDeaf: boolean };

const holder = fc.nat(HOLDERS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('claim' as const, 'renew' as const), holder }),
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
  known: number;
}

async function take(world: World, step: Step): Promise<void> {
  if (step.does === 'expire') return expire(world);
  const lease = world.held[step.holder] ?? null;
  if (step.does === 'claim') return claim(world, step.holder);
  if (lease === null) return;
  const isGood = lease.generation === world.inForce;
  if (step.does === 'renew') {
    expect(await world.store.leases.renew(lease, HOLDERS[step.holder] ?? '', 3600)).toBe(isGood);
    return;
  }
  await append(world, lease, step, isGood && lease.position.cursor === world.known);
}

async function claim(world: World, holder: number): Promise<void> {
  const present = world.held.findIndex((lease) => lease !== null && lease.generation === world.inForce);
  const lease = await world.store.leases.claim(world.machine, HOLDERS[holder] ?? '', 3600);
  expect(lease !== null).toBe(world.inForce === null || present === holder);
  if (lease === null) return;
  world.held[holder] = lease;
  world.inForce = lease.generation;
  expect(lease.position.cursor).toBe(world.known);
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
  isTaken: boolean,
): Promise<void> {
  const { cursor } = lease.position;
  const events = Array.from({ length: count }, (_, at) => event(cursor + at + 1, `of-${world.machine}`));
  const to: LogPosition = { logId: LOG, cursor: cursor + count };
  const news = { from: lease.position, to, events, sessions: { changed: [], gone: [] }, asOf: AT };
  const storing = world.store.events.append(lease, news);
  if (!isTaken) return expect(storing).rejects.toThrow(LeaseLost);
  expect(await storing).toHaveLength(count);
  world.known = to.cursor;
  if (!isDeaf) lease.position = to;
}

export function readersContract({ place }: Kind): void {
  test('whatever hubs claim, lose and store in turns, each event of a machine is stored once and in order', async () => {
    const store = await open(await place());
    let worlds = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        worlds += 1;
        const name = `m${worlds}`;
        await store.machines.add(machine(name), 'token');
        const world: World = { store, machine: name, held: HOLDERS.map(() => null), inForce: null, known: 0 };
        for (const step of steps) await take(world, step);
        const { items } = await store.events.page({ after: 0, limit: 1000, sessions: [`of-${name}`] });
        expect(items).toHaveLength(world.known);
      }),
      { numRuns: 40 },
    );
  });
}
