import { describe, expect, test } from 'vitest';
import type { ListPart, PageMessage } from '../../src/engine/engine.ts';
import { ACCOUNT, CUSTOMER, MessageStage } from './message-stage.ts';

const OTHER = '5491100000003';
const UNKNOWN = '5491100009999';
/** More than the page holds of a chat after its start. */
const MANY = 70;

const inTime = () => AbortSignal.timeout(30_000);
const all: ListPart = { limit: 500, after: null };

/** Every message of a chat, asked for in parts. */
async function wholeChat({ run }: MessageStage, chat: string, limit: number): Promise<PageMessage[]> {
  const messages: PageMessage[] = [];
  for (let after: string | null = null; ; ) {
    const part = await run.chats.messages(chat, { limit, after, mayLoadEarlier: true }, inTime());
    if (part === null) throw new Error(`there is no chat ${chat}`);
    expect(part.items.length).toBeLessThanOrEqual(limit);
    messages.push(...part.items);
    if (part.cursor === null) {
      expect(part.isWhole).toBe(true);
      return messages;
    }
    after = part.cursor;
  }
}

/** What the page of WhatsApp Web knows of chats and people, read through the engine. */
describe.each(['april', 'september'] as const)('on a page of %s', { timeout: 180_000 }, (date) => {
  test('chats, their messages, contacts and numbers are read whole, part by part', async () => {
    await using stage = await MessageStage.linked([], { page: { date } });
    const { world } = stage;
    const lidOf = (phone: string) => (date === 'september' ? world.phone(phone).lid : null);
    const lid = lidOf(CUSTOMER);
    const customer = world.phone(CUSTOMER);
    const { id: group } = await customer.createGroup('Us', [ACCOUNT, OTHER]);
    for (let i = 0; i < MANY; i += 1) await customer.send(ACCOUNT, `text ${i}`);
    await world.phone(OTHER).send(ACCOUNT, 'from the other');
    await world.phone(OTHER).send(group, 'hello all');
    await stage.message('hello all');
    // A page that starts holds the latest messages of each chat, and has the rest on disk.
    await stage.restartWith(async () => undefined);

    const chats = (await stage.run.chats.chats(all, inTime())).items;
    const times = chats.map(({ lastMessageAt }) => Date.parse(lastMessageAt ?? ''));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    const byPhone = (phone: string) => chats.find(({ chat }) => chat.phone === phone);
    expect(byPhone(CUSTOMER)).toMatchObject({ isGroup: false, chat: { lid, name: expect.any(String) } });
    expect(chats.find(({ isGroup }) => isGroup)).toMatchObject({ id: group, chat: { name: 'Us', phone: null } });
    const first = await stage.run.chats.chats({ limit: 2, after: null }, inTime());
    const rest = await stage.run.chats.chats({ limit: 2, after: first.cursor }, inTime());
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(chats.map(({ id }) => id));
    expect(rest.cursor).toBeNull();

    const texts = Array.from({ length: MANY }, (_, i) => `text ${i}`).sort();
    const chat = byPhone(CUSTOMER)?.id ?? '';
    const held = await stage.run.chats.messages(chat, { ...all, mayLoadEarlier: false }, inTime());
    expect(held).toMatchObject({ isWhole: false, cursor: null });
    expect(held?.items.length).toBeLessThan(MANY);
    const messages = await wholeChat(stage, chat, 30);
    expect(messages.map(({ text }) => text).sort()).toEqual(texts);
    // WhatsApp's times are whole seconds; this page keeps no order within one.
    const sentAt = messages.map(({ timestamp }) => timestamp);
    expect(sentAt).toEqual(sentAt.toSorted().toReversed());
    expect(new Set(messages.map(({ whatsappId }) => whatsappId)).size).toBe(MANY);
    expect(messages[0]).toMatchObject({ fromMe: false, ack: null, sender: { phone: CUSTOMER, lid } });
    expect(messages[0]?.whatsappId).toMatch(`false_${chat}_`);
    // Under either id of the person, and by the number alone.
    for (const id of [CUSTOMER, `${CUSTOMER}@c.us`, lid ?? CUSTOMER])
      expect((await wholeChat(stage, id, 500)).map(({ text }) => text).sort()).toEqual(texts);
    expect((await wholeChat(stage, group, 500)).map(({ text }) => text)).toContain('hello all');
    const none = { ...all, mayLoadEarlier: true };
    expect(await stage.run.chats.messages(UNKNOWN, none, inTime())).toBeNull();

    const people = (await stage.run.chats.contacts(all, inTime())).items;
    for (const phone of [CUSTOMER, OTHER]) {
      const found = people.filter((one) => one.phone === phone);
      expect(found).toMatchObject([{ lid: lidOf(phone), pushName: expect.any(String) }]);
    }
    const some = await stage.run.chats.contacts({ limit: 1, after: null }, inTime());
    const others = await stage.run.chats.contacts({ limit: 500, after: some.cursor }, inTime());
    expect([...some.items, ...others.items]).toEqual(people);

    const misspelt = CUSTOMER.replace(/^549/, '54');
    await world.faults.set({ unregistered: [UNKNOWN, UNKNOWN.replace(/^549/, '54'), misspelt] });
    const known = await stage.run.chats.number(CUSTOMER, inTime());
    expect(known).toMatchObject({ phone: CUSTOMER, isOnWhatsApp: true, address: { phone: CUSTOMER } });
    const unknown = { phone: UNKNOWN, isOnWhatsApp: false, address: null, otherSpelling: null };
    expect(await stage.run.chats.number(UNKNOWN, inTime())).toEqual(unknown);
    expect(await stage.run.chats.number(misspelt, inTime())).toMatchObject({
      isOnWhatsApp: false,
      otherSpelling: CUSTOMER,
    });
  });
});

test('a chat whose past cannot be loaded is an error, and never a chat without a past', {
  timeout: 90_000,
}, async () => {
  await using stage = await MessageStage.linked(['errors-minified']);
  await stage.world.phone(OTHER).send(ACCOUNT, 'hello');
  await stage.message('hello');
  await stage.world.faults.set({ brokenChats: [OTHER] });
  const asked = { ...all, mayLoadEarlier: true };
  await expect(stage.run.chats.messages(OTHER, asked, inTime())).rejects.toThrow('waitForChatLoading');
});

test('a page that says things otherwise is an error with a hint', { timeout: 90_000 }, async () => {
  await using stage = await MessageStage.linked();
  await stage.page.evaluate('leadmaster.addressOf = () => ({ id: 7 })');
  await stage.world.phone(OTHER).send(ACCOUNT, 'hello');
  await expect
    .poll(() => stage.page.evaluate("require('WAWebCollections').Chat.getModelsArray().length"), { timeout: 20_000 })
    .toBeGreaterThan(1);
  await expect(stage.run.chats.chats(all, inTime())).rejects.toMatchObject({ code: 'engine_failed' });
});
