import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ACCOUNT, CUSTOMER, MessageStage } from './message-stage.ts';
import { RunStage } from './run-stage.ts';

const BROKEN = '5491100000003';
const MINUTE_MS = 60_000;
/** Models in one chat: more than are read at once. */
const MANY = 30_000;

const aMinuteAgo = () => new Date(Date.now() - MINUTE_MS);

/** What was missed is told whole, and looking for it does no harm. */
describe('messages that were missed', { timeout: 120_000 }, () => {
  test('are told in and out, though one chat throws, which is named', async () => {
    await using stage = await MessageStage.linked();
    const account = stage.world.phone(ACCOUNT);
    await stage.world.faults.set({ brokenChats: [BROKEN] });
    await stage.restartWith(async () => {
      await stage.world.phone(BROKEN).send(ACCOUNT, 'from the broken chat');
      await stage.world.phone(CUSTOMER).send(ACCOUNT, 'are you there?');
      await account.send(CUSTOMER, 'answered from the phone');
    });
    const parts = await stage.caughtUp(aMinuteAgo());
    const messages = parts.flatMap((part) => part.messages);
    expect(messages.map(({ text, fromMe, caughtUp }) => ({ text, fromMe, caughtUp }))).toEqual([
      { text: 'are you there?', fromMe: false, caughtUp: true },
      { text: 'answered from the phone', fromMe: true, caughtUp: true },
    ]);
    const failed = parts.flatMap((part) => part.failed);
    expect(failed).toEqual([
      { chatId: stage.world.phone(BROKEN).lid, why: expect.stringContaining('waitForChatLoading') },
    ]);
    // What the page holds can be read also of that chat, and asks no server.
    const held = (await stage.caughtUp(aMinuteAgo(), false)).flatMap((part) => part.messages);
    expect(held.map(({ text }) => text)).toContain('from the broken chat');
  });

  test('of several chats come by the time of WhatsApp', async () => {
    await using stage = await MessageStage.linked();
    const people = [CUSTOMER, BROKEN, CUSTOMER];
    await stage.restartWith(async () => {
      for (const [i, from] of people.entries()) {
        // Its time is in seconds.
        if (i > 0) await sleep(1_100);
        await stage.world.phone(from).send(ACCOUNT, `text ${i}`);
      }
    });
    const told = (await stage.caughtUp(aMinuteAgo())).flatMap(({ messages }) => messages);
    expect(told.map(({ text }) => text)).toEqual(['text 0', 'text 1', 'text 2']);
  });

  test('count what has no text yet, and have it once it came', async () => {
    await using stage = await MessageStage.linked();
    await stage.restartWith(() => stage.world.phone(CUSTOMER).send(ACCOUNT, 'sealed', { ciphertextMs: 8_000 }));
    const [part] = await stage.caughtUp(aMinuteAgo());
    expect(part).toMatchObject({ messages: [], waiting: 1 });
    await expect
      .poll(
        async () => (await stage.caughtUp(aMinuteAgo())).flatMap(({ messages }) => messages.map(({ text }) => text)),
        { timeout: 30_000 },
      )
      .toEqual(['sealed']);
  });

  test('that come as placeholders while it listens are told once, with their text', async () => {
    await using stage = await MessageStage.linked();
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'sealed', { ciphertextMs: 500 });
    await stage.message('sealed');
    expect(stage.events.filter(({ type }) => type === 'message')).toHaveLength(1);
  });

  test('are never looked for among statuses', async () => {
    await using stage = await MessageStage.linked(['status-read-revokes']);
    await stage.caughtUp(new Date(0));
    await stage.caughtUp(new Date(0), false);
    expect(stage.world.observed.filter(({ type }) => type === 'status_read')).toEqual([]);
    const touched = await stage.page.evaluate(`(() => {
      const status = window.require('WAWebCollections').Chat.getModelsArray().filter((c) => c.id.server === 'broadcast');
      return status.length;
    })()`);
    // There was one to be left out.
    expect(touched).toBe(1);
  });

  test('come in bounded parts from a chat of 30,000, oldest first and each once', async () => {
    await using stage = await MessageStage.linked();
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'the first');
    await stage.message('the first');
    // As many models in the chat's memory as no stand-in could deliver in time.
    await stage.page.evaluate(`{
      const { Chat, Msg } = window.require('WAWebCollections');
      const MsgKey = window.require('WAWebMsgKey');
      const chat = Chat.getModelsArray().find((c) => c.id.server === 'lid');
      const [first] = chat.msgs.getModelsArray();
      const now = first.t;
      window.many = Array.from({ length: ${MANY} }, (_, i) => ({
        id: new MsgKey({ fromMe: false, remote: chat.id, id: 'MANY' + i }),
        ...{ t: now - 50 + Math.floor(i / 2500), type: 'chat', body: 'message ' + i, from: chat.id, to: first.to },
      }));
      const held = [...window.many, first];
      chat.msgs.getModelsArray = () => held.slice();
      chat.msgs.map = (action) => held.map(action);
    }`);
    const began = performance.now();
    let told = 0;
    let largest = 0;
    for await (const part of stage.run.catchUp(
      { since: new Date(Date.now() - 2 * MINUTE_MS), mayLoadEarlier: false },
      AbortSignal.timeout(90_000),
    )) {
      largest = Math.max(largest, part.messages.length);
      for (const message of part.messages) {
        expect(message.text).toBe(told === MANY ? 'the first' : `message ${told}`);
        told += 1;
      }
    }
    expect(told).toBe(MANY + 1);
    expect(largest).toBeLessThanOrEqual(200);
    expect(performance.now() - began).toBeLessThan(90_000);
  });

  test('are found behind what the page holds, only where it may load', async () => {
    await using stage = await MessageStage.linked();
    const texts = Array.from({ length: 80 }, (_, i) => `text ${i}`);
    await stage.restartWith(async () => {
      for (const text of texts) await stage.world.phone(CUSTOMER).send(ACCOUNT, text);
    });
    await stage.restartWith(async () => undefined);
    // After a start the page holds the latest 50 of a chat.
    const held = (await stage.caughtUp(aMinuteAgo(), false)).flatMap(({ messages }) => messages);
    expect(held.map(({ text }) => text)).toEqual(texts.slice(-50));
    const all = (await stage.caughtUp(aMinuteAgo())).flatMap(({ messages }) => messages);
    expect(new Set(all.map(({ text }) => text))).toEqual(new Set(texts));
    expect(all).toHaveLength(texts.length);
  });
});

describe('time', { timeout: 60_000 }, () => {
  test('is WhatsApp’s, by what its server says of it', async () => {
    const anHour = 60 * MINUTE_MS;
    await using stage = await RunStage.open();
    await stage.world.faults.set({ clockSkewMs: -anHour });
    await stage.link();
    const behind = Date.now() - stage.run.whatsappNow().getTime();
    expect(Math.abs(behind - anHour)).toBeLessThan(5_000);
  });
});
