import { Client, follow } from '@leadmaster/client';
import { type HubSession, hubSession } from '@leadmaster/protocol';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../hub.ts';

describe('sessions through the hub', () => {
  test('are made, listed, ordered and removed as on their machine, with what the hub adds', async () => {
    const { ask, managers, until } = await hubOver(['one']);
    const made = await ask('/v1/sessions', { body: { name: 'ventas', metadata: { team: 'sur ñ' } } });
    expect([made.status, made.headers.location], made.text).toEqual([201, '/v1/sessions/ventas']);
    expect(hubSession.parse(made.json)).toEqual(made.json);
    expect(made.json).toMatchObject({ name: 'ventas', tenant: null, machine: 'one', metadata: { team: 'sur ñ' } });
    expect((await ask('/v1/sessions', { body: { name: 'ventas' } })).json.code).toBe('session_exists');

    await managers.one?.given('ventas', 'READY');
    await until('ventas', 'READY');
    const list = await ask('/v1/sessions?state=READY');
    expect(list.json).toMatchObject({ items: [{ name: 'ventas', state: 'READY', machine: 'one' }], cursor: null });

    const stopped = await ask('/v1/sessions/ventas/stop?wait=10', { method: 'POST' });
    expect(stopped.json, stopped.text).toMatchObject({ state: 'STOPPED', machine: 'one', tenant: null });
    expect((await ask('/v1/sessions/ventas/transitions')).json.items[0]).toMatchObject({ to: 'STOPPED' });

    expect((await ask('/v1/sessions/ventas', { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/v1/sessions/ventas')).json.code).toBe('session_not_found');
    expect((await ask('/v1/sessions')).json.items).toEqual([]);
  });

  test('go where there is room, or where the operator says, and never to a machine that drains', async () => {
    const { ask } = await hubOver(['one', 'two']);
    const made = await ask('/v1/sessions', { body: { name: 'a', start: false, machine: 'two' } });
    expect(made.json.machine).toBe('two');
    await ask('/v1/machines/two/drain', { body: {} });
    expect((await ask('/v1/sessions', { body: { name: 'b', start: false } })).json.machine).toBe('one');
    await ask('/v1/machines/one/drain', { body: {} });
    const refused = await ask('/v1/sessions', { body: { name: 'c', start: false } });
    expect([refused.status, refused.json.code]).toEqual([503, 'no_machine']);
    expect((await ask('/v1/sessions/c')).status).toBe(404);
  });

  test('of a machine that does not answer are shown as last known, and orders to them fail soon', async () => {
    const { ask, managers, until, port, tenant: makeTenant } = await hubOver(['one', 'two']);
    await ask('/v1/sessions', { body: { name: 'a', start: false, machine: 'one' } });
    await ask('/v1/sessions', { body: { name: 'b', start: false, machine: 'two' } });
    await until('a', 'STOPPED');
    expect((await ask('/v1/sessions')).json.items.map(silentSince)).toEqual([null, null]);
    const [operator, tenant] = [await commentsFor(port, ADMIN_KEY), await commentsFor(port, await makeTenant('acme'))];
    await managers.one?.stop();
    const begun = performance.now();
    const order = await ask('/v1/sessions/a/start', { method: 'POST' });
    expect([order.status, order.json.code], order.text).toEqual([503, 'machine_unreachable']);
    expect(performance.now() - begun).toBeLessThan(5_000);
    const shown = await ask('/v1/sessions/a');
    expect([shown.status, shown.json.state], shown.text).toEqual([200, 'STOPPED']);
    expect(Date.parse(shown.json.asOf)).toBeLessThan(Date.now());
    expect((await ask('/v1/sessions/b')).json.machine).toBe('two');
    const machines = async () => (await ask('/v1/machines')).json.items;
    await expect
      .poll(async () => (await machines()).map(({ state }: { state: string }) => state), { timeout: 10_000 })
      .toEqual(['down', 'up']);
    const [one, two] = await machines();
    expect([one.silence.code, two.silence]).toEqual(['service_unreachable', null]);
    expect(one.silence.detail).toContain('ECONNREFUSED');
    expect(Date.parse(one.since)).toBeGreaterThan(Date.parse(two.since));
    expect((await ask('/v1/sessions')).json.items.map(silentSince)).toEqual([one.since, null]);
    expect((await ask('/v1/sessions/a')).json.silentSince).toBe(one.since);
    await expect.poll(operator).toContain('machines');
    expect(tenant()).not.toContain('machines');
  });

  test('have operations, which a list names where their machine does not answer', async () => {
    const { ask, managers } = await hubOver(['one', 'two']);
    const begin = async (name: string, machine: string): Promise<string> => {
      await ask('/v1/sessions', { body: { name, start: false, machine } });
      const headers = { prefer: 'respond-async' };
      const begun = await ask(`/v1/sessions/${name}/snapshots`, { body: {}, headers });
      expect(begun.status, begun.text).toBe(202);
      return begun.json.id;
    };
    const [silent, told] = [await begin('a', 'one'), await begin('b', 'two')];
    expect((await ask('/v1/operations')).json).toMatchObject({ items: [{ id: told }, { id: silent }], unanswered: [] });
    await managers.one?.stop();
    const { items, unanswered } = (await ask('/v1/operations')).json;
    expect([items.map(({ id }: { id: string }) => id), unanswered]).toEqual([[told], [silent]]);
  });

  test('send messages with their key, take snapshots as operations, and stream what is bytes', async () => {
    const { ask, managers } = await hubOver(['one']);
    await ask('/v1/sessions', { body: { name: 'ventas', start: false } });
    await managers.one?.given('ventas', 'READY');
    const headers = { 'idempotency-key': 'k1' };
    const body = { to: '5491122334455', text: 'hola' };
    const first = await ask('/v1/sessions/ventas/messages', { body, headers });
    const again = await ask('/v1/sessions/ventas/messages', { body, headers });
    expect([first.status, again.json.id], first.text).toEqual([202, first.json.id]);
    expect(again.headers['idempotent-replayed']).toBe('true');

    const begun = await ask('/v1/sessions/ventas/snapshots', { body: {}, headers: { prefer: 'respond-async' } });
    expect(begun.status, begun.text).toBe(202);
    const operation = await ask(`${begun.headers.location}?wait=20`);
    expect(operation.json, operation.text).toMatchObject({ state: 'done', kind: 'snapshot' });
    const passphrase = { 'x-passphrase': 'a long passphrase' };
    const file = await ask(`/v1/sessions/ventas/snapshots/${operation.json.result.id}/export`, { headers: passphrase });
    expect([file.status, file.headers['content-type']], file.text.slice(0, 300)).toEqual([
      200,
      'application/octet-stream',
    ]);
    expect(Number(file.text.length)).toBeGreaterThan(100);
  });
});

function silentSince(session: HubSession): string | null {
  return session.silentSince;
}

/** Follows the hub's log with a key; the comments that were told so far. */
async function commentsFor(port: number, key: string): Promise<() => string[]> {
  const comments: string[] = [];
  const stop = new AbortController();
  const client = new Client({ url: `http://127.0.0.1:${port}`, key: () => key });
  const events = follow(client, { signal: stop.signal, onComment: (comment) => comments.push(comment) });
  const reading = Array.fromAsync(events);
  onTestFinished(async () => {
    stop.abort();
    await reading;
  });
  await expect.poll(() => comments.length).toBe(1);
  return () => comments;
}
