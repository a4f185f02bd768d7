import { type Chat, type Contact, chatMessagePage, chatPage, contactPage, numberCheck } from '@leadmaster/protocol';
import { type FakeRun, pageMessage } from '@leadmaster/testkit';
import { describe, expect, test, vi } from 'vitest';
import { featureUnavailable } from '../../src/lifecycle/capabilities/refusals.ts';
import { type Served, serve } from './serve.ts';

const OF_A = '/v1/sessions/a';
const ANA = '5491100000077@c.us';

const chatWith = (id: string): Chat => ({
  ...{ id, isGroup: false, unread: 0, isArchived: false, lastMessageAt: '2026-11-30T06:00:00.000Z' },
  chat: { id, lid: null, phone: id.split('@')[0] ?? null, name: 'Ana' },
});

const contactOf = (id: string): Contact => ({
  ...{ id, lid: null, phone: id.split('@')[0] ?? null, name: 'Ana', pushName: 'ana', isBusiness: null },
  isInAddressBook: true,
});

/** A READY session, and its page. */
async function ready(): Promise<Served & { run: FakeRun }> {
  const manager = await serve();
  await manager.given('a', 'READY');
  return { ...manager, run: await manager.engine.runOf('a') };
}

describe('chats, messages, contacts and numbers', () => {
  test('are told as the contract states them, part by part', async () => {
    const { ask, run } = await ready();
    const ids = ['5491100000077@c.us', '5491100000078@c.us', '5491100000079@c.us'];
    run.chatList = ids.map(chatWith);
    run.contactList = ids.map(contactOf);
    run.chatMessages.set(ANA, [
      pageMessage('true_x_3EB0', { fromMe: true, ack: 2, text: 'hello' }),
      pageMessage('false_x_3EB1', { text: 'hi' }),
    ]);
    for (const [path, page] of [
      ['chats', chatPage],
      ['contacts', contactPage],
    ] as const) {
      const { status, json } = await ask(`${OF_A}/${path}?limit=2`);
      expect([status, page.parse(json)]).toEqual([200, json]);
      expect(json.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
      const rest = (await ask(`${OF_A}/${path}?limit=2&after=${json.cursor}`)).json;
      expect([rest.items.map(({ id }: { id: string }) => id), rest.cursor]).toEqual([ids.slice(2), null]);
    }
    const { status, json } = await ask(`${OF_A}/chats/${ANA}/messages`);
    expect([status, chatMessagePage.parse(json)]).toEqual([200, json]);
    expect(json.items).toMatchObject([
      { text: 'hello', fromMe: true, state: 'DELIVERED' },
      { text: 'hi', fromMe: false, state: null },
    ]);
  });

  test('a number is checked by its digits, however it is written', async () => {
    const { ask, run } = await ready();
    run.numbers.add('5491100000077');
    const { status, json } = await ask(`${OF_A}/numbers/${encodeURIComponent('+54 9 11 0000-0077')}`);
    expect([status, numberCheck.parse(json)]).toEqual([200, json]);
    expect(json).toMatchObject({ phone: '5491100000077', isOnWhatsApp: true, address: { phone: '5491100000077' } });
    expect((await ask(`${OF_A}/numbers/5491100000088`)).json).toMatchObject({ isOnWhatsApp: false, address: null });
    expect((await ask(`${OF_A}/numbers/12`)).status).toBe(400);
    expect(run.numbersAsked).toEqual(['5491100000077', '5491100000088']);
  });

  test('what is out of rule is refused, and an unknown chat or session is not found', async () => {
    const { ask, run } = await ready();
    for (const query of ['limit=0', 'limit=501', 'limit=x', 'after=x', 'after=1.', 'q=1'])
      for (const path of ['chats', 'contacts', `chats/${ANA}/messages`])
        expect([path, query, (await ask(`${OF_A}/${path}?${query}`)).status]).toEqual([path, query, 400]);
    expect((await ask(`${OF_A}/chats/status@broadcast/messages`)).status).toBe(400);
    expect((await ask(`${OF_A}/chats/${ANA}/messages`)).json).toMatchObject({ status: 404, code: 'chat_not_found' });
    expect((await ask('/v1/sessions/none/chats')).json).toMatchObject({ status: 404, code: 'session_not_found' });
    expect(run.numbersAsked).toEqual([]);
  });

  test.each([
    ['chats', ['chats']],
    ['chats', [`chats/${ANA}/messages`, 'chats']],
    ['catchUp', [`chats/${ANA}/messages`]],
    ['contacts', ['contacts', 'numbers/5491100000077']],
  ] as const)('where %s is proven broken, the page is not asked for %j', async (feature, paths) => {
    const { ask, context, run } = await ready();
    run.onLook = () => Promise.reject(new Error('the page was asked'));
    const { capabilities } = await context.roster.get('a');
    vi.spyOn(capabilities, 'refusal').mockImplementation((one) =>
      one === feature ? featureUnavailable('a', feature, null, null) : null,
    );
    for (const path of paths)
      expect((await ask(`${OF_A}/${path}`)).json).toMatchObject({ status: 409, code: 'feature_unavailable' });
  });

  test('a session that is not READY is refused', async () => {
    const { ask, given } = await ready();
    await given('b', 'QR_REQUIRED');
    for (const path of ['chats', 'contacts', `chats/${ANA}/messages`, 'numbers/5491100000077'])
      expect((await ask(`/v1/sessions/b/${path}`)).json).toMatchObject({ status: 409, code: 'session_not_ready' });
  });

  test('in the first minutes of a link the page loads nothing earlier, and the answer says that there may be more', async () => {
    const { ask, run } = await ready();
    run.chatMessages.set(ANA, []);
    run.now = new Date();
    expect((await ask(`${OF_A}/chats/${ANA}/messages`)).json).toMatchObject({ items: [], isWhole: false });
    run.now = new Date(Date.now() + 600_000);
    expect((await ask(`${OF_A}/chats/${ANA}/messages`)).json).toMatchObject({ isWhole: true });
    expect(run.loadedEarlier).toEqual([false, true]);
  });

  test('a page that fails is an error with what to do, and the next question is asked all the same', async () => {
    const { ask, run } = await ready();
    run.onLook = () => Promise.reject(new Error('Execution context was destroyed'));
    const { json } = await ask(`${OF_A}/chats`);
    expect(json).toMatchObject({ status: 502, code: 'engine_failed', hint: expect.stringMatching(/\S/) });
    run.onLook = async () => undefined;
    expect((await ask(`${OF_A}/chats`)).json).toEqual({ items: [], cursor: null });
  });

  test('one question at a time goes to a page', async () => {
    const { ask, run } = await ready();
    let asked = 0;
    let most = 0;
    run.onLook = async () => {
      asked += 1;
      most = Math.max(most, asked);
      await new Promise((resolve) => setImmediate(resolve));
      asked -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => ask(`${OF_A}/contacts`)));
    expect(most).toBe(1);
  });
});
