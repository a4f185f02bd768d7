import { LeadMasterError, type Session } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import type { HubStore } from '../../../src/store/index.ts';
import { MoveLost, type WantedMove } from '../../../src/store/moves.ts';
import { claimed, type Kind, machine, news, open, type Place, refusal, session } from '../fixtures.ts';

function wanted(id: string, more: Partial<WantedMove> = {}): WantedMove {
  const between = { source: 'm1', target: 'm2' };
  return { id, kind: 'move', subject: 'ventas', ...between, atOnce: 1, partOf: null, keyId: null, ...more };
}

/** A store that knows two machines. */
async function withMachines(place: Place): Promise<HubStore> {
  const store = await open(place);
  for (const name of ['m1', 'm2']) await store.machines.add(machine(name), 'token');
  return store;
}

export function movesContract({ place }: Kind): void {
  test('a session has one open move: a second request is answered with it, and another begins once it has ended', async () => {
    const { moves } = await withMachines(await place());
    const first = await moves.begin(wanted('op_1', { keyId: 'k1' }));
    expect(first.isNew).toBe(true);
    expect(first.move).toMatchObject({ id: 'op_1', subject: 'ventas', source: 'm1', target: 'm2', keyId: 'k1' });
    expect(first.move).toMatchObject({ revision: 1, isUndone: false, result: null, error: null, endedAt: null });
    const again = await moves.begin(wanted('op_2'));
    expect([again.isNew, again.move.id]).toEqual([false, 'op_1']);
    expect((await moves.begin(wanted('op_3', { subject: 'other' }))).isNew).toBe(true);
    const { claim } = (await moves.claim('hub-a', 60)) ?? {};
    await moves.end(claim ?? never(), { result: { name: 'ventas' } });
    expect(await moves.open({ kind: 'move', subject: 'ventas' })).toBe(null);
    expect((await moves.begin(wanted('op_2'))).isNew).toBe(true);
    expect((await moves.list({ limit: 9 })).map(({ id }) => id).sort()).toEqual(['op_1', 'op_2', 'op_3']);
    expect((await moves.list({ keyId: 'k1', limit: 9 })).map(({ id }) => id)).toEqual(['op_1']);
  });

  test('of two that begin at once, one is kept', async () => {
    const at = await place();
    const [one, other] =
      at.url === null ? Array(2).fill(await withMachines(at)) : [await withMachines(at), await open(at)];
    const begun = await Promise.all([one.moves.begin(wanted('op_1')), other.moves.begin(wanted('op_2'))]);
    expect(begun.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(begun.map(({ move }) => move.id)).size).toBe(1);
  });

  test('a move is worked on by one holder; what a former holder writes is refused', async () => {
    const { moves } = await withMachines(await place());
    await moves.begin(wanted('op_1'));
    const first = (await moves.claim('hub-a', 0)) ?? never();
    expect(first.move.id).toBe('op_1');
    const second = (await moves.claim('hub-b', 60)) ?? never();
    expect(second.claim.generation).toBeGreaterThan(first.claim.generation);
    expect(await moves.claim('hub-c', 60)).toBe(null);
    await expect(moves.progress(first.claim, { phase: 'sending', done: 1, total: 2 })).rejects.toBeInstanceOf(MoveLost);
    expect([await moves.renew(first.claim, 60), await moves.renew(second.claim, 60)]).toEqual([false, true]);
    await moves.progress(second.claim, { phase: 'sending', done: 10.4, total: 20 });
    expect(await moves.get('op_1')).toMatchObject({ revision: 2, progress: { phase: 'sending', done: 10, total: 20 } });
    await moves.free('hub-b');
    expect((await moves.claim('hub-a', 60))?.move.id).toBe('op_1');
  });

  test('a move ends once, well or not, and is claimed no more', async () => {
    const { moves } = await withMachines(await place());
    await moves.begin(wanted('op_1'));
    const { claim } = (await moves.claim('hub-a', 0)) ?? never();
    const error = new LeadMasterError('transfer_failed', 'It stays.', 'Repeat it.').toProblem();
    await moves.end(claim, { error });
    await expect(moves.end(claim, { result: {} })).rejects.toBeInstanceOf(MoveLost);
    expect(await moves.claim('hub-a', 60)).toBe(null);
    const ended = await moves.get('op_1');
    expect(ended).toMatchObject({ result: null, error: { code: 'transfer_failed' }, endedAt: expect.any(Date) });
    expect(await moves.setUndone('op_1', true)).toBe(false);
    expect(await moves.leftLately('ventas', 60_000)).toEqual([]);
    await moves.prune(-60_000);
    expect(await moves.get('op_1')).toBe(null);
  });

  test('a move is turned back and on again, and the machines that a session has left lately are known', async () => {
    const { moves } = await withMachines(await place());
    await moves.begin(wanted('op_1', { partOf: 'op_0' }));
    expect(await moves.setUndone('op_1', true)).toBe(true);
    expect(await moves.open({ kind: 'move', subject: 'ventas' })).toMatchObject({ isUndone: true, revision: 2 });
    await moves.setUndone('op_1', false);
    const { claim } = (await moves.claim('hub-a', 60)) ?? never();
    await moves.end(claim, { result: { name: 'ventas' } });
    expect(await moves.leftLately('ventas', 60_000)).toEqual(['m1']);
    expect(await moves.leftLately('ventas', -60_000)).toEqual([]);
    expect((await moves.partsOf('op_0')).map(({ id }) => id)).toEqual(['op_1']);
  });

  test('a machine that a session moves to or from stays; one whose sessions have all moved away goes', async () => {
    const store = await withMachines(await place());
    const { moves, machines } = store;
    await moves.begin(wanted('op_1'));
    for (const name of ['m1', 'm2']) expect((await refusal(machines.remove(name))).code).toBe('machine_has_sessions');
    const { claim } = (await moves.claim('hub-a', 60)) ?? never();
    await moves.end(claim, { result: {} });
    const tell = async (of: string, state: Session['state']) => {
      const lease = await claimed(store, of);
      await store.events.append(lease, news(0, [], { changed: [session('ventas', { state })] }));
    };
    await tell('m1', 'MOVED');
    await tell('m2', 'READY');
    expect(await store.homes.machineOf('ventas')).toBe('m2');
    expect((await refusal(machines.remove('m2'))).code).toBe('machine_has_sessions');
    expect(await machines.remove('m1')).toBe(true);
    expect((await store.sessions.copiesOf('ventas')).map(({ machine }) => machine)).toEqual(['m2']);
    expect((await refusal(moves.begin(wanted('op_2')))).code).toBe('machine_not_found');
  });

  test('the address of a machine for other machines can change alone', async () => {
    const { machines } = await withMachines(await place());
    await machines.update('m1', { peerUrl: 'https://peer.test' });
    expect(await machines.get('m1')).toMatchObject({ url: 'https://m1.test', peerUrl: 'https://peer.test' });
    await machines.update('m1', { peerUrl: null });
    expect((await machines.get('m1'))?.peerUrl).toBe(null);
  });
}

function never(): never {
  throw new Error('there is nothing to claim');
}
