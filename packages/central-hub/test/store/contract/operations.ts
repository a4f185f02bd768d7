import { expect, test } from 'vitest';
import type { OperationRecord } from '../../../src/store/records.ts';
import { AT, type Kind, open } from '../fixtures.ts';

function operation(id: string, more: Partial<OperationRecord> = {}): OperationRecord {
  return { id, machine: 'm1', keyId: null, tenant: null, session: null, startedAt: AT, ...more };
}

export function operationsContract({ place }: Kind): void {
  test('an operation belongs to who began it, and never to another', async () => {
    const { operations } = await open(await place());
    const mine = operation('o1', { keyId: 'k1', tenant: 'acme', session: 'acme.a' });
    await operations.put(mine);
    await operations.put(operation('o1', { keyId: 'k2', tenant: 'beta' }));
    expect(await operations.get('o1')).toEqual(mine);
    expect(await operations.get('o2')).toBeNull();
  });

  test('operations are listed newest first, of a key, of a tenant, or all', async () => {
    const { operations } = await open(await place());
    const at = (ms: number) => new Date(AT.getTime() + ms);
    await operations.put(operation('o1', { keyId: 'k1', tenant: 'acme', startedAt: at(1) }));
    await operations.put(operation('o2', { keyId: 'k2', tenant: 'acme', startedAt: at(3) }));
    await operations.put(operation('o3', { startedAt: at(2) }));
    const ids = async (query: { keyId?: string | null; tenant?: string | null; limit?: number }) =>
      (await operations.list({ limit: 9, ...query })).map(({ id }) => id);
    expect(await ids({})).toEqual(['o2', 'o3', 'o1']);
    expect(await ids({ limit: 1 })).toEqual(['o2']);
    expect(await ids({ tenant: 'acme' })).toEqual(['o2', 'o1']);
    expect(await ids({ tenant: 'acme', keyId: 'k1' })).toEqual(['o1']);
    expect(await ids({ keyId: null })).toEqual(['o3']);
  });

  test('old operations are forgotten', async () => {
    const { operations } = await open(await place());
    await operations.put(operation('old', { startedAt: new Date(0) }));
    await operations.put(operation('new', { startedAt: new Date() }));
    expect(await operations.prune(3_600_000)).toBe(1);
    expect((await operations.list({ limit: 9 })).map(({ id }) => id)).toEqual(['new']);
  });
}
