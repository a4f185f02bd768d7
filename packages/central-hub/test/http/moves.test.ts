import { drainedMachine, hubSession, operation } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { refusing, twoMachines } from './moving.ts';

const MOVE_MS = 120_000;

describe('a session that is moved,', { timeout: MOVE_MS }, () => {
  test('running, runs on the other machine; its requests go there, and the first one has given it away', async () => {
    const { hub, m1, m2, move, where, owners } = await twoMachines();
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    const moved = await move('ventas', 'm2');
    expect([moved.status, moved.json.machine], moved.text).toEqual([200, 'm2']);
    expect(hubSession.parse(moved.json)).toEqual(moved.json);
    await m2.until('ventas', 'READY');
    expect(await where('ventas')).toEqual(['m2', 'READY']);
    expect(await owners('ventas')).toEqual(['m2']);
    expect((await m1.context.sessions.get('ventas')).state).toBe('MOVED');
    const sent = await hub.ask('/v1/sessions/ventas/messages', { body: { to: '5491122334455', text: 'hola' } });
    expect(sent.status, sent.text).toBe(202);
    await expect.poll(() => m2.engine.alive[0]?.sent.map(({ text }) => text)).toEqual(['hola']);
    await expect.poll(async () => (await hub.ask('/v1/sessions?machine=m2')).json.items.length).toBe(1);
    expect((await hub.ask('/v1/sessions?machine=m1')).json.items).toEqual([]);
    const machines: { sessions: number }[] = (await hub.ask('/v1/machines')).json.items;
    expect(machines.map(({ sessions }) => sessions)).toEqual([0, 1]);
  });

  test('keeps its messages: a repeated key sends nothing again, and what was sent before is still told', async () => {
    const { hub, m1, m2, move } = await twoMachines();
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    const body = { to: '5491122334455', text: 'una vez' };
    const send = () => hub.ask('/v1/sessions/ventas/messages', { body, headers: { 'idempotency-key': 'uno' } });
    const first = await send();
    const message = `/v1/sessions/ventas/messages/${first.json.id}`;
    await expect.poll(async () => m1.engine.runs.at(-1)?.sent.length).toBe(1);
    expect((await move('ventas', 'm2')).status).toBe(200);
    await m2.until('ventas', 'READY');
    const again = await send();
    expect([again.status, again.json.id, again.headers['idempotent-replayed']], again.text).toEqual([
      ...[202, first.json.id, 'true'],
    ]);
    expect((await hub.ask(message)).json.id).toBe(first.json.id);
    expect(m2.engine.alive[0]?.sent).toEqual([]);
    const other = await hub.ask('/v1/sessions/ventas/messages', { body, headers: { 'idempotency-key': 'dos' } });
    expect(other.status, other.text).toBe(202);
    await expect.poll(() => m2.engine.alive[0]?.sent.length).toBe(1);
    await m1.stop();
    await expect
      .poll(async () => (await hub.ask('/v1/machines')).json.items[0].state, { timeout: 30_000 })
      .toBe('down');
    const unknown = await send();
    expect([unknown.status, unknown.json.code], unknown.text).toEqual([503, 'machine_unreachable']);
  });

  test('back on a machine that it had left, is sent a message once, also before the hub has read that it is back', async () => {
    const { hub, m2 } = await twoMachines();
    await m2.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    // As the hub knew it before.
    const known = await m2.context.sessions.get('ventas');
    await hub.store.sessions.put('m2', { ...known, state: 'MOVED' }, new Date(Date.now() + 60_000));
    await hub.store.homes.move('ventas', 'm2', 'm1');
    const body = { to: '5491122334455', text: 'una vez' };
    const sent = await hub.ask('/v1/sessions/ventas/messages', { body, headers: { 'idempotency-key': 'uno' } });
    expect([sent.status, sent.json.session], sent.text).toEqual([202, 'ventas']);
    await expect.poll(() => m2.engine.alive[0]?.sent.length).toBe(1);
  });

  test('is followed as an operation, which tells what came of it, and to whom it belongs', async () => {
    const { hub, m1 } = await twoMachines();
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    const headers = { prefer: 'respond-async' };
    const begun = await hub.ask('/v1/sessions/ventas/move', { body: { machine: 'm2' }, headers });
    expect([begun.status, begun.headers['preference-applied']], begun.text).toEqual([202, 'respond-async']);
    expect(operation.parse(begun.json)).toMatchObject({ kind: 'move', session: 'ventas', state: 'running' });
    const ended = await hub.ask(`${begun.headers.location}?wait=20`);
    expect(operation.parse(ended.json), ended.text).toMatchObject({ state: 'done', result: { machine: 'm2' } });
    const listed = await hub.ask('/v1/operations');
    expect(listed.json.items.map(({ id }: { id: string }) => id)).toEqual([begun.json.id]);
    const other = await hub.ask('/v1/keys', { body: { name: 'other', scopes: ['read', 'admin'] } });
    expect((await hub.ask(`/v1/operations/${begun.json.id}`, { key: other.json.key })).status).toBe(404);
    expect((await hub.ask('/v1/operations', { key: other.json.key })).json.items).toEqual([]);
  });

  test('stopped, stays stopped, and goes there and back', async () => {
    const { hub, m1, move, where, owners } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    for (const machine of ['m2', 'm1', 'm2']) {
      const moved = await move('ventas', machine);
      expect([moved.status, moved.json.machine, moved.json.state], moved.text).toEqual([200, machine, 'STOPPED']);
      expect(await where('ventas')).toEqual([machine, 'STOPPED']);
      expect(await owners('ventas')).toEqual([machine]);
    }
  });

  test('to where it is already, is answered as it is', async () => {
    const { hub, m1, move } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    const same = await move('ventas', 'm1');
    expect([same.status, same.json.machine, same.json.state], same.text).toEqual([200, 'm1', 'STOPPED']);
    expect((await hub.ask('/v1/operations')).json.items).toEqual([]);
  });

  test('by a tenant, is refused', async () => {
    const { hub, m1 } = await twoMachines();
    const key = await hub.tenant('acme');
    await m1.given('acme.ventas', 'LINKED');
    await hub.until('acme.ventas', 'STOPPED');
    const refused = await hub.ask('/v1/sessions/ventas/move', { key, body: { machine: 'm2' } });
    expect([refused.status, refused.json.code]).toEqual([403, 'forbidden']);
  });
});

