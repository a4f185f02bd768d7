import { expect, test } from 'vitest';
import { service } from './harness.ts';

const KNOWN = 'The vault is older than it was: record 7 was seen before, and its newest record now is 3.';

async function rolledBack() {
  const service = await service();
  service.await given('ventas', 'STOPPED');
  service.snapshots.take('ventas');
  service.snapshots.rollBack('ventas', KNOWN);
  return service;
}

test('vault accept says what was known and what is there, and asks first', async () => {
  const { cli, snapshots } = await rolledBack();
  const asked = await cli('vault accept ventas', { answers: 'n' });
  expect(asked.code).toBe(1);
  expect(asked.stderr).toMatch(
    /record 7 was seen before.*holds 1 snapshot, the newest snapshot 1-00000001.*on purpose/s,
  );
  expect(await cli('vault accept ventas')).toMatchObject({ code: 2, stderr: /--yes/ });
  expect(snapshots.changes).toEqual([]);
  const done = await cli('vault accept ventas', { answers: 'y' });
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('is taken as it is: 1 snapshot') });
  expect(done.stderr).toContain('./leadmaster snapshot create ventas');
  expect(snapshots.changes).toEqual(['accept ventas']);
});

test('vault accept --yes --json asks nothing, and does nothing where nothing is to be accepted', async () => {
  const { cli, snapshots } = await rolledBack();
  const json = async () => JSON.parse((await cli('vault accept ventas --yes --json')).stdout);
  expect(await json()).toMatchObject({
    session: 'ventas',
    accepted: true,
    items: [{ id: '1-00000001' }],
    problems: [],
  });
  expect(await json()).toMatchObject({ session: 'ventas', accepted: false });
  expect(snapshots.changes).toEqual(['accept ventas']);
});

test('where an older copy has no snapshot at all, the way on is named, and not a snapshot that would be refused', async () => {
  const { cli, given, snapshots } = await service();
  await given('ventas', 'STOPPED');
  snapshots.rollBack('ventas', KNOWN);
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
