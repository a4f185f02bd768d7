import { expect, test } from 'vitest';
import { AT, type Kind, machine, open, session, tenant } from '../fixtures.ts';

const linked = (name: string, phone: string, lid?: string) =>
  session(name, { account: { id: `${phone}@c.us`, phone, name: 'Ana', ...(lid === undefined ? {} : { lid }) } });

export function sendingContract({ place }: Kind): void {
  test('the number of what machines are to know grows with each change of it, and with nothing else', async () => {
    const { machines, sending, tenants } = await open(await place());
    await tenants.create(tenant('acme'));
    await machines.add(machine('m1'), 'token');
    const revisions = [await sending.revision()];
    const after = async (change: Promise<unknown>) => {
      await change;
      revisions.push(await sending.revision());
    };
    await after(tenants.update('acme', { title: 'Acme' }));
    await after(tenants.update('acme', { sending: 'off' }));
    await after(tenants.update('acme', { sending: 'off' }));
    await after(machines.setSending('m1', 'off'));
    await after(machines.setSending('none', 'off'));
    await after(sending.owe('ventas'));
    await after(sending.settle(['ventas']));
    await after(sending.cancel('ventas'));
    expect(revisions).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 3]);
  });

  test('a machine is to know of itself, of all tenants, and of its own sessions', async () => {
    const store = await open(await place());
    const { homes, machines, sending, tenants } = store;
    for (const name of ['acme', 'otra']) await tenants.create(tenant(name));
    for (const name of ['m1', 'm2']) await machines.add(machine(name), 'token');
    await homes.reserve({ name: 'ventas', tenant: null, machine: 'm1' });
    await sending.owe('ventas');
    await sending.owe('ventas');
    await tenants.update('acme', { sending: 'off' });
    await machines.setSending('m2', 'off');
    const revision = await sending.revision();
    expect(await sending.wordFor('m1')).toEqual({ revision, machine: 'on', tenants: ['acme'], sessions: ['ventas'] });
    expect(await sending.wordFor('m2')).toEqual({ revision, machine: 'off', tenants: ['acme'], sessions: [] });
    expect((await tenants.get('acme'))?.sending).toBe('off');
    expect((await machines.get('m2'))?.sending).toBe('off');
    expect(await sending.staying('m1', ['ventas', 'soporte'])).toEqual(['ventas']);
    expect(await sending.staying('m2', ['ventas'])).toEqual([]);
    const owing = async () => [[...(await sending.owingMachines())], [...(await sending.settlingMachines())]];
    expect(await owing()).toEqual([['m1'], ['m1']]);
    await store.sessions.put('m1', session('ventas', { state: 'MOVED' }), AT);
    expect(await sending.staying('m1', ['ventas'])).toEqual([]);
    expect(await owing()).toEqual([['m1'], []]);
    expect(await sending.cancel('ventas')).toBe(true);
    expect((await sending.wordFor('m1')).sessions).toEqual([]);
    expect(await sending.revision()).toBe(revision + 1);
  });

  test('a tenant that had sending off and is deleted is no longer told of', async () => {
    const { sending, tenants } = await open(await place());
    await tenants.create(tenant('acme'));
    await tenants.update('acme', { sending: 'off' });
    const revision = await sending.revision();
    await tenants.delete('acme');
    expect(await sending.wordFor('m1')).toEqual({ revision: revision + 1, machine: 'on', tenants: [], sessions: [] });
  });

  test('what a machine knows from later is taken back, and numbered behind it', async () => {
    const { machines, sending, tenants } = await open(await place());
    await tenants.create(tenant('acme'));
    await machines.add(machine('m1'), 'token');
    await sending.takeBack('m1', { revision: 40, machine: 'off', tenants: ['acme', 'gone'] });
    expect(await sending.wordFor('m1')).toEqual({ revision: 41, machine: 'off', tenants: ['acme'], sessions: [] });
  });

  test('accounts that are linked in several sessions are found by their number in any spelling, and by their LID', async () => {
    const { machines, sessions } = await open(await place());
    for (const name of ['m1', 'm2']) await machines.add(machine(name), 'token');
    await sessions.put('m1', linked('acme.a', '5491100000001'), AT);
    await sessions.put('m2', linked('otra.b', '541100000001'), AT);
    await sessions.put('m1', linked('c', '34600000001', '7@lid'), AT);
    await sessions.put('m2', linked('d', '34600000002', '7@lid'), AT);
    await sessions.put('m2', linked('e', '34600000003'), AT);
    await sessions.put('m1', { ...linked('e', '34600000003'), state: 'MOVED' }, AT);
    await sessions.put('m1', session('f'), AT);
    expect(await sessions.doubles()).toEqual([
      {
        account: '541100000001',
        sessions: [
          { name: 'acme.a', machine: 'm1' },
          { name: 'otra.b', machine: 'm2' },
        ],
      },
      {
        account: '7@lid',
        sessions: [
          { name: 'c', machine: 'm1' },
          { name: 'd', machine: 'm2' },
        ],
      },
    ]);
  });
}
