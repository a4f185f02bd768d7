import type { AnyEvent, Message } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import { NotSent } from '../../src/engine/engine.ts';
import { serve } from './serve.ts';

const AT = '/v1/sessions/ventas';
const TEXT = { to: '5491100000002', text: 'hola' };
const WORD = { revision: 1, machine: 'on', tenants: [] as string[] };

async function ready(name = 'ventas') {
  const manager = await serve();
  const { ask, engine } = manager;
  await manager.given(name, 'READY');
  const run = await engine.runOf(name);
  return {
    ...manager,
    run,
    change: (body: object, at = `/v1/sessions/${name}`) => ask(at, { method: 'PATCH', body }),
    say: (word: object, hub = 'h1') => ask(`/v1/hubs/${hub}/sending`, { method: 'PUT', body: { ...WORD, ...word } }),
    told: async (type: string) =>
      (await ask(`/v1/sessions/${name}/events?limit=1000`)).json.items
        .filter((event: AnyEvent) => event.type === type)
        .map(({ data }: AnyEvent) => data),
  };
}

describe('a session with sending off', () => {
  test('refuses a text in every state, stays as it is, and tells it once', async () => {
    const { ask, change, given, run, told } = await ready();
    const off = await change({ sending: 'off' });
    expect(off.json).toMatchObject({ state: 'READY', sending: 'off', sendingOffBy: ['session'], canSend: false });
    await change({ sending: 'off' });
    const refused = await ask(`${AT}/messages`, { body: TEXT });
    expect([refused.status, refused.json]).toEqual([
      409,
      expect.objectContaining({
        ...{ code: 'sending_off', offBy: ['session'] },
        action: { kind: 'sending_on', session: 'ventas' },
      }),
    ]);
    await given('ventas', 'STOPPED');
    expect((await ask(`${AT}/messages`, { body: TEXT })).json.code).toBe('sending_off');
    expect(run.sent).toEqual([]);
    expect(await told('session.sending')).toEqual([{ sending: 'off', offBy: ['session'] }]);
  });

  test('hears everything, and tells it', async () => {
    const { change, stage } = await ready();
    await change({ sending: 'off' });
    expect((await stage.hear('ventas', 'buenas')).type).toBe('message.received');
  });

  test('sends again once sending is on, and revives nothing', async () => {
    const { ask, change, run } = await ready();
    const held = Promise.withResolvers<void>();
    const asked: string[] = [];
    run.onSend = async ({ text, journal }, whatsappId) => {
      asked.push(text);
      await held.promise;
      await journal(whatsappId);
      return { whatsappId, ack: 1 };
    };
    const waiting: Message[] = [];
    for (const text of ['uno', 'dos']) waiting.push((await ask(`${AT}/messages`, { body: { ...TEXT, text } })).json);
    await change({ sending: 'off' });
    const now = (await ask(`${AT}/messages`)).json.items as Message[];
    expect(now.map(({ state, code }) => [state, code])).toEqual([
      ['FAILED', 'sending_off'],
      ['FAILED', 'sending_off'],
    ]);
    expect((await change({ sending: 'on' })).json).toMatchObject({ canSend: true, sending: 'on', sendingOffBy: [] });
    held.resolve();
    const after = await ask(`${AT}/messages`, { body: { ...TEXT, text: 'tres' } });
    await vi.waitFor(async () => expect((await ask(`${AT}/messages/${after.json.id}`)).json.state).toBe('SENT'));
    for (const { id } of waiting)
      expect((await ask(`${AT}/messages/${id}`)).json).toMatchObject({ state: 'FAILED', code: 'sending_off' });
    // The page had been asked for "uno", and was refused the id that it needs to send it; for "dos" it never was.
    expect(asked).toEqual(['uno', 'tres']);
  });

  test('leaves what is with WhatsApp as it is', async () => {
    const { ask, change, run, context } = await ready();
    const answered = Promise.withResolvers<void>();
    const ids: string[] = [];
    run.onSend = async ({ journal }, whatsappId) => {
      await journal(whatsappId);
      ids.push(whatsappId);
      await answered.promise;
      return { whatsappId, ack: 1 };
    };
    const { id } = (await ask(`${AT}/messages`, { body: TEXT })).json;
    await vi.waitFor(() => expect(ids).toHaveLength(1));
    await change({ sending: 'off' });
    expect((await ask(`${AT}/messages/${id}`)).json.state).toBe('SENDING');
    answered.resolve();
    const signal = new AbortController().signal;
    expect((await context.sessions.acknowledged('ventas', id, 5_000, signal)).state).toBe('SENT');
  });

  test('answers the repeated order of a message that went out, and sends nothing for it', async () => {
    const { ask, change, run } = await ready();
    const order = { body: TEXT, headers: { 'idempotency-key': 'k1' } };
    const { id } = (await ask(`${AT}/messages`, order)).json;
    await vi.waitFor(() => expect(run.sent).toHaveLength(1));
    await change({ sending: 'off' });
    const again = await ask(`${AT}/messages`, order);
    expect([again.status, again.json.id, again.json.replayed]).toEqual([202, id, true]);
    expect(run.sent).toHaveLength(1);
  });

  test('is LISTENING to earlier services, whose texts are refused as not ready', async () => {
    const { ask, change, run } = await ready('admin');
    await change({ sending: 'off' });
    expect((await ask('/status')).json).toMatchObject({ status: 'READY', state: 'LISTENING', connected: true });
    const sent = await ask('/send', { body: { to: TEXT.to, message: 'hola' } });
    expect([sent.status, sent.json.code]).toEqual([503, 'SESSION_NOT_READY']);
    expect(run.sent).toEqual([]);
  });

  test('that the disk does not note stays on, and the error says so', async () => {
    const { ask, change, faults } = await ready();
    faults.fails = (call) => call === 'bounds.set';
    expect((await change({ sending: 'off' })).json.code).toBe('storage_failed');
    faults.fails = () => false;
    expect((await ask(AT)).json.sending).toBe('on');
  });

  test.each([{ sending: 'no' }, { sending: true }, { sending: null }, { expectedPhone: '12' }, { expectedPhone: 5 }])(
    'bad input %j changes nothing',
    async (body) => {
      const { change, fingerprint } = await ready();
      const before = await fingerprint();
      expect((await change(body)).json.code).toBe('invalid_request');
      expect(await fingerprint()).toBe(before);
    },
  );
});

