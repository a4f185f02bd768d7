import { beforeEach, describe, expect, test, vi } from 'vitest';
import { LoadUtils } from 'whatsapp-web.js/src/util/Injected/Utils.js';
import { NotSent } from '../../src/engine/engine.ts';
import { sharedBeforeEach } from './linked-stage.ts';
import { ACCOUNT, CUSTOMER, MessageStage } from './message-stage.ts';

const soon = () => AbortSignal.timeout(45_000);

/** The id is on disk before the page's own sender gets a text; if anything goes wrong before, nothing leaves. */
describe('a text on its way into the page', { timeout: 90_000 }, () => {
  let stage: MessageStage;

  /** What there was before the test. */
  let before = { inPage: 0, inbox: 0, sent: 0 };

  const take = (linked: MessageStage): void => {
    stage = linked;
  };
  sharedBeforeEach(
    () => MessageStage.linked(),
    async () => true,
    take,
  );

  beforeEach(async () => {
    before = { inPage: await ownInPage(), inbox: stage.inbox().length, sent: stage.world.phone(ACCOUNT).sent.length };
  });

  /** The page's own count of own messages: what it was handed, whether or not it went out. */
  const ownInPage = () =>
    stage.page.evaluate(
      'window.require("WAWebCollections").Msg.getModelsArray().filter((m) => m.id.fromMe).length',
    ) as Promise<number>;

  const inPage = async () => (await ownInPage()) - before.inPage;

  const newInInbox = () => stage.inbox().slice(before.inbox);

  /** A later text arrives, and so would an earlier one that had left. */
  const arrivedAlone = async (text: string): Promise<void> => {
    const { whatsappId } = await stage.send(text);
    await stage.next('ack', ({ ids, ack }) => ids[0] === whatsappId && ack >= 2);
    expect(newInInbox()).toEqual([text]);
  };

  test('is on disk when nothing of it has left', async () => {
    const seen: { atPage: number; atWhatsApp: number }[] = [];
    const journal = async () => {
      seen.push({ atPage: await inPage(), atWhatsApp: stage.world.phone(ACCOUNT).sent.length - before.sent });
    };
    const sent = await stage.run.messages.sendText({ to: CUSTOMER, text: 'good day', journal }, soon());
    expect(seen).toEqual([{ atPage: 0, atWhatsApp: 0 }]);
    await stage.next('ack', ({ ids, ack }) => ids[0] === sent.whatsappId && ack >= 2);
  });

  test('never leaves when its id could not be put on disk', async () => {
    const journal = () => Promise.reject(new Error('the disk is full'));
    const sending = stage.run.messages.sendText({ to: CUSTOMER, text: 'never', journal }, soon());
    await expect(sending).rejects.toThrow(NotSent);
    await expect(sending).rejects.toMatchObject({
      code: 'not_handed_over',
      message: expect.stringContaining('the disk is full'),
    });
    expect(await inPage()).toBe(0);
    await arrivedAlone('and this one does');
  });

  test('never leaves when the journal stays silent, whichever side gives up first', async () => {
    const silent = Promise.withResolvers<void>();
    const journal = () => silent.promise;
    const impatient = AbortSignal.timeout(1_000);
    const byNode = stage.run.messages.sendText({ to: CUSTOMER, text: 'never', journal }, impatient);
    const byPage = stage.run.messages.sendText({ to: CUSTOMER, text: 'nor this', journal }, soon());
    await expect(byNode).rejects.toMatchObject({ name: 'NotSent', code: 'not_handed_over' });
    await expect(byPage).rejects.toMatchObject({ name: 'NotSent', message: expect.stringContaining('in time') });
    // The disk answers after all: too late for either.
    silent.resolve();
    await arrivedAlone('but this one does');
    expect(await inPage()).toBe(1);
  });

  test('is sent once by two chats at the same time, each in its order', async () => {
    const others = ['5491100000003', '5491100000004'];
    const texts = ['one', 'two', 'three'];
    const inOrder = async (to: string) => {
      for (const text of texts) await stage.send(text, to);
    };
    await Promise.all(others.map(inOrder));
    await stage.next('ack', ({ ack }) => ack >= 1);
    for (const other of others) await expect.poll(() => stage.inbox(other)).toEqual(texts);
  });

  test('is proven not to be sent where WhatsApp knows no such number, with the spelling that it does know', async () => {
    const unknown = '541112345678';
    await stage.world.faults.set({ unregistered: [unknown] });
    await expect(stage.send('are you there?', unknown)).rejects.toMatchObject({
      code: 'recipient_unknown',
      message: '541112345678 is not on WhatsApp; 5491112345678 is',
    });
    await expect(stage.send('are you there?', `${unknown}@c.us`)).rejects.toMatchObject({ code: 'recipient_unknown' });
    expect(await inPage()).toBe(0);
  });

  test('that the account typed elsewhere is told as its own', async () => {
    await stage.world.phone(ACCOUNT).send(CUSTOMER, 'from the phone');
    const typed = await stage.message('from the phone');
    await expect.poll(newInInbox).toEqual(['from the phone']);
    expect(typed).toMatchObject({ fromMe: true, chat: { phone: CUSTOMER }, recipient: { phone: CUSTOMER } });
    expect(await stage.run.messages.opensNewChat(CUSTOMER, soon())).toBe(false);
    expect(await stage.run.messages.opensNewChat('5491100000009', soon())).toBe(true);
  });

  test('never leaves when the page navigates between the journal and the page’s sender', async () => {
    const journal = async () => {
      await stage.page.evaluate('setTimeout(() => location.reload(), 0)');
      await stage.page.waitForNavigation();
    };
    const readies = (): number => stage.events.filter(({ type }) => type === 'ready').length;
    const earlier = readies();
    const sending = stage.run.messages.sendText({ to: CUSTOMER, text: 'never', journal }, soon());
    await expect(sending).rejects.toMatchObject({ name: 'NotSent', code: 'not_handed_over' });
    // The listeners of the new document are there once it is told READY again.
    await vi.waitFor(() => expect(readies()).toBeGreaterThan(earlier), { timeout: 20_000 });
    await arrivedAlone('but this one does, in the new document');
  });

  test('waits for the next document while the page reloads itself, and leaves once', async () => {
    await stage.page.evaluate('setTimeout(() => location.reload(), 0)');
    await stage.page.waitForNavigation({ waitUntil: 'domcontentloaded' });
    expect(await stage.page.evaluate('window.WWebJS === undefined')).toBe(true);
    const { journalled, whatsappId } = await stage.send('good day');
    expect(journalled).toEqual([whatsappId]);
    await stage.next('ack', ({ ids, ack }) => ids[0] === whatsappId && ack >= 2);
    expect(newInInbox()).toEqual(['good day']);
  });
});

