import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from './harness.ts';

const ACCOUNT = '5493764551287';
const CUSTOMER = '5493764559931';
const NAME = 'Zulema Quiroga';
const TEXTS = ['quiero catorce ventiladores azules', 'salen ochocientos pesos'] as const;

describe('a recording', { timeout: 60_000 }, () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.open();
    await stage.start();
  });

  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  const record = () => stage.sessions.recording('ventas', AbortSignal.timeout(20_000));

  it('can be made while a QR waits, and says that nobody is linked', async () => {
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    await stage.nextQr('ventas');
    const { session, page } = await record();
    expect(session.path.map(({ state }) => state)).toEqual(['INITIALIZING', 'QR_REQUIRED']);
    expect(page).toMatchObject({ hasLoader: true, socket: 'UNPAIRED', counts: { chats: 0, messages: 0 } });
    expect(page.modules.WAWebSocketModel).toMatchObject({
      state: 'present',
      exports: { 'Socket.logout': { type: 'function', arity: 0 } },
    });
  });

  it('of a session in use holds its shape, and nothing of its account, its customers and its texts', async () => {
    await stage.link('ventas', ACCOUNT);
    console.log(JSON.stringify(await record(), null, 1));
  });
});
