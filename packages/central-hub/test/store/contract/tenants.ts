import { expect, test } from 'vitest';
import { AT, type Kind, key, leased, names, news, open, refusal, session, tenant } from '../fixtures.ts';

export function tenantsContract({ place }: Kind): void {
  test('a tenant is kept as it was made, and its name is given once', async () => {
    const { tenants } = await open(await place());
    const acme = tenant('acme', { sessions: 3 });
    await tenants.create(acme);
    expect(await tenants.get('acme')).toEqual(acme);
    expect(await tenants.get('other')).toBeNull();
    expect((await refusal(tenants.create(tenant('acme')))).code).toBe('tenant_exists');
    expect(await tenants.get('acme')).toEqual(acme);
  });

  test('a name of which a machine has told sessions is given to no tenant without a word, and is told as without one', async () => {
    const store = await open(await place());
    const lease = await leased(store);
    await store.events.append(lease, news(0, [], { changed: [session('told.a')] }));
    expect((await refusal(store.tenants.create(tenant('told')))).code).toBe('tenant_has_remains');
    expect(await store.tenants.get('told')).toBeNull();
    expect(await store.tenants.absent(['told', 'other'])).toEqual(['told', 'other']);
    await store.tenants.create(tenant('told'), { acceptRemains: true });
    expect(await store.tenants.absent(['told', 'other'])).toEqual(['other']);
    expect(await store.tenants.absent([])).toEqual([]);
  });

  test('tenants are listed in pages by name, byte by byte', async () => {
    const { tenants } = await open(await place());
    for (const name of ['b', 'a-b', 'a', 'ab', 'a0']) await tenants.create(tenant(name));
    const first = await tenants.list({ limit: 3 });
    expect([names(first), first.next]).toEqual([['a', 'a-b', 'a0'], 'a0']);
    const rest = await tenants.list({ limit: 3, after: 'a0' });
    expect([names(rest), rest.next]).toEqual([['ab', 'b'], null]);
  });

  test('an update changes what is given alone', async () => {
    const { tenants } = await open(await place());
    await tenants.create(tenant('acme', { keys: 2 }));
    const limits = { sessions: 5, keys: null };
    expect(await tenants.update('acme', { title: 'Acme' })).toEqual({ ...tenant('acme', { keys: 2 }), title: 'Acme' });
    expect(await tenants.update('acme', { limits })).toEqual({ ...tenant('acme'), title: 'Acme', limits });
    expect(await tenants.update('other', { title: 'x' })).toBeNull();
  });

  test('a tenant with a session, or with one that is being made, is not deleted', async () => {
    const store = await open(await place());
    for (const name of ['reserved', 'told', 'free']) await store.tenants.create(tenant(name));
    await store.homes.reserve({ name: 'reserved.a', tenant: 'reserved', machine: 'm1' });
    const lease = await leased(store);
    await store.events.append(lease, news(0, [], { changed: [session('told.a')] }));
    for (const name of ['reserved', 'told']) {
      expect((await refusal(store.tenants.delete(name))).code).toBe('tenant_has_sessions');
      expect(await store.tenants.get(name)).not.toBeNull();
    }
    expect(await store.tenants.delete('free')).toBe(true);
    expect(await store.tenants.delete('free')).toBe(false);
  });

  test('the keys of a tenant are deleted with it, and those who know keys hear of it', async () => {
    const { tenants, keys } = await open(await place());
    await tenants.create(tenant('acme'));
    await keys.create(key('k1', { tenant: 'acme' }), Buffer.from('hash'));
    await keys.create(key('k2'), Buffer.from('hash'));
    const revision = await keys.revision();
    await tenants.delete('acme');
    expect(await keys.find('k1')).toBeNull();
    expect(await keys.find('k2')).not.toBeNull();
    expect(await keys.revision()).toBeGreaterThan(revision);
  });

  test('counts of a tenant are its own: sessions it has or is making, and keys', async () => {
    const store = await open(await place());
    for (const name of ['acme', 'beta']) await store.tenants.create(tenant(name));
    await store.homes.reserve({ name: 'acme.a', tenant: 'acme', machine: 'm1' });
    await leased(store);
    await store.sessions.put('m1', session('acme.b'), AT);
    await store.homes.reserve({ name: 'beta.a', tenant: 'beta', machine: 'm1' });
    await store.keys.create(key('k1', { tenant: 'acme' }), Buffer.from('hash'));
    expect(await store.tenants.counts('acme')).toEqual({ sessions: 2, keys: 1 });
    expect(await store.tenants.counts('gamma')).toEqual({ sessions: 0, keys: 0 });
  });
}
