import { expect, test } from 'vitest';
import { service } from './harness.ts';

/** A session of which the vault holds an older history than it did: with one snapshot, or with none. */
async function rolledBack(kept = 1) {
  const manager = await service();
  await manager.given('otra', 'LINKED');
  await manager.take('otra');
  await manager.given('ventas', 'LINKED');
  const before = await manager.olderVault();
  if (kept === 1) await manager.take('ventas');
  const putBack = kept === 1 ? await manager.olderVault() : before;
  await manager.take('ventas');
  await putBack();
  return { ...manager, ids: (await manager.snapshots.list('ventas')).items.map(({ id }) => id) };
}

test('vault accept says what was known and what is there, and asks first', async () => {
  const { cli, ids, snapshots } = await rolledBack();
  const asked = await cli('vault accept ventas', { answers: 'n' });
  expect(asked.code).toBe(1);
  expect(asked.stderr).toMatch(/seen before.*holds 1 snapshot, the newest snapshot 1-[0-9a-f]+.*on purpose/s);
  expect(asked.stderr).toContain(ids[0]);
  expect(await cli('vault accept ventas')).toMatchObject({ code: 2, stderr: /--yes/ });
  expect((await snapshots.list('ventas')).problems).toHaveLength(1);
  const done = await cli('vault accept ventas', { answers: 'y' });
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('is taken as it is: 1 snapshot') });
  expect(done.stderr).toContain('./leadmaster snapshot create ventas');
  expect((await snapshots.list('ventas')).problems).toEqual([]);
});

test('vault accept --yes --json asks nothing, and does nothing where nothing is to be accepted', async () => {
  const { cli, ids } = await rolledBack();
  const json = async () => JSON.parse((await cli('vault accept ventas --yes --json')).stdout);
  expect(await json()).toMatchObject({ session: 'ventas', accepted: true, items: [{ id: ids[0] }], problems: [] });
  expect(await json()).toMatchObject({ session: 'ventas', accepted: false });
});

test('where an older copy has no snapshot at all, the way on is named, and not a snapshot that would be refused', async () => {
  const { cli } = await rolledBack(0);
  for (const line of [
    'snapshot verify ventas',
    'snapshot restore ventas --yes',
    'snapshot delete ventas latest --yes',
  ]) {
    const { code, stderr } = await cli(line);
    expect(code, line).toBe(3);
    expect(stderr, line).toContain('./leadmaster vault accept ventas');
    expect(stderr, line).not.toContain('snapshot create');
  }
});