/** The page's sender as it would be without us, which counts who uses it. */
const BARE_SENDER = `{
  window.handedOver = 0;
  const bare = () => { window.handedOver += 1; return [Promise.resolve(), Promise.resolve()]; };
  Object.defineProperty(window.require('WAWebSendMsgChatAction'), 'addAndSendMsgToChat', { get: () => bare });
}`;

describe('a text for a page that cannot be journalled', { timeout: 60_000 }, () => {
  test('is never handed to a page whose sender cannot be wrapped', async () => {
    await using stage = await MessageStage.linked();
    await stage.page.evaluate(BARE_SENDER);
    await expect(stage.send('never')).rejects.toMatchObject({
      code: 'not_handed_over',
      message: expect.stringContaining('cannot be journalled'),
    });
    expect(await stage.page.evaluate('window.handedOver')).toBe(0);
  });

  test('is never handed to a document that has none of our wrappers', async () => {
    await using stage = await MessageStage.linked();
    await stage.page.evaluate(BARE_SENDER);
    await stage.page.evaluate("Object.defineProperty(window, 'WWebJS', { value: null, writable: true })");
    await stage.page.evaluate(LoadUtils);
    await expect(stage.send('never')).rejects.toMatchObject({ name: 'NotSent', code: 'not_handed_over' });
    expect(await stage.page.evaluate('window.handedOver')).toBe(0);
    // Without what makes that page throw it would have gone out, with no row of ours.
    await stage.run.library.sendMessage(`${CUSTOMER}@c.us`, 'bare');
    expect(await stage.page.evaluate('window.handedOver')).toBe(1);
  });
});

describe('whether a text opens a new chat', { timeout: 60_000 }, () => {
  test('is told by the page’s books, and not where WhatsApp lets it through', async () => {
    await using stage = await MessageStage.linked();
    const opens = (to: string) => stage.run.messages.opensNewChat(to, soon());
    expect(await opens(CUSTOMER)).toBe(true);
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hello');
    await stage.message('hello');
    const { lid } = stage.world.phone(CUSTOMER);
    for (const name of [CUSTOMER, `${CUSTOMER}@c.us`, lid]) expect(await opens(name)).toBe(false);
    const { id: group } = await stage.world.phone(CUSTOMER).createGroup('Us', [ACCOUNT]);
    expect(await opens(group)).toBe(false);

    // A chat that was opened and never written in counts as new, unless WhatsApp exempts it from its limits.
    const other = '5491100000007';
    await stage.page.evaluate((id) => {
      const page = globalThis as unknown as { WWebJS: { getChat(id: string, options: object): Promise<void> } };
      return page.WWebJS.getChat(id, { getAsModel: false });
    }, `${other}@c.us`);
    expect(await opens(other)).toBe(true);
    await stage.page.evaluate(`{
      window.require('WAWebReachoutTimelockUtils').canSendMsgWhileTimelocked = () => true;
      window.require('WAWebIndividualNewChatMessageCappingLimitUtils').canSendMsgWhileCapped = () => true;
    }`);
    expect(await opens(other)).toBe(false);
    await stage.page.evaluate("window.require('WAWebCollections').Chat.get = () => { throw new Error('t'); }");
    expect(await opens(other)).toBeNull();
  });

  test('is not changed by a text that WhatsApp refused', async () => {
    await using stage = await MessageStage.linked(['ack-failed']);
    const { whatsappId } = await stage.send('refused');
    await stage.next('ack', ({ ids, ack }) => ids[0] === whatsappId && ack === -1);
    expect(await stage.run.messages.opensNewChat(CUSTOMER, soon())).toBe(true);
    expect(await stage.run.messages.ackOf(whatsappId, soon())).toBe(-1);
  });

  test('cannot be told while a text of ours waits for the word of the server', async () => {
    await using stage = await MessageStage.linked();
    await stage.world.faults.set({ messageAcks: 'none' });
    await stage.send('waits');
    expect(await stage.run.messages.opensNewChat(CUSTOMER, soon())).toBeNull();
  });
});

describe('a text to a number with which the page can make no chat', { timeout: 60_000 }, () => {
  test.each([[['no-lid']], [['no-lid', 'errors-minified']]])('is proven not to be sent (%j)', async (drifts) => {
    await using stage = await MessageStage.linked(drifts);
    await expect(stage.send('are you there?')).rejects.toMatchObject({
      code: 'recipient_unknown',
      message: expect.stringContaining('No LID for user'),
    });
  });
});
