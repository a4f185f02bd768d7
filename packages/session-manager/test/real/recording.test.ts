import type { Recording } from '@leadmaster/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaksOf, partsWithin, strangersIn } from '../recording/closed.ts';
import { Stage } from './harness.ts';

const ACCOUNT = '5493764551287';
const CUSTOMER = '5493764559931';
const NAMES = ['Zulema Quiroga', 'Óscar Ibáñez 🌵'] as const;
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

  test('is refused while no browser runs, with what to do', async () => {
    await stage.sessions.create({ name: 'ventas', start: false, metadata: {} });
    await expect(record()).rejects.toMatchObject({
      code: 'session_not_ready',
      hint: expect.stringContaining('session start ventas'),
    });
  });

  test('can be made while a QR waits, and says that no account is linked', async () => {
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

  test('of a session in use holds its shape, and nothing of its account, its customers and their texts', async () => {
    const { world } = stage;
    world.phone(ACCOUNT).name = NAMES[0];
    world.phone(CUSTOMER).name = NAMES[1];
    await world.phone(CUSTOMER).send(ACCOUNT, TEXTS[0]);
    await world.phone(ACCOUNT).send(CUSTOMER, TEXTS[1]);
    await stage.link('ventas', ACCOUNT);
    await expect.poll(async () => (await record()).page.counts.messages, { timeout: 45_000 }).toBeGreaterThan(0);
    const file = await record();
    expect(file.page).toMatchObject({ socket: 'CONNECTED', hasSynced: true, counts: { chats: 1 } });
    expect(file.page.messageKey).toMatchObject({ textField: expect.stringMatching(/^(\$1|_serialized)$/) });
    expect(file.page.databases['model-storage']).toBeGreaterThan(0);
    expect(strangersIn(file)).toEqual([]);
    // What LeadMaster puts into the page is not the page's own.
    expect(file.page.messageKey?.ownFields).toEqual(['fromMe', 'remote', 'id', '$1']);
    expect(file.page.modules.WAWebSendMsgChatAction?.exports.addAndSendMsgToChat).toEqual({
      type: 'function',
      arity: 3,
    });
    expectNothingOf([ACCOUNT, CUSTOMER, ...NAMES, ...TEXTS, 'ventas'], file);
  });
});

function expectNothingOf(secrets: readonly string[], file: Recording): void {
  const text = JSON.stringify(file);
  for (const secret of secrets) expect(text).not.toContain(secret);
  const parts = partsWithin(file);
  expect(secrets.flatMap((secret) => leaksOf(secret, parts))).toEqual([]);
}
