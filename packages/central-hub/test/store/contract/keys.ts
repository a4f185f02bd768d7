import { expect, test } from 'vitest';
import { AT, type Kind, key, open, refusal, tenant } from '../fixtures.ts';

const HASH = Buffer.from([0, 1, 254, 255]);

function ids({ items }: { items: readonly { id: string }[] }): string[] {
  return items.map(({ id }) => id);
}

export function keysContract({ place }: Kind): void {
  test('a key is found by its id, with its hash to the byte', async () => {
    const { keys, tenants } = await open(await place());
    await tenants.create(tenant('acme'));
    const full = key('k1', { tenant: 'acme', sessions: ['acme.a'], addresses: ['10.0.0.0/8'], expiresAt: AT });
    await keys.create(full, HASH);
    await keys.create(key('k2'), HASH);
    expect(await keys.find('k1')).toEqual({ record: full, hash: HASH });
    expect(await keys.find('k2')).toEqual({ record: key('k2'), hash: HASH });
    expect(await keys.find('K1')).toBeNull();
  });

  test('a tenant has no more keys than it may, however many are asked for at once', async () => {
    const { keys, tenants } = await open(await place());
    await tenants.create(tenant('acme', { keys: 2 }));
    const asked = Array.from({ length: 6 }, (_, at) => keys.create(key(`k${at}`, { tenant: 'acme' }), HASH));
    const answers = await Promise.allSettled(asked);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await tenants.counts('acme')).toMatchObject({ keys: 2 });
    const late = await refusal(keys.create(key('late', { tenant: 'acme' }), HASH));
    expect([late.code, late.extra]).toEqual(['limit_reached', { limit: 2, has: 2 }]);
    await keys.create(key('operator'), HASH);
  });

  test('a key of a tenant that is not there is refused', async () => {
    const { keys } = await open(await place());
    expect((await refusal(keys.create(key('k1', { tenant: 'acme' }), HASH))).code).toBe('tenant_not_found');
  });

  test('keys are listed by id: of a tenant, of the operator, or all', async () => {
    const { keys, tenants } = await open(await place());
    await tenants.create(tenant('acme'));
    for (const id of ['c', 'a']) await keys.create(key(id, { tenant: 'acme' }), HASH);
    for (const id of ['d', 'b']) await keys.create(key(id), HASH);
    expect(ids(await keys.list({ limit: 9 }))).toEqual(['a', 'b', 'c', 'd']);
    expect(ids(await keys.list({ tenant: null, limit: 9 }))).toEqual(['b', 'd']);
    const page = await keys.list({ tenant: 'acme', limit: 1 });
    expect([ids(page), page.next]).toEqual([['a'], 'a']);
    expect(ids(await keys.list({ tenant: 'acme', after: 'a', limit: 1 }))).toEqual(['c']);
  });

  test('a key that is revoked is gone; one of another tenant does not exist', async () => {
    const { keys, tenants } = await open(await place());
    await tenants.create(tenant('acme'));
    await keys.create(key('k1', { tenant: 'acme' }), HASH);
    const revision = await keys.revision();
    expect(await keys.revoke('k1', 'beta')).toBe(false);
    expect(await keys.revision()).toBe(revision);
    expect(await keys.revoke('k1', 'acme')).toBe(true);
    expect(await keys.find('k1')).toBeNull();
    expect(await keys.revision()).toBe(revision + 1);
    expect(await keys.revoke('k1')).toBe(false);
  });

  test('the last use of a key is noted once a minute, and changes no revision', async () => {
    const { keys } = await open(await place());
    await keys.create(key('k1'), HASH);
    const revision = await keys.revision();
    const used = async (seconds: number): Promise<number | undefined> => {
      await keys.touch('k1', new Date(AT.getTime() + seconds * 1000));
      const found = await keys.find('k1');
      return found?.record.lastUsedAt?.getTime();
    };
    expect(await used(0)).toBe(AT.getTime());
    expect(await used(59)).toBe(AT.getTime());
    expect(await used(60)).toBe(AT.getTime() + 60_000);
    expect(await keys.revision()).toBe(revision);
  });
}
