import { LeadMasterError, session } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

const AT = '/v1/sessions/ventas';

async function ready() {
  const manager = await serve();
  await manager.given('ventas', 'READY');
  const change = (body: unknown, at = AT) => manager.ask(at, { method: 'PATCH', body });
  const told = async () =>
    (await manager.ask(`${AT}/events?limit=1000`)).json.items
      .filter(({ type }: { type: string }) => type === 'session.metadata')
      .map(({ data }: { data: object }) => data);
  return { ...manager, change, told };
}

describe('PATCH of a session', () => {
  test('puts what is given in place of what was noted, tells it once, and the session runs on', async () => {
    const { ask, change, engine, told } = await ready();
    const running = engine.alive.length;
    const first = await change({ metadata: { team: 'sur ñ 🙂', plan: 'pro' } });
    expect([first.status, session.parse(first.json).metadata]).toEqual([200, { team: 'sur ñ 🙂', plan: 'pro' }]);
    await change({ metadata: { plan: 'pro', team: 'sur ñ 🙂' } });
    expect((await change({})).json.metadata).toEqual({ team: 'sur ñ 🙂', plan: 'pro' });
    expect((await change({ metadata: { plan: 'free' } })).json.metadata).toEqual({ plan: 'free' });
    expect((await change({ metadata: {} })).json).toMatchObject({ metadata: {}, state: 'READY' });
    expect((await ask(AT)).json.metadata).toEqual({});
    expect(await told()).toEqual([
      { metadata: { team: 'sur ñ 🙂', plan: 'pro' } },
      { metadata: { plan: 'free' } },
      { metadata: {} },
    ]);
    expect(engine.alive.length).toBe(running);
  });

  test.each([
    ['a value that is no text', { metadata: { a: 1 } }],
    ['a key that is too long', { metadata: { ['k'.repeat(65)]: '' } }],
    ['a value that is too long', { metadata: { a: 'v'.repeat(1025) } }],
    ['33 entries', { metadata: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, ''])) }],
    ['null', { metadata: null }],
    ['a field that it does not know', { metadata: {}, name: 'otra' }],
    ['a list', []],
    ['no JSON', '{"metadata":'],
    ['a key that harms objects', '{"metadata":{"__proto__":"x"}}'],
  ])('with %s is refused, and changes nothing', async (_, body) => {
    const { change, fingerprint } = await ready();
    await change({ metadata: { team: 'sur' } });
    const before = await fingerprint();
    const { status, json } = await change(body);
    expect([status, json.code]).toEqual([400, 'invalid_request']);
    expect(await fingerprint()).toBe(before);
  });

  test('asks for a session that is there', async () => {
    const { change, given } = await ready();
    await given('stranger', 'UNCLAIMED');
    expect((await change({ metadata: {} }, '/v1/sessions/none')).json.code).toBe('session_not_found');
    expect((await change({ metadata: {} }, '/v1/sessions/stranger')).json.code).toBe('session_unclaimed');
    expect((await change({ metadata: {} }, '/v1/sessions/A')).json.code).toBe('invalid_session_name');
  });

  test('that the disk refuses is told, and what was noted stays', async () => {
    const { ask, change, faults, told } = await ready();
    await change({ metadata: { team: 'sur' } });
    faults.error = () => new LeadMasterError('storage_failed', 'full', 'make room');
    faults.fails = (method) => method === 'sessions.setMetadata';
    expect((await change({ metadata: { team: 'norte' } })).json.code).toBe('storage_failed');
    faults.fails = () => false;
    expect((await ask(AT)).json.metadata).toEqual({ team: 'sur' });
    expect(await told()).toEqual([{ metadata: { team: 'sur' } }]);
  });
});
