import { expect, test } from 'vitest';
import { Seal } from '../../../src/secrets/seal.ts';
import { openStore } from '../../../src/store/index.ts';
import { AT, type Kind, leased, machine, news, open, refusal, SILENT, session } from '../fixtures.ts';

const FACTS = {
  version: '0.2.0',
  sessions: 3,
  memory: { totalBytes: 8e9, freeBytes: 3e9 },
  disk: { totalBytes: 5e12, freeBytes: 4e12 },
};

export function machinesContract({ place }: Kind): void {
  test('a machine is kept with its token, which opens again', async () => {
    const { machines } = await open(await place());
    await machines.add(machine('m1'), 'a token');
    expect(await machines.get('m1')).toEqual(machine('m1'));
    expect(await machines.token('m1')).toBe('a token');
    expect([await machines.get('m2'), await machines.token('m2')]).toEqual([null, null]);
    expect((await refusal(machines.add(machine('m1'), 'another'))).code).toBe('machine_exists');
    expect(await machines.token('m1')).toBe('a token');
  });

  test('the address and the token of a machine can change, each alone', async () => {
    const { machines } = await open(await place());
    await machines.add(machine('m1'), 'old');
    expect(await machines.update('m1', { url: 'https://new.test' })).toBe(true);
    expect([(await machines.get('m1'))?.url, await machines.token('m1')]).toEqual(['https://new.test', 'old']);
    expect(await machines.update('m1', { token: 'new' })).toBe(true);
    expect(await machines.token('m1')).toBe('new');
    expect(await machines.update('m2', { token: 'new' })).toBe(false);
  });

  test('what a machine says of itself is kept with the time of the database', async () => {
    const { machines } = await open(await place());
    for (const name of ['m2', 'm1']) await machines.add(machine(name), 'token');
    const before = Date.now();
    expect(await machines.seen('m1', FACTS)).toBe(true);
    expect(await machines.drain('m1', true)).toBe(true);
    const [one, two] = await machines.list();
    expect(one).toMatchObject({ name: 'm1', facts: FACTS, isDraining: true });
    expect(Math.abs((one?.lastSeenAt?.getTime() ?? 0) - before)).toBeLessThan(30_000);
    expect(two).toEqual(machine('m2'));
    expect([await machines.seen('m3', FACTS), await machines.drain('m3', true)]).toEqual([false, false]);
  });

  test('a machine with sessions is removed by force alone, and its events stay', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    const told = { id: 1, session: 'ventas', type: 'session.state', at: AT.toISOString(), data: {} };
    await store.events.append(lease, news(0, [told], { changed: [session('ventas')] }));
    expect((await refusal(store.machines.remove('m1'))).code).toBe('machine_has_sessions');
    expect(await store.sessions.get('ventas')).not.toBeNull();
    expect(await store.machines.remove('m1', { force: true })).toBe(true);
    expect([await store.sessions.get('ventas'), await store.homes.machineOf('ventas')]).toEqual([null, null]);
    expect((await store.events.page({ after: 0, limit: 9 })).items).toHaveLength(1);
    expect(await store.machines.remove('m1')).toBe(false);
  });

  test('a database that was sealed under another secret is refused when it is opened', async () => {
    const at = await place();
    const first = await open(at);
    await first.close();
    const opening = openStore({ ...at, seal: new Seal('another secret, as long as that'), log: SILENT });
    expect((await refusal(opening)).code).toBe('hub_secret_wrong');
  });
}