describe('a session stays where it is, and runs on,', { timeout: MOVE_MS }, () => {
  test('where it has no login, or the wrong one', async () => {
    const { hub, m1, move, owners } = await twoMachines();
    await hub.ask('/v1/sessions', { body: { name: 'nueva', start: false, machine: 'm1' } });
    const none = await move('nueva', 'm2');
    expect([none.status, none.json.code], none.text).toEqual([409, 'nothing_to_snapshot']);
    await m1.given('otra', 'WRONG_ACCOUNT');
    await hub.until('otra', 'WRONG_ACCOUNT');
    const wrong = await move('otra', 'm2');
    expect([wrong.status, wrong.json.code], wrong.text).toEqual([409, 'wrong_account']);
    expect([await owners('nueva'), await owners('otra')]).toEqual([['m1'], ['m1']]);
  });

  test('where the other machine is unknown, draining, silent, or reached by loopback alone', async () => {
    const { hub, m1, move, owners } = await twoMachines();
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    expect((await move('ventas', 'm3')).json.code).toBe('machine_not_found');
    expect((await move('ninguna', 'm2')).json.code).toBe('session_not_found');
    await hub.ask('/v1/machines/m2/drain', { body: {} });
    expect((await move('ventas', 'm2')).json.code).toBe('machine_draining');
    await hub.ask('/v1/machines/m2/drain', { body: { draining: false } });
    // As a machine elsewhere is known to the hub.
    await hub.store.machines.update('m1', { url: 'https://m1.test' });
    const far = await move('ventas', 'm2');
    expect([far.status, far.json.code], far.text).toEqual([422, 'machine_refused']);
    expect(far.json.hint).toContain('machines change m2 --peer-url');
    await hub.store.machines.update('m1', { url: m1.url });
    expect((await hub.ask('/v1/operations')).json.items).toEqual([]);
    expect(await owners('ventas')).toEqual(['m1']);
    expect((await m1.context.sessions.get('ventas')).state).toBe('READY');
  });

  test('where a machine does not answer, before anything was begun', async () => {
    const { hub, m1, m2, move } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    await m2.stop();
    await expect
      .poll(async () => (await hub.ask('/v1/machines')).json.items[1].state, { timeout: 30_000 })
      .toBe('down');
    const refused = await move('ventas', 'm2');
    expect([refused.status, refused.json.code], refused.text).toEqual([503, 'machine_unreachable']);
    expect((await hub.ask('/v1/operations')).json.items).toEqual([]);
  });

  test('where the other machine has another session of that name', async () => {
    const { hub, m1, m2, move, where } = await twoMachines();
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    await m2.given('ventas', 'LINKED');
    const refused = await move('ventas', 'm2');
    expect([refused.status, refused.json.code], refused.text).toEqual([502, 'transfer_failed']);
    expect(refused.json.peer.code).toBe('session_exists');
    expect(await where('ventas')).toEqual(['m1', 'READY']);
  });

  test('where the disk of the other machine is full', async () => {
    const { hub, m1, move, where, owners } = await twoMachines({ env: { m2: { DISK_MIN_FREE_MB: '10000000' } } });
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    const refused = await move('ventas', 'm2');
    expect([refused.status, refused.json.code], refused.text).toEqual([502, 'transfer_failed']);
    expect(await where('ventas')).toEqual(['m1', 'READY']);
    expect(await owners('ventas')).toEqual(['m1']);
  });
});