describe('what a hub says of sending', () => {
  test('holds for the machine and for a tenant, above the word of the session', async () => {
    const { ask, change, given, say, told } = await ready();
    await given('acme.ventas', 'READY');
    await given('otra.ventas', 'READY');
    const off = async () =>
      Object.fromEntries(
        (await ask('/v1/sessions')).json.items.map((one: { name: string; sendingOffBy: string[] }) => [
          one.name,
          one.sendingOffBy,
        ]),
      );
    await say({ tenants: ['acme'] });
    expect(await off()).toEqual({ 'acme.ventas': ['tenant'], 'otra.ventas': [], ventas: [] });
    expect((await ask('/v1/sessions/acme.ventas/messages', { body: TEXT })).json).toMatchObject({
      ...{ code: 'sending_off', offBy: ['tenant'] },
    });
    await say({ revision: 2, machine: 'off', tenants: ['acme'] });
    expect(await off()).toEqual({
      'acme.ventas': ['tenant', 'machine'],
      'otra.ventas': ['machine'],
      ventas: ['machine'],
    });
    expect((await change({ sending: 'on' })).json).toMatchObject({ sending: 'off', canSend: false });
    expect((await ask(`${AT}/messages`, { body: TEXT })).json.code).toBe('sending_off');
    await say({ revision: 3 });
    expect(await off()).toEqual({ 'acme.ventas': [], 'otra.ventas': [], ventas: [] });
    expect(await told('session.sending')).toEqual([
      { sending: 'off', offBy: ['machine'] },
      { sending: 'on', offBy: [] },
    ]);
  });

  test('changes nothing when it is older than what is kept, and the stricter of two hubs holds', async () => {
    const { ask, say } = await ready();
    await say({ revision: 5, machine: 'off' });
    expect((await say({ revision: 4 })).json).toEqual({ revision: 5, machine: 'off', tenants: [] });
    await say({ revision: 1 }, 'h2');
    expect((await ask(AT)).json.sending).toBe('off');
    await say({ revision: 6 });
    expect((await ask(AT)).json.sending).toBe('on');
  });

  test('switches single sessions off, and passes over those that are not here', async () => {
    const { ask, say } = await ready();
    const { status } = await say({ sessions: ['ventas', 'nadie'] });
    expect([status, (await ask(AT)).json.sendingOffBy]).toEqual([200, ['session']]);
    await say({ revision: 2 });
    expect((await ask(AT)).json.sending).toBe('off');
  });

  test('fails what waits', async () => {
    const { ask, run, say } = await ready();
    const held = Promise.withResolvers<void>();
    const refused = Promise.withResolvers<void>();
    // As a real page does that is refused the id.
    run.onSend = async ({ journal }, whatsappId) => {
      await held.promise;
      await journal(whatsappId).catch((error: unknown) => {
        setImmediate(refused.resolve);
        throw new NotSent('not_handed_over', String(error));
      });
      return { whatsappId, ack: 1 };
    };
    const { id } = (await ask(`${AT}/messages`, { body: TEXT })).json;
    await say({ machine: 'off' });
    held.resolve();
    await refused.promise;
    expect((await ask(`${AT}/messages/${id}`)).json).toMatchObject({ state: 'FAILED', code: 'sending_off' });
  });
});
