import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { QUICK_DISK, SERVICE_TOKEN, startTestManager, type TestManager } from '@leadmaster/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hubOver } from '../hub.ts';

const TEXT = { to: '5491100000002', text: 'hola' };

type World = Awaited<ReturnType<typeof hubOver>>;

const patch = ({ ask }: Pick<World, 'ask'>, path: string, body: object, key?: string) =>
  ask(`/v1${path}`, { method: 'PATCH', body, ...(key === undefined ? {} : { key }) });
const send = ({ ask }: Pick<World, 'ask'>, session: string, key?: string) =>
  ask(`/v1/sessions/${session}/messages`, { body: TEXT, ...(key === undefined ? {} : { key }) });
const managerOf = ({ managers }: World, name = 'one') => managers[name] as TestManager;

/** READY at its machine, and known to the hub. */
async function ready(world: World, session: string, machine = 'one'): Promise<void> {
  await managerOf(world, machine).given(session, 'READY');
  await world.until(session, 'READY');
}

/** A machine that can end and come back, on its own port and data. */
async function comingAndGoing(world: World, name = 'two') {
  const dir = await mkdtemp(join(QUICK_DISK, 'leadmaster-sending-'));
  const dataDir = join(dir, 'data');
  let manager = await startTestManager({ dataDir, firstPhone: 7000 });
  const { port } = manager;
  onTestFinished(async () => {
    await manager.close();
    await rm(dir, { recursive: true, force: true });
  });
  await world.ask('/v1/machines', { body: { name, url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN } });
  world.managers[name] = manager;
  return {
    async end() {
      await manager.stop();
      await expect.poll(() => world.links.isUp(name), { timeout: 10_000 }).toBe(false);
    },
    async comeBack() {
      manager = await startTestManager({ dataDir, port, firstPhone: 7000 });
      world.managers[name] = manager;
      await expect.poll(() => world.links.isUp(name), { timeout: 10_000 }).toBe(true);
      return manager;
    },
  };
}