describe('a machine that is emptied,', { timeout: MOVE_MS }, () => {
  test('has its sessions moved, some at a time, names those that could not, and can be removed without them', async () => {
    const { hub, m1, m2, where } = await twoMachines();
    for (const name of ['a', 'b', 'c']) {
      await m1.given(name, 'LINKED');
      await hub.until(name, 'STOPPED');
    }
    await hub.ask('/v1/sessions', { body: { name: 'nueva', start: false, machine: 'm1' } });
    const drain = (body: object) => hub.ask('/v1/machines/m1/drain', { body });
    const emptied = await drain({ move: true, atOnce: 2 });
    expect(emptied.status, emptied.text).toBe(200);
    expect(drainedMachine.parse(emptied.json)).toEqual(emptied.json);
    expect(emptied.json).toMatchObject({ name: 'm1', state: 'draining' });
    const { moved, left } = emptied.json.emptied;
    expect(moved.map(({ session, machine }: Record<string, string>) => `${session} ${machine}`).sort()).toEqual([
      ...['a m2', 'b m2', 'c m2'],
    ]);
    expect(left).toMatchObject([{ session: 'nueva', code: 'nothing_to_snapshot' }]);
    for (const name of ['a', 'b', 'c']) expect(await where(name)).toEqual(['m2', 'STOPPED']);
    expect((await m2.context.sessions.list()).items).toHaveLength(3);
    const remove = () => hub.ask('/v1/machines/m1', { method: 'DELETE' });
    expect((await remove()).json.code).toBe('machine_has_sessions');
    await hub.ask('/v1/sessions/nueva', { method: 'DELETE' });
    expect((await remove()).status).toBe(204);
    expect(await where('a')).toEqual(['m2', 'STOPPED']);
    const kinds = (await hub.ask('/v1/operations')).json.items.map(({ kind }: { kind: string }) => kind);
    expect(kinds.sort()).toEqual(['drain', 'move', 'move', 'move', 'move']);
  });

  test('without another machine, keeps all of them and says why; the draining can be taken back', async () => {
    const { hub, m1 } = await twoMachines();
    await m1.given('a', 'LINKED');
    await hub.until('a', 'STOPPED');
    await hub.ask('/v1/machines/m2/drain', { body: {} });
    const headers = { prefer: 'respond-async' };
    const begun = await hub.ask('/v1/machines/m1/drain', { body: { move: true }, headers });
    expect([begun.status, begun.json.kind, begun.json.session]).toEqual([202, 'drain', null]);
    const ended = await hub.ask(`${begun.headers.location}?wait=20`);
    const left = [{ session: 'a', code: 'no_machine' }];
    expect(ended.json, ended.text).toMatchObject({ state: 'done', result: { emptied: { moved: [], left } } });
    const undone = await hub.ask('/v1/machines/m1/drain', { body: { draining: false } });
    expect(undone.json).toMatchObject({ state: 'up', emptied: null });
    const both = await hub.ask('/v1/machines/m1/drain', { body: { draining: false, move: true } });
    expect(both.status).toBe(400);
  });

  test('is emptied to the end by whichever hub there is', async () => {
    const { hub, m1, where } = await twoMachines();
    await m1.given('a', 'LINKED');
    await hub.until('a', 'STOPPED');
    await hub.store.machines.drain('m1', true);
    const wanted = { id: 'op_of-another', kind: 'drain', subject: 'm1', source: 'm1', target: null } as const;
    await hub.store.moves.begin({ ...wanted, atOnce: 2, partOf: null, keyId: null });
    const ended = await hub.ask('/v1/operations/op_of-another?wait=60');
    const emptied = { moved: [{ session: 'a', machine: 'm2' }], left: [] };
    expect(ended.json, ended.text).toMatchObject({ state: 'done', result: { emptied } });
    expect(await where('a')).toEqual(['m2', 'STOPPED']);
  });

  test('begins no other move once its draining is taken back', async () => {
    const { hub, m1, m2 } = await twoMachines();
    for (const name of ['a', 'b']) {
      await m1.given(name, 'LINKED');
      await hub.until(name, 'STOPPED');
    }
    m2.gate(refusing('/commit'));
    const headers = { prefer: 'respond-async' };
    const begun = await hub.ask('/v1/machines/m1/drain', { body: { move: true, atOnce: 1 }, headers });
    await expect.poll(async () => (await hub.store.moves.partsOf(begun.json.id)).length).toBe(1);
    await hub.ask('/v1/machines/m1/drain', { body: { draining: false } });
    m2.gate(() => false);
    const ended = await hub.ask(`${begun.headers.location}?wait=25`);
    const emptied = { moved: [{ session: 'a', machine: 'm2' }], left: [{ session: 'b', code: 'wrong_state' }] };
    expect(ended.json, ended.text).toMatchObject({ state: 'done', result: { emptied } });
  });
});

