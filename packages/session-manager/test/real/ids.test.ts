import { describe, expect, test } from 'vitest';
import { ACCOUNT, CUSTOMER, MessageStage } from './message-stage.ts';

const PAGES: [string, string[], 'april' | 'september'][] = [
  ['of April', [], 'april'],
  ['of September', [], 'september'],
  ['with another name for the field', ['msgkey-renamed-other'], 'september'],
  ['of April with the new name', ['msgkey-renamed'], 'april'],
  ['that keeps no text', ['msgkey-uncached'], 'september'],
  ['whose class of keys comes late', ['msgkey-late'], 'september'],
  ['with minified errors', ['errors-minified'], 'september'],
];

/** The text of a message's id is the same in the page, in Node, and at WhatsApp, under any name of the page's field. */
describe('the ids of messages', { timeout: 90_000 }, () => {
  test.each(PAGES)('are whole on a page %s', async (_name, drifts, date) => {
    await using stage = await MessageStage.linked(drifts, { page: { date } });
    const customer = stage.world.phone(CUSTOMER);

    const { id } = await customer.send(ACCOUNT, 'hello');
    const inbound = await stage.message('hello');
    expect(inbound).toMatchObject({ fromMe: false, ack: null, caughtUp: false });
    expect(inbound.whatsappId).toBe(`false_${inbound.chatId}_${id}`);
    expect(inbound.messageId).toBe(inbound.whatsappId);
    expect(inbound.ids[0]).toBe(inbound.whatsappId);

    const sent = await stage.send('good day');
    expect(sent.journalled).toEqual([sent.whatsappId]);
    await stage.next('ack', ({ ids, ack }) => ids[0] === sent.whatsappId && ack === 3);
    expect(sent.whatsappId).toBe(`true_${inbound.chatId}_${customer.inbox.at(-1)?.id ?? ''}`);
    expect((await stage.message('good day')).whatsappId).toBe(sent.whatsappId);
    expect(await stage.run.messages.ackOf(sent.whatsappId, AbortSignal.timeout(5_000))).toBe(3);

    // The library itself works with what it gets: whole chats, and messages by their ids.
    const { library } = stage.run;
    const chat = (await library.getChats()).find(({ id: { _serialized } }) => _serialized === inbound.chatId);
    expect(chat?.lastMessage?.id._serialized).toBe(sent.whatsappId);
    const found = await library.getMessageById(inbound.whatsappId);
    await found.reply('an answer');
    const answer = await stage.message('an answer');
    const quoted = (await library.getMessageById(answer.whatsappId)) as unknown as {
      _data: { quotedStanzaID?: string };
    };
    expect(quoted._data.quotedStanzaID).toBe(id);

    const off = await stage.restartWith(() => customer.send(ACCOUNT, 'are you there?'));
    const parts = await stage.caughtUp(new Date(Date.now() - 60_000));
    const caught = parts.flatMap(({ messages }) => messages);
    expect(caught.map(({ text }) => text)).toEqual(['hello', 'good day', 'an answer', 'are you there?']);
    expect(caught.at(-1)).toMatchObject({ whatsappId: `false_${inbound.chatId}_${off.id}`, caughtUp: true });
    expect(caught[1]?.whatsappId).toBe(sent.whatsappId);
  });

  test('are rebuilt in Node when the page cannot say them', async () => {
    await using stage = await MessageStage.linked([]);
    await stage.page.evaluate('leadmaster.textOf = () => null');
    const { id } = await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hello');
    const inbound = await stage.message('hello');
    expect(inbound.whatsappId).toBe(`false_${inbound.chatId}_${id}`);
    const { id: group } = await stage.world.phone(CUSTOMER).createGroup('Us', [ACCOUNT]);
    const inGroup = await stage.world.phone(CUSTOMER).send(group, 'hello all');
    const grouped = await stage.message('hello all');
    expect(grouped.whatsappId).toBe(`false_${group}_${inGroup.id}_${grouped.from}`);
  });

  test('are whole also where people’s ids keep their text under another name', async () => {
    await using stage = await MessageStage.linked(['wid-renamed']);
    const customer = stage.world.phone(CUSTOMER);
    const { id } = await customer.send(ACCOUNT, 'hello');
    const inbound = await stage.message('hello');
    expect(inbound).toMatchObject({
      whatsappId: `false_${customer.lid}_${id}`,
      chatId: customer.lid,
      from: customer.lid,
    });
    expect(inbound.sender).toMatchObject({ id: customer.lid, phone: CUSTOMER });
    const { whatsappId } = await stage.send('good day');
    expect(whatsappId).toMatch(`true_${customer.lid}_3EB0`);
    await stage.next('ack', ({ ids, ack }) => ids[0] === whatsappId && ack >= 2);
  });

  test('have a sibling where one person has two ids, and both are told with the people', async () => {
    await using stage = await MessageStage.linked([]);
    const customer = stage.world.phone(CUSTOMER);
    const { id } = await customer.send(ACCOUNT, 'hello');
    const inbound = await stage.message('hello');
    const person = { id: customer.lid, lid: customer.lid, phone: CUSTOMER, name: customer.name };
    expect(inbound.ids).toEqual([`false_${customer.lid}_${id}`, `false_${CUSTOMER}@c.us_${id}`]);
    expect(inbound.sender).toEqual(person);
    expect(inbound.chat).toEqual(person);
    expect(inbound.recipient).toMatchObject({ phone: ACCOUNT, lid: stage.world.phone(ACCOUNT).lid });
    expect(stage.events.filter(({ type }) => type === 'mapped')).toEqual([
      { type: 'mapped', lid: customer.lid, phone: CUSTOMER, name: customer.name },
    ]);
    await customer.send(ACCOUNT, 'hello again');
    await stage.message('hello again');
    expect(stage.events.filter(({ type }) => type === 'mapped')).toHaveLength(1);
  });

  test('have null where WhatsApp does not say the number', async () => {
    await using stage = await MessageStage.linked([]);
    const customer = stage.world.phone(CUSTOMER);
    customer.hidden = true;
    await customer.send(ACCOUNT, 'hello');
    const { sender, ids } = await stage.message('hello');
    expect(sender).toMatchObject({ lid: customer.lid, phone: null });
    expect(ids).toHaveLength(1);
  });

  test('find an acknowledgement that comes under the sibling', async () => {
    await using stage = await MessageStage.linked(['lid=sibling']);
    const sent = await stage.send('good day');
    const ack = await stage.next('ack', ({ ids }) => ids.includes(sent.whatsappId));
    expect(ack.ids[0]).not.toBe(sent.whatsappId);
    expect(await stage.run.messages.ackOf(sent.whatsappId, AbortSignal.timeout(5_000))).toBeGreaterThan(0);
  });

  test('come once each and in order out of a burst from several people', async () => {
    await using stage = await MessageStage.linked();
    const people = ['5491100000002', '5491100000003', '5491100000004'];
    const texts = Array.from({ length: 240 }, (_, i) => `text ${i}`);
    for (const [i, text] of texts.entries()) await stage.world.phone(people[i % 3] ?? CUSTOMER).send(ACCOUNT, text);
    await stage.message('text 239');
    const told = stage.events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
    expect(told.map(({ text }) => text)).toEqual(texts);
    expect(new Set(told.map(({ whatsappId }) => whatsappId)).size).toBe(texts.length);
  });
});
