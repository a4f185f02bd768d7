import { expect, test } from 'vitest';
import { claimed, event, type Kind, leased, machine, news, open } from '../fixtures.ts';

export function leasesContract({ place }: Kind): void {
  test('one holds the log of a machine; another claims it once the lease has run out', async () => {
    const { leases, machines } = await open(await place());
    await machines.add(machine('m1'), 'token');
    expect(await leases.claim('m1', 'a', 0)).toEqual({
      machine: 'm1',
      generation: 1,
      position: { logId: null, cursor: 0 },
    });
    expect(await leases.claim('m1', 'b', 3600)).toMatchObject({ generation: 2 });
    expect(await leases.claim('m1', 'a', 3600)).toBeNull();
    expect(await leases.claim('m2', 'a', 3600)).toBeNull();
  });

  test('of many who claim at once, one has it', async () => {
    const { leases, machines } = await open(await place());
    await machines.add(machine('m1'), 'token');
    const all = await Promise.all(Array.from({ length: 8 }, (_, at) => leases.claim('m1', `hub-${at}`, 3600)));
    expect(all.filter((lease) => lease !== null)).toHaveLength(1);
  });

  test('each claim has a generation of its own: a second one of the same holder ends its first', async () => {
    const store = await open(await place());
    const first = await leased(store);
    const second = await claimed(store);
    expect(second.generation).toBe(first.generation + 1);
    expect(await store.leases.renew(first, 'hub-a', 3600)).toBe(false);
    expect(await store.leases.renew(second, 'hub-a', 3600)).toBe(true);
  });

  test('a lease is renewed by its holder while it lasts, and not once it has run out', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    expect(await store.leases.renew(lease, 'hub-b', 3600)).toBe(false);
    expect(await store.leases.renew(lease, 'hub-a', 3600)).toBe(true);
    expect(await store.leases.renew(lease, 'hub-a', 0)).toBe(true);
    // None has claimed since; past its end it is lost all the same.
    expect(await store.leases.renew(lease, 'hub-a', 3600)).toBe(false);
  });

  test('the next holder begins where the log is known to', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const { to } = news(0, [event(7)]);
    await store.events.append(lease, news(0, [event(7)]));
    await store.leases.renew(lease, 'hub-a', 0);
    expect((await claimed(store, 'm1', 'hub-b')).position).toEqual(to);
  });
}
