import { accountOf, OTHER_PHONE } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

const AT = '/v1/sessions/ventas';
const OURS = '5491100000001';
/** The same number as WhatsApp may spell it. */
const SPELT = '541100000001';

async function waiting(expectedPhone: string | null = OURS) {
  const manager = await serve();
  await manager.given('ventas', 'QR_REQUIRED');
  const expects = (phone: string | null) => manager.ask(AT, { method: 'PATCH', body: { expectedPhone: phone } });
  await expects(expectedPhone);
  const settle = (body: object) => manager.ask(`${AT}/account`, { body });
  const told = async (type: string) =>
    (await manager.ask(`${AT}/events?limit=1000`)).json.items
      .filter((event: { type: string }) => event.type === type)
      .map(({ data }: { data: object }) => data);
  return { ...manager, expects, settle, told, scan: (phone: string) => manager.stage.scan('ventas', accountOf(phone)) };
}

describe('a session that expects a number', () => {
  test('tells it as digits, however it was written, and once', async () => {
    const { ask, expects, told } = await waiting('+54 9 11 0000-0001');
    expect((await ask(AT)).json.expectedPhone).toBe(OURS);
    await expects(OURS);
    expect((await expects(null)).json.expectedPhone).toBeNull();
    expect(await told('session.expected_phone')).toEqual([{ expectedPhone: OURS }, { expectedPhone: null }]);
  });

  test.each([OURS, SPELT])('is READY when it is linked, also as %s', async (phone) => {
    const { ask, scan, until } = await waiting();
    await scan(phone);
    await until('ventas', 'READY');
    expect((await ask(AT)).json).toMatchObject({ canSend: true, expectedPhone: OURS });
  });

  test('is WRONG_ACCOUNT when another number is linked, at the first link too, and says which is expected', async () => {
    const { ask, scan, told, until } = await waiting();
    await scan(OTHER_PHONE);
    await until('ventas', 'WRONG_ACCOUNT');
    expect((await ask(AT)).json).toMatchObject({
      ...{ reason: 'other_account', canSend: false, account: { phone: OTHER_PHONE } },
      hint: expect.stringContaining(`ventas belongs to +${OURS}, and +${OTHER_PHONE} is linked now`),
    });
    expect(await told('session.account')).toMatchObject([
      { reason: 'other_account', old: { phone: OURS }, new: { phone: OTHER_PHONE } },
    ]);
    expect((await ask(`${AT}/messages`, { body: { to: OURS, text: 'hola' } })).json.code).toBe('session_not_ready');
  });

  test('expects the account that the operator has accepted, also at the next start', async () => {
    const { ask, given, scan, settle, until } = await waiting();
    await scan(OTHER_PHONE);
    await until('ventas', 'WRONG_ACCOUNT');
    expect((await settle({ accept: true })).status).toBe(202);
    await until('ventas', 'READY');
    expect((await ask(AT)).json.expectedPhone).toBe(OTHER_PHONE);
    await given('ventas', 'STOPPED');
    await ask(`${AT}/start`, { method: 'POST' });
    await scan(OTHER_PHONE);
    await until('ventas', 'READY');
  });

  test('shows another QR once the wrong link is removed, and takes the right one', async () => {
    const { engine, scan, settle, until } = await waiting();
    await scan(OTHER_PHONE);
    await until('ventas', 'WRONG_ACCOUNT');
    expect((await settle({ unlink: true })).status).toBe(202);
    await until('ventas', 'INITIALIZING');
    (await engine.runOf('ventas')).showQr();
    await until('ventas', 'QR_REQUIRED');
    await scan(OURS);
    await until('ventas', 'READY');
  });

  test('is wrong again where it was not settled before a restart of the session', async () => {
    const { ask, given, scan, until } = await waiting();
    await scan(OTHER_PHONE);
    await until('ventas', 'WRONG_ACCOUNT');
    await given('ventas', 'STOPPED');
    await ask(`${AT}/start`, { method: 'POST' });
    await scan(OTHER_PHONE);
    await until('ventas', 'WRONG_ACCOUNT');
  });

  test('follows a number that the account itself has changed', async () => {
    const { ask, engine, expects, stage, until } = await waiting();
    const lid = '900@lid';
    await stage.scan('ventas', { ...accountOf(OURS), lid });
    await until('ventas', 'READY');
    await expects(OURS);
    const run = await engine.runOf('ventas');
    run.tell({ type: 'lost', reason: 'page_failed', detail: '' });
    await until('ventas', 'DISCONNECTED_RECOVERABLE');
    await ask(`${AT}/start`, { method: 'POST' });
    await stage.scan('ventas', { ...accountOf(OTHER_PHONE), lid });
    await until('ventas', 'READY');
    expect((await ask(AT)).json.expectedPhone).toBe(OTHER_PHONE);
  });

  test('does not call an account wrong whose number the page does not know', async () => {
    const { stage, until } = await waiting();
    await stage.scan('ventas', { id: '900@lid', phone: '', name: 'Ana' });
    await until('ventas', 'READY');
  });

  test('refuses a pairing code for another number before the page is asked', async () => {
    const { ask } = await waiting();
    const refused = await ask(`${AT}/pairing-code`, { body: { phone: OTHER_PHONE } });
    expect([refused.status, refused.json.code]).toEqual([409, 'number_refused']);
    expect((await ask(`${AT}/pairing-code`, { body: { phone: SPELT } })).status).toBe(200);
  });

  test('is not made to expect another number than the one that it belongs to, before a logout', async () => {
    const { ask, expects, scan, until } = await waiting(null);
    await scan(OURS);
    await until('ventas', 'READY');
    const refused = await expects(OTHER_PHONE);
    expect([refused.status, refused.json.code]).toEqual([409, 'wrong_account']);
    expect((await ask(AT)).json.expectedPhone).toBeNull();
    expect((await expects(SPELT)).json.expectedPhone).toBe(SPELT);
    await ask(`${AT}/logout?wait=10`, { method: 'POST' });
    expect((await expects(OTHER_PHONE)).json.expectedPhone).toBe(OTHER_PHONE);
  });
});
