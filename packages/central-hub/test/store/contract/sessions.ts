import { expect, test } from 'vitest';
import type { SessionQuery } from '../../../src/store/records.ts';
import { AT, claimed, type Kind, machine, names, news, open, refusal, session, tenant } from '../fixtures.ts';

const LATER = new Date(AT.getTime() + 1000);

export function sessionsContract({ place }: Kind): void {
  /** A store that knows two machines. */
  async function opened() {
    const store = await open(await place());
    for (const name of ['m1', 'm2']) await store.machines.add(machine(name), 'token');
    return store;
  }

  test('a session is kept whole, with its machine, its tenant and its age', async () => {
    const { sessions } = await opened();
    const told = session('acme.ventas', { metadata: { crm: '7' } });
    await sessions.put('m1', told, AT);
    const record = { name: 'acme.ventas', tenant: 'acme', machine: 'm1', session: told, asOf: AT };
    expect(await sessions.get('acme.ventas')).toEqual(record);
    expect(await sessions.get('ventas')).toBeNull();
  });

  test('the sessions of each machine are counted, without those that moved away from it', async () => {
    const { sessions } = await opened();
    await sessions.put('m1', session('ventas', { state: 'MOVED' }), AT);
    await sessions.put('m2', session('ventas'), AT);
    await sessions.put('m2', session('soporte', { state: 'STOPPED' }), AT);
    expect([...(await sessions.counts())]).toEqual([['m2', 2]]);
  });

  test('of a machine that was removed meanwhile nothing is kept', async () => {
    const { homes, machines, sessions } = await opened();
    await machines.remove('m1');
    await sessions.put('m1', session('ventas'), AT);
    expect([await sessions.get('ventas'), await homes.machineOf('ventas')]).toEqual([null, null]);
  });

  test('what is known from later is not overwritten, nor forgotten', async () => {
    const store = await opened();
    const lease = await claimed(store);
    await store.sessions.put('m1', session('ventas', { state: 'READY' }), LATER);
    await store.sessions.put('m1', session('ventas', { state: 'STOPPED' }), AT);
    await store.events.append(lease, news(0, [], { gone: ['ventas'], asOf: AT }));
    expect((await store.sessions.get('ventas'))?.session.state).toBe('READY');
    await store.sessions.put('m1', session('ventas', { state: 'STOPPED' }), LATER);
    expect((await store.sessions.get('ventas'))?.session.state).toBe('STOPPED');
  });

  test('sessions are narrowed and paged by the database', async () => {
    const { sessions } = await opened();
    const account = { id: '34600111222@c.us', phone: '34600111222', name: 'Ávila\0 100%_S' };
    await sessions.put('m1', session('ventas', { account }), AT);
    await sessions.put('m1', session('acme.ventas', { state: 'STOPPED' }), AT);
    await sessions.put('m2', session('acme.soporte'), AT);
    await sessions.put('m2', session('beta.x_y'), AT);
    const found = async (query: Partial<SessionQuery>) => names(await sessions.list({ limit: 9, ...query }));
    expect(await found({})).toEqual(['acme.soporte', 'acme.ventas', 'beta.x_y', 'ventas']);
    expect(await found({ tenant: 'acme' })).toEqual(['acme.soporte', 'acme.ventas']);
    expect(await found({ tenant: null })).toEqual(['ventas']);
    expect(await found({ state: 'STOPPED' })).toEqual(['acme.ventas']);
    expect(await found({ machine: 'm2', tenant: 'acme' })).toEqual(['acme.soporte']);
    expect(await found({ names: ['ventas', 'beta.x_y', 'none'] })).toEqual(['beta.x_y', 'ventas']);
    expect(await found({ names: [] })).toEqual([]);
    expect(await found({ q: 'VENT' })).toEqual(['acme.ventas', 'ventas']);
    expect(await found({ q: '600111' })).toEqual(['ventas']);
    expect(await found({ q: 'áVILA 1' })).toEqual(['ventas']);
    expect(await found({ q: 'á\0V' })).toEqual(['ventas']);
    // What would be a pattern is a letter.
    expect(await found({ q: '%' })).toEqual(['ventas']);
    expect(await found({ q: 'x_y' })).toEqual(['beta.x_y']);
    expect(await found({ q: 'xzy' })).toEqual([]);
    expect(await found({ q: '\\' })).toEqual([]);
    expect(await found({ q: "'; drop table sessions" })).toEqual([]);
    const page = await sessions.list({ limit: 2, after: 'acme.soporte' });
    expect([names(page), page.next]).toEqual([['acme.ventas', 'beta.x_y'], 'beta.x_y']);
  });

  test('a name is reserved once, also when many ask at once', async () => {
    const { homes } = await opened();
    const asked = ['m1', 'm2', 'm3', 'm4'].map((machine) => homes.reserve({ name: 'ventas', tenant: null, machine }));
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === 'reserved')).toHaveLength(1);
    expect(await homes.machineOf('ventas')).toBe(`m${answers.indexOf('reserved') + 1}`);
    expect(await homes.machineOf('other')).toBeNull();
  });

  test('a tenant has no more sessions than it may, however many are asked for at once', async () => {
    const { homes, tenants } = await opened();
    await tenants.create(tenant('acme', { sessions: 2 }));
    const asked = Array.from({ length: 6 }, (_, at) =>
      homes.reserve({ name: `acme.s${at}`, tenant: 'acme', machine: 'm1' }),
    );
    const answers = await Promise.allSettled(asked);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect((await refusal(homes.reserve({ name: 'acme.x', tenant: 'acme', machine: 'm1' }))).code).toBe(
      'limit_reached',
    );
    expect((await refusal(homes.reserve({ name: 'no.x', tenant: 'no', machine: 'm1' }))).code).toBe('tenant_not_found');
  });

  test('a reservation is given back while its machine has not told of the session', async () => {
    const { homes, sessions } = await opened();
    await homes.reserve({ name: 'ventas', tenant: null, machine: 'm1' });
    expect(await homes.unreported(-1000)).toEqual([{ name: 'ventas', machine: 'm1' }]);
    expect(await homes.unreported(60_000)).toEqual([]);
    expect(await homes.release('ventas', 'm2')).toBe(false);
    expect(await homes.release('ventas', 'm1')).toBe(true);
    await homes.reserve({ name: 'ventas', tenant: null, machine: 'm2' });
    await sessions.put('m2', session('ventas'), AT);
    expect(await homes.unreported(-1000)).toEqual([]);
    expect(await homes.release('ventas', 'm2')).toBe(false);
    expect(await sessions.remove('m2', 'ventas')).toBe(true);
    expect([await homes.machineOf('ventas'), await sessions.get('ventas')]).toEqual([null, null]);
    expect(await sessions.remove('m2', 'ventas')).toBe(false);
  });

  test('a name that a second machine reports keeps its home, overwrites nothing, and is named', async () => {
    const { homes, sessions } = await opened();
    await sessions.put('m2', session('ventas', { state: 'READY' }), AT);
    await sessions.put('m1', session('ventas', { state: 'STOPPED' }), LATER);
    await sessions.put('m1', session('other'), AT);
    expect(await homes.machineOf('ventas')).toBe('m2');
    expect(await sessions.get('ventas')).toMatchObject({ machine: 'm2', session: { state: 'READY' } });
    expect(names(await sessions.list({ limit: 9 }))).toEqual(['other', 'ventas']);
    expect(await sessions.conflicts()).toEqual([{ name: 'ventas', machines: ['m1', 'm2'] }]);
    expect((await sessions.copiesOf('ventas')).map(({ machine }) => machine)).toEqual(['m1', 'm2']);
    // The operator ends it on one of them: the other one has the name.
    await sessions.remove('m2', 'ventas');
    expect(await sessions.get('ventas')).toMatchObject({ machine: 'm1', session: { state: 'STOPPED' } });
    expect(await sessions.conflicts()).toEqual([]);
  });

  test('a session that went to another machine is followed there, whichever of the two tells first', async () => {
    const { homes, sessions } = await opened();
    for (const [name, order] of [
      ['a', ['m1', 'm2']],
      ['b', ['m2', 'm1']],
    ] as const) {
      await sessions.put('m1', session(name), AT);
      for (const machine of order) {
        await sessions.put(machine, session(name, { state: machine === 'm1' ? 'MOVED' : 'READY' }), LATER);
      }
      expect(await homes.machineOf(name)).toBe('m2');
    }
    expect(await sessions.conflicts()).toEqual([]);
  });

  test('a session that has left and has not arrived keeps its home: the name alone is made where it goes to', async () => {
    const { homes, sessions } = await opened();
    await sessions.put('m1', session('ventas', { generation: 4 }), AT);
    await sessions.put('m1', session('ventas', { state: 'MOVED', generation: 4 }), LATER);
    await sessions.put('m2', session('ventas', { state: 'STOPPED', generation: 0 }), LATER);
    expect(await homes.machineOf('ventas')).toBe('m1');
    await sessions.put('m2', session('ventas', { state: 'READY', generation: 5 }), LATER);
    expect(await homes.machineOf('ventas')).toBe('m2');
  });

  test('a home is moved from where it is alone', async () => {
    const { homes } = await opened();
    await homes.reserve({ name: 'ventas', tenant: null, machine: 'm1' });
    expect(await homes.move('ventas', 'm2', 'm3')).toBe(false);
    expect(await homes.move('ventas', 'm1', 'm3')).toBe(true);
    expect(await homes.machineOf('ventas')).toBe('m3');
  });
}