describe('sending of one session', () => {
  test('is switched off with control, and on again with admin alone', async () => {
    const world = await hubOver(['one']);
    const [control, admin] = [
      await world.tenant('acme', ['read', 'send', 'control']),
      await world.tenant('acme', ['read', 'send', 'control', 'admin']),
    ];
    await ready(world, 'acme.ventas');
    const off = await patch(world, '/sessions/ventas', { sending: 'off' }, control);
    expect([off.status, off.json]).toEqual([
      200,
      expect.objectContaining({ name: 'ventas', sending: 'off', sendingOffBy: [], canSend: false, machine: null }),
    ]);
    const refused = await send(world, 'ventas', control);
    expect([refused.status, refused.json]).toEqual([
      409,
      expect.objectContaining({
        code: 'sending_off',
        action: { kind: 'sending_on', session: 'ventas' },
        hint: 'Use PATCH /v1/sessions/ventas {"sending":"on"}.',
      }),
    ]);
    expect(refused.json.offBy).toBeUndefined();
    const short = await patch(world, '/sessions/ventas', { sending: 'on' }, control);
    expect([short.status, short.json.code]).toEqual([403, 'scope_missing']);
    expect((await patch(world, '/sessions/ventas', { sending: 'on' }, admin)).json.canSend).toBe(true);
    expect((await send(world, 'ventas', control)).status).toBe(202);
  });

  test('of another tenant is not there', async () => {
    const world = await hubOver(['one']);
    const key = await world.tenant('otra');
    await ready(world, 'acme.ventas');
    expect((await patch(world, '/sessions/acme.ventas', { sending: 'off' }, key)).json.code).toBe('session_not_found');
    expect((await managerOf(world).context.sessions.get('acme.ventas')).sending).toBe('on');
  });

  test('is kept where its machine is silent, and told before a text goes there', async () => {
    const world = await hubOver([]);
    const machine = await comingAndGoing(world);
    await ready(world, 'ventas', 'two');
    await machine.end();
    const off = await patch(world, '/sessions/ventas', { sending: 'off' });
    expect([off.status, off.json]).toEqual([
      200,
      expect.objectContaining({ sending: 'off', canSend: false, untold: ['two'], state: 'READY' }),
    ]);
    expect((await world.ask('/v1/sessions/ventas')).json).toMatchObject({ sending: 'off', canSend: false });
    const lost = await patch(world, '/sessions/ventas', { sending: 'on' });
    expect([lost.status, lost.json.code]).toEqual([503, 'machine_unreachable']);
    const back = await machine.comeBack();
    expect((await send(world, 'ventas')).json.code).toBe('sending_off');
    expect(await back.context.sessions.get('ventas')).toMatchObject({ sending: 'off', sendingOffBy: ['session'] });
    expect((await patch(world, '/sessions/ventas', { sending: 'on' })).json.sending).toBe('on');
    await world.store.sending.settle([]);
    expect((await world.store.sending.wordFor('two')).sessions).toEqual([]);
  });

  test('is told where the session turns up, before a text goes there', async () => {
    const world = await hubOver(['one', 'two']);
    // Its machine was lost before it heard of it, and removed.
    await world.store.sending.owe('ventas');
    await expect.poll(() => world.store.sending.isOwed('ventas')).toBe(true);
    await world.ask('/v1/machines/one', { method: 'PATCH', body: { sending: 'off' } });
    await ready(world, 'ventas', 'two');
    expect((await send(world, 'ventas')).json.code).toBe('sending_off');
    expect(await managerOf(world, 'two').context.sessions.get('ventas')).toMatchObject({ sendingOffBy: ['session'] });
  });

  test('is kept while the session is between two machines, and told where it arrives', async () => {
    const world = await hubOver(['one', 'two']);
    await ready(world, 'ventas');
    const [one, two] = [managerOf(world), managerOf(world, 'two')];
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { commit } = two.context.arrivals;
    two.context.arrivals.commit = async (id) => {
      asked.resolve();
      await answered.promise;
      return commit.call(two.context.arrivals, id);
    };
    two.engine.onRun = (run) => setImmediate(() => run.login(one.stage.accountOf('ventas').phone));
    const moved = world.ask('/v1/sessions/ventas/move', { body: { machine: 'two' } });
    await asked.promise;
    const off = await patch(world, '/sessions/ventas', { sending: 'off' });
    expect([off.status, off.json]).toMatchObject([200, { sending: 'off', canSend: false, untold: ['one'] }]);
    // What is told to the machine that gives it away no longer travels.
    await expect
      .poll(async () => (await world.ask('/v1/machines')).json.items[0])
      .toMatchObject({ name: 'one', untold: false });
    answered.resolve();
    expect((await moved).json).toMatchObject({ machine: 'two' });
    expect((await send(world, 'ventas')).json.code).toBe('sending_off');
    await expect.poll(async () => (await two.context.sessions.get('ventas')).sendingOffBy).toEqual(['session']);
  });

  test('that its machine refuses is not kept', async () => {
    const world = await hubOver(['one']);
    await ready(world, 'ventas');
    await managerOf(world).context.access.moveAway('ventas', 'retired');
    expect((await patch(world, '/sessions/ventas', { sending: 'off' })).json.code).toBe('session_moved');
    expect((await world.store.sending.wordFor('one')).sessions).toEqual([]);
  });

  test('is told once to the machine that gave the session away by hand, not with every look', async () => {
    const world = await hubOver(['one']);
    await ready(world, 'ventas');
    await managerOf(world).context.access.moveAway('ventas', 'retired');
    await world.until('ventas', 'MOVED');
    const call = vi.spyOn((await world.links.get('one')).client, 'call');
    const look = vi.spyOn(world.store.sending, 'revision');
    const told = () => call.mock.calls.filter(([id]) => id === 'tellSending').length;
    await world.store.sending.owe('ventas');
    await expect.poll(told, { timeout: 5_000 }).toBe(1);
    const looks = look.mock.calls.length;
    await expect.poll(() => look.mock.calls.length - looks, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect(told()).toBe(1);
    expect(await world.store.sending.isOwed('ventas')).toBe(true);
  });

  test('is off for earlier services', async () => {
    const world = await hubOver(['one']);
    await ready(world, 'admin');
    await patch(world, '/sessions/admin', { sending: 'off' });
    expect((await world.ask('/status')).json).toMatchObject({ status: 'READY', state: 'LISTENING' });
    const sent = await world.ask('/send', { body: { to: TEXT.to, message: 'hola' } });
    expect([sent.status, sent.json.code]).toEqual([503, 'SESSION_NOT_READY']);
  });

  test('is off for earlier services that bring a key of a tenant, with the reason', async () => {
    const world = await hubOver(['one']);
    const key = await world.tenant('acme');
    await ready(world, 'acme.admin');
    await patch(world, '/tenants/acme', { sending: 'off' });
    const { status, json } = await world.ask('/send', { key, body: { to: TEXT.to, message: 'hola' } });
    expect([status, json]).toMatchObject([
      503,
      { code: 'SESSION_NOT_READY', reason: 'sending_off', error: 'Sending is switched off.', success: false },
    ]);
  });
});

describe('sending of a tenant', () => {
  test('is off on every machine, for sessions that come later too, and no other tenant notices', async () => {
    const world = await hubOver(['one', 'two']);
    const key = await world.tenant('acme');
    await world.tenant('otra');
    await ready(world, 'acme.ventas', 'one');
    await ready(world, 'acme.soporte', 'two');
    await ready(world, 'otra.ventas', 'two');
    const off = await patch(world, '/tenants/acme', { sending: 'off' });
    expect(off.json).toMatchObject({ name: 'acme', sending: 'off', untold: [] });
    expect((await send(world, 'ventas', key)).json).toMatchObject({
      ...{ code: 'sending_off', hint: 'Ask the operator of this LeadMaster.' },
    });
    expect((await send(world, 'acme.soporte')).json.offBy).toEqual(['tenant']);
    expect((await send(world, 'otra.ventas')).status).toBe(202);
    await ready(world, 'acme.nueva', 'one');
    expect((await send(world, 'acme.nueva')).json.code).toBe('sending_off');
    // The word of the session is below that of its tenant.
    expect((await patch(world, '/sessions/ventas', { sending: 'on' }, key)).json.sending).toBe('off');
    expect((await patch(world, '/tenants/acme', { sending: 'on' })).json).toMatchObject({ sending: 'on', untold: [] });
    expect((await send(world, 'ventas', key)).status).toBe(202);
  });

  test('names the machine that could not be told, which is told as soon as it answers', async () => {
    const world = await hubOver(['one']);
    await world.tenant('acme');
    const machine = await comingAndGoing(world);
    await ready(world, 'acme.ventas', 'two');
    await machine.end();
    expect((await patch(world, '/tenants/acme', { sending: 'off' })).json).toMatchObject({ untold: ['two'] });
    expect((await world.ask('/v1/tenants/acme')).json.untold).toEqual(['two']);
    const back = await machine.comeBack();
    await expect.poll(async () => (await back.context.sessions.get('acme.ventas')).sendingOffBy).toEqual(['tenant']);
    await expect.poll(async () => (await world.ask('/v1/tenants/acme')).json.untold).toEqual([]);
  });

  test('lets no text pass to a machine that answers and cannot be told', async () => {
    const world = await hubOver(['one']);
    await world.tenant('acme');
    await ready(world, 'acme.ventas');
    const { context, engine } = managerOf(world);
    const { say } = context.bounds;
    context.bounds.say = async () => {
      throw new LeadMasterError('storage_failed', 'full', 'make room');
    };
    expect((await patch(world, '/tenants/acme', { sending: 'off' })).json.untold).toEqual(['one']);
    const refused = await send(world, 'acme.ventas');
    expect([refused.status, refused.json.code]).toEqual([503, 'machine_unreachable']);
    expect(
      (await world.ask('/send', { body: { to: TEXT.to, message: 'x' }, headers: { 'x-session': 'acme.ventas' } }))
        .status,
    ).toBe(503);
    expect((await engine.runOf('acme.ventas')).sent).toEqual([]);
    context.bounds.say = say;
    expect((await send(world, 'acme.ventas')).json.code).toBe('sending_off');
  });
});

describe('sending of a machine', () => {
  test('is off for each of its sessions, and for no other machine', async () => {
    const world = await hubOver(['one', 'two']);
    await ready(world, 'ventas', 'one');
    await ready(world, 'soporte', 'two');
    const off = await patch(world, '/machines/one', { sending: 'off' });
    expect(off.json).toMatchObject({ name: 'one', sending: 'off', untold: false });
    expect((await send(world, 'ventas')).json.offBy).toEqual(['machine']);
    expect((await send(world, 'soporte')).status).toBe(202);
    expect((await patch(world, '/machines/one', { sending: 'on' })).json.sending).toBe('on');
    expect((await send(world, 'ventas')).status).toBe(202);
  });

  test('is still off when the machine is removed and put behind the hub again', async () => {
    const world = await hubOver(['one']);
    await ready(world, 'ventas');
    await patch(world, '/machines/one', { sending: 'off' });
    await world.ask('/v1/machines/one?force=true', { method: 'DELETE' });
    const body = { name: 'otra', url: `http://127.0.0.1:${managerOf(world).port}`, token: SERVICE_TOKEN };
    expect((await world.ask('/v1/machines', { body })).json.sending).toBe('off');
    await world.until('ventas', 'READY');
    expect((await send(world, 'ventas')).json.code).toBe('sending_off');
  });

  test('is off again where the database of the hub was put back', async () => {
    const world = await hubOver(['one']);
    await world.tenant('acme');
    const later = { revision: 1_000, machine: 'off' as const, tenants: ['acme'], sessions: [] };
    await managerOf(world).context.bounds.say(world.store.hubId, later);
    await patch(world, '/machines/one', { sending: 'on' });
    expect((await world.ask('/v1/machines')).json.items[0].sending).toBe('off');
    expect((await world.ask('/v1/tenants/acme')).json.sending).toBe('off');
    expect(await world.store.sending.revision()).toBeGreaterThan(1_000);
    expect((await patch(world, '/machines/one', { sending: 'on' })).json).toMatchObject({
      sending: 'on',
      untold: false,
    });
  });
});

describe('one number in two sessions', () => {
  test('on two machines and of two tenants is told to the operator alone', async () => {
    const world = await hubOver(['one', 'two']);
    const key = await world.tenant('acme');
    await world.tenant('otra');
    await ready(world, 'acme.ventas', 'one');
    await managerOf(world, 'two').stage.given('otra.caja', 'QR_REQUIRED');
    const { account } = await managerOf(world, 'one').context.sessions.get('acme.ventas');
    if (account === null) throw new Error('it is linked');
    await managerOf(world, 'two').stage.scan('otra.caja', account);
    await world.until('otra.caja', 'READY');
    const { doubles } = (await world.ask('/v1/machines')).json;
    expect(doubles).toEqual([
      {
        account: account.phone,
        sessions: [
          { name: 'acme.ventas', machine: 'one' },
          { name: 'otra.caja', machine: 'two' },
        ],
      },
    ]);
    expect((await world.ask('/v1/machines', { key })).json.code).toBe('forbidden');
    const seen = await Promise.all(
      ['/v1/sessions', '/v1/sessions/ventas', '/v1/events'].map(async (path) => (await world.ask(path, { key })).text),
    );
    expect(seen.join('\n')).not.toMatch(/otra|caja/);
  });

  test('is settled through the hub, where another than the expected one was linked', async () => {
    const world = await hubOver(['one']);
    const key = await world.tenant('acme');
    const { stage, engine } = managerOf(world);
    await stage.given('acme.ventas', 'QR_REQUIRED');
    await world.until('acme.ventas', 'QR_REQUIRED');
    expect((await patch(world, '/sessions/ventas', { expectedPhone: '5491100000009' }, key)).json.expectedPhone).toBe(
      '5491100000009',
    );
    await stage.scan('acme.ventas');
    await world.until('acme.ventas', 'WRONG_ACCOUNT');
    expect((await world.ask('/v1/sessions/ventas', { key })).json).toMatchObject({
      ...{ state: 'WRONG_ACCOUNT', reason: 'other_account', canSend: false },
    });
    expect((await world.ask('/v1/sessions/ventas/account', { key, body: { unlink: true } })).status).toBe(202);
    await stage.until('acme.ventas', 'INITIALIZING');
    (await engine.runOf('acme.ventas')).showQr();
    await stage.until('acme.ventas', 'QR_REQUIRED');
    await stage.scan('acme.ventas', { id: '5491100000009@c.us', phone: '5491100000009', name: 'Ana' });
    await world.until('acme.ventas', 'READY');
  });
});
