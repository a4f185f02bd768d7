import { describe, expect, test } from 'vitest';
import wwebjs from 'whatsapp-web.js';
import { ACCOUNT, CUSTOMER, MessageStage } from './message-stage.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** The library's helpers in the page that are called here. */
interface Helpers {
  processMediaData(media: object, options: object): Promise<object>;
  getChat(id: string, options: object): Promise<unknown>;
  sendMessage(chat: unknown, text: string, options: object): Promise<unknown>;
}

/** The library's own calls on the page of late 2026, through our engine. */
describe('media on today’s page', { timeout: 90_000 }, () => {
  test.each([[[]], [['msgkey-uncached']], [['errors-minified']]])('go out and come in (%j)', async (drifts) => {
    await using stage = await MessageStage.linked(drifts);
    const { library } = stage.run;
    const image = new wwebjs.MessageMedia('image/png', PIXEL, 'pixel.png');
    const sent = await library.sendMessage(`${CUSTOMER}@c.us`, image, { caption: 'a pixel' });
    expect(sent.id._serialized).toMatch(/^true_.+_3EB0/);
    await expect
      .poll(() => stage.world.phone(CUSTOMER).inbox.at(-1)?.media?.mimetype, { timeout: 45_000 })
      .toBe('image/png');

    await stage.world.phone(CUSTOMER).sendMedia(ACCOUNT, { mimetype: 'image/png', data: PIXEL, caption: 'back' });
    const inbound = await stage.message('back');
    const message = await library.getMessageById(inbound.whatsappId);
    const media = await message.downloadMedia();
    expect(media).toMatchObject({ mimetype: 'image/png', data: PIXEL });
  });

  test('cannot leak a private field of their model into a message, on either way into the page', async () => {
    await using stage = await MessageStage.linked();
    const chat = stage.world.phone(CUSTOMER).lid;
    const leaked = await stage.page.evaluate(
      async (id, data) => {
        const { WWebJS } = globalThis as unknown as { WWebJS: Helpers };
        const media = await WWebJS.processMediaData({ data, mimetype: 'image/png' }, {});
        // As whatsapp-web.js would make it of a model that shows the field.
        const to = await WWebJS.getChat(id, { getAsModel: false });
        await WWebJS.sendMessage(to, 'whole', { extraOptions: { __x_id: undefined } });
        return Object.keys(media);
      },
      chat,
      PIXEL,
    );
    expect(leaked).not.toContain('__x_id');
    expect(leaked).toContain('__x_mimetype');
    await expect.poll(() => stage.inbox(), { timeout: 45_000 }).toEqual(['whole']);
  });

  test('are forwarded though the page loads that part only when it is used', async () => {
    await using stage = await MessageStage.linked(['forward-lazy']);
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'pass it on');
    const inbound = await stage.message('pass it on');
    const message = await stage.run.library.getMessageById(inbound.whatsappId);
    await message.forward('5491100000005@c.us');
    await expect.poll(() => stage.inbox('5491100000005'), { timeout: 45_000 }).toEqual(['pass it on']);
  });
});

describe('those who listen to the library itself', { timeout: 60_000 }, () => {
  test('hear of messages and acknowledgements, also when they begin to listen late', async () => {
    await using stage = await MessageStage.linked();
    const heard: string[] = [];
    stage.run.library.on('message', (message) => heard.push(`in ${message.body} ${message.id._serialized}`));
    stage.run.library.on('message_ack', (message, ack) => heard.push(`ack ${ack} ${message.id._serialized}`));
    await expect.poll(() => stage.page.evaluate('window.leadmaster.wantsModels')).toBe(true);
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hello');
    const inbound = await stage.message('hello');
    const sent = await stage.send('good day');
    await stage.next('ack', ({ ids, ack }) => ids[0] === sent.whatsappId && ack >= 1);
    expect(heard).toContain(`in hello ${inbound.whatsappId}`);
    expect(heard).toContain(`ack 1 ${sent.whatsappId}`);
  });

  test('do not hear twice after the page has reloaded itself; an event without a listener stays in the page', async () => {
    await using stage = await MessageStage.linked();
    const heard: string[] = [];
    stage.run.library.on('message', ({ body }) => heard.push(body));
    stage.events.length = 0;
    await stage.page.reload();
    await stage.next('ready');
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hello');
    await stage.message('hello');
    await stage.send('good day');
    await stage.message('good day');
    expect(heard).toEqual(['hello']);
    expect(stage.events.filter(({ type }) => type === 'message')).toHaveLength(2);
    const crosses = (name: string) =>
      stage.page.evaluate((exposed) => /callPuppeteer/.test(String(Reflect.get(globalThis, exposed))), name);
    expect(await crosses('onChatUnreadCountEvent')).toBe(false);
    expect(await crosses('onAppStateChangedEvent')).toBe(true);
  });
});