describe('where a move breaks off, a session has one owner and the hub says where:', { timeout: MOVE_MS }, () => {
  test('the answer of its machine is lost', async () => {
    const { hub, m1, move, owners, where } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    let lost = 0;
    m1.gate(({ url = '' }, response) => {
      if (!url.endsWith('/transfer') || lost > 0) return false;
      lost += 1;
      // The machine gets the order; what it answers goes nowhere.
      response.write = () => true;
      response.writeHead = () => response.destroy() as never;
      return false;
    });
    const moved = await move('ventas', 'm2');
    expect([moved.status, moved.json.machine, lost], moved.text).toEqual([200, 'm2', 1]);
    expect(await owners('ventas')).toEqual(['m2']);
    expect((await where('ventas'))[0]).toBe('m2');
  });

  test('a hub has written down that it moves, and ended', async () => {
    const { hub, m1, where } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    const wanted = { id: 'op_of-another', kind: 'move', subject: 'ventas', source: 'm1', target: 'm2' } as const;
    await hub.store.moves.begin({ ...wanted, atOnce: 1, partOf: null, keyId: null });
    const ended = await hub.ask('/v1/operations/op_of-another?wait=20');
    expect(ended.json, ended.text).toMatchObject({ state: 'done', result: { machine: 'm2' } });
    expect((await where('ventas'))[0]).toBe('m2');
  });

  test('its machine has given it to a third place: another session of that name is not taken for it', async () => {
    const { hub, m1, m2 } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await m1.context.access.moveAway('ventas', 'retired');
    await m2.given('ventas', 'LINKED');
    const wanted = { id: 'op_lost', kind: 'move', subject: 'ventas', source: 'm1', target: 'm2' } as const;
    await hub.store.moves.begin({ ...wanted, atOnce: 1, partOf: null, keyId: null });
    const ended = await hub.ask('/v1/operations/op_lost?wait=60');
    expect(ended.json, ended.text).toMatchObject({ state: 'failed', error: { code: 'session_moved' } });
  });

  test('a hub finds a move that was interrupted long ago: what was not handed over stays', async () => {
    const { hub, m1, where, move } = await twoMachines({ moves: { resumeMs: -1 } });
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    const late = await move('ventas', 'm2');
    expect([late.status, late.json.code], late.text).toEqual([502, 'transfer_failed']);
    expect(late.json.hint).toContain('./leadmaster move ventas --machine m2');
    expect((await where('ventas'))[0]).toBe('m1');
  });

  test('the other machine does not take what was handed over: orders are told so, and it is finished later', async () => {
    const { hub, m1, m2, owners, where } = await twoMachines();
    const key = await hub.tenant('acme');
    await m1.given('acme.ventas', 'READY');
    await hub.until('acme.ventas', 'READY');
    m2.gate(refusing('/commit'));
    const headers = { prefer: 'respond-async' };
    const body = { machine: 'm2' };
    const begun = await hub.ask('/v1/sessions/acme.ventas/move', { body, headers });
    const phase = async () => (await hub.ask(begun.headers.location ?? '')).json.progress.phase;
    await expect.poll(phase, { timeout: 60_000 }).toBe('handed over');
    expect(await m2.engine.alive).toEqual([]);
    const order = await hub.ask('/v1/sessions/ventas/start', { method: 'POST', key });
    expect([order.status, order.json.code], order.text).toEqual([409, 'session_moving']);
    expect(order.text).not.toMatch(/m1|m2|127\.0\.0\.1/);
    const other = await hub.ask('/v1/machines/m1', { method: 'DELETE' });
    expect(other.json.code).toBe('machine_has_sessions');
    m2.gate(() => false);
    const ended = await hub.ask('/v1/sessions/acme.ventas/move', { body });
    expect([ended.status, ended.json.machine], ended.text).toEqual([200, 'm2']);
    expect(await owners('acme.ventas')).toEqual(['m2']);
    await m2.until('acme.ventas', 'READY');
    expect(await where('acme.ventas')).toEqual(['m2', 'READY']);
  });

  test('what was handed over and not taken comes back, asked for the first machine', async () => {
    const { hub, m1, m2, move, owners, where } = await twoMachines();
    await m1.given('ventas', 'READY');
    await hub.until('ventas', 'READY');
    m2.gate(refusing('/commit'));
    const begun = await hub.ask('/v1/sessions/ventas/move', {
      body: { machine: 'm2' },
      headers: { prefer: 'respond-async' },
    });
    const phase = async () => (await hub.ask(begun.headers.location ?? '')).json.progress.phase;
    await expect.poll(phase, { timeout: 60_000 }).toBe('handed over');
    const back = await move('ventas', 'm1');
    expect([back.status, back.json.machine], back.text).toEqual([200, 'm1']);
    await m1.until('ventas', 'READY');
    expect(await owners('ventas')).toEqual(['m1']);
    expect(await where('ventas')).toEqual(['m1', 'READY']);
  });

  test('while it moves, a request for a third machine is refused', async () => {
    const { hub, m1, m2, move } = await twoMachines();
    await m1.given('ventas', 'LINKED');
    await hub.until('ventas', 'STOPPED');
    await hub.ask('/v1/machines', { body: { name: 'm3', url: m2.url, token: 'service-token-of-the-tests' } });
    m2.gate(refusing('/commit'));
    await hub.ask('/v1/sessions/ventas/move', { body: { machine: 'm2' }, headers: { prefer: 'respond-async' } });
    const third = await move('ventas', 'm3');
    expect([third.status, third.json.code, third.json.machine], third.text).toEqual([409, 'session_moving', 'm2']);
  });
});
