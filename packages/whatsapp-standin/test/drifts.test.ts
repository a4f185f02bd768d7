import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PageSettings, World } from '../src/index.ts';
import { Bench, type Message, type Session, until } from './browser.ts';

const require = createRequire(import.meta.url);
const { MessageMedia, Poll } = require('whatsapp-web.js') as typeof import('whatsapp-web.js');

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const BETO = '5491100000002';
const BETO_CHAT = `${BETO}@c.us`;
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const IMAGE = { mimetype: 'image/png', data: PIXEL };

/** One profile that meets one page after the other. */
let world: World;
let profile: string;
let session: Session;

beforeEach(async () => {
  world = await bench.world({ page: { date: 'april' } });
  profile = await bench.profile();
  session = await bench.link(world, ANA, profile);
});

/** Starts the same login on another page; `ready` waits for the library, which not every page lets get that far. */
async function on(page: Partial<PageSettings>, ready: 'ready' | 'synced' = 'ready'): Promise<void> {
  await session.stop();
  world.configure({ page: { date: 'april', drifts: [], speed: 1, ...page } });
  session = bench.start(world, profile);
  if (ready === 'ready') await session.ready();
  else await until(synced, 'the page to be in sync');
}

const synced = async () =>
  (await session.page(`window.require?.('WAWebSocketModel').Socket.hasSynced === true`).catch(() => false)) === true;

const evaluate = <T>(code: string): Promise<T> => session.page(`(async () => { ${code} })()`) as Promise<T>;

const acks = (): unknown[] =>
  session.events.filter(({ name }) => name === 'message_ack').map(({ args }) => [(args[0] as Message).to, args[1]]);

test('media, forwards, quotes and polls on the page of April, through the library as it is', async () => {
  const beto = world.phone(BETO);
  await session.client.sendMessage(BETO_CHAT, new MessageMedia(IMAGE.mimetype, PIXEL, 'dot.png'), { caption: 'a dot' });
  await until(() => beto.inbox.length === 1, 'the medium at its receiver');
  const bytes = Buffer.from(PIXEL, 'base64').length;
  const stored = { bytes, sha256: expect.stringMatching(/^[\w+/]{43}=$/) };
  const media = { type: 'image', mimetype: 'image/png', filename: 'dot.png', size: bytes, stored };
  expect(beto.inbox[0]).toMatchObject({ body: 'a dot', media });
  expect(beto.inbox[0]?.media?.stored?.sha256).toBe(beto.inbox[0]?.media?.filehash);

  await beto.sendMedia(ANA, { ...IMAGE, filename: 'back.png', caption: 'and one back' });
  const got = await session.event<Message>('message');
  expect(got).toMatchObject({ body: 'and one back', type: 'image', hasMedia: true });
  expect(await got.downloadMedia()).toMatchObject({ data: PIXEL, mimetype: 'image/png', filename: 'back.png' });
  await got.forward('5491100000003@c.us');
  await until(() => world.phone('5491100000003').inbox.length === 1, 'the forwarded medium');
  expect(world.phone('5491100000003').inbox[0]).toMatchObject({ forwarded: true, media: { mimetype: 'image/png' } });
  await got.reply('thank you');
  await until(() => beto.inbox.length === 2, 'the reply');
  expect(beto.inbox[1]).toMatchObject({ body: 'thank you', quoted: got.id.id });

  const poll = await session.client.sendMessage(BETO_CHAT, new Poll('Tea?', ['yes', 'no']));
  await until(() => beto.inbox.length === 3, 'the poll');
  expect(beto.inbox[2]).toMatchObject({ poll: { name: 'Tea?', options: ['yes', 'no'] } });
  await beto.vote(poll.id.id, ['no']);
  const vote = await session.event<{ selectedOptions: object[] }>('vote_update');
  expect(vote.selectedOptions).toEqual([{ name: 'no', localId: 1 }]);
  expect(await poll.getPollVotes()).toHaveLength(1);
  const { id } = await beto.sendPoll(ANA, 'Coffee?', ['now', 'later']);
  const asked = await session.event<Message>('message', ({ type }) => String(type) === 'poll_creation');
  await asked.vote(['now']);
  const voted = await world.waitFor('vote', ({ phone }) => phone === ANA);
  expect(voted.detail).toMatchObject({ poll: id, options: ['now'], to: BETO });
});

test('media-id, download-mimetype and errors-minified break what the library does; forward-lazy wants its component', async () => {
  const send = () => session.client.sendMessage(BETO_CHAT, new MessageMedia(IMAGE.mimetype, PIXEL, 'dot.png'));
  await on({ drifts: ['media-id', 'download-mimetype', 'forward-lazy'] });
  await expect(send()).rejects.toThrow('Data passed to getter must include an id property');
  await world.phone(BETO).sendMedia(ANA, IMAGE);
  const got = await session.event<Message>('message');
  await expect(got.downloadMedia()).rejects.toThrow('startsWith');
  const [withType, owned] = await evaluate<[number, string[]]>(`
    const msg = require('WAWebCollections').Msg.get('${got.id._serialized}');
    const downloadQpl = { addAnnotations() { return this; }, addPoint() { return this; } };
    const { directPath, filehash, mimetype } = msg;
    const bytes = await require('WAWebDownloadManager').downloadManager.downloadAndMaybeDecrypt(
      { directPath, filehash, mimetype, downloadQpl });
    const opaque = await require('WAWebMediaOpaqueData').createFromData(new Blob(['x']), 'image/png');
    const media = await require('WAWebPrepRawMedia').prepRawMedia(opaque, {}).waitForPrep();
    return [bytes.byteLength, Object.keys(media).filter((name) => name === '__x_id')];`);
  expect([withType, owned]).toEqual([Buffer.from(PIXEL, 'base64').length, ['__x_id']]);
  await expect(got.forward(BETO_CHAT)).rejects.toThrow('Requiring unknown module "WAWebChatForwardMessage"');
  await evaluate(`await new Promise((done) => Bootloader.loadModules(['WAWebMediaForwardMediaMsg'], done));`);
  await got.forward(BETO_CHAT);
  await until(() => world.phone(BETO).inbox.length === 1, 'the forwarded medium');

  await on({ drifts: ['media-id', 'errors-minified', 'ack-failed'] });
  await expect(send()).rejects.toMatchObject({ name: 't', message: 't' });
  const sent = await session.client.sendMessage(BETO_CHAT, 'refused', { waitUntilMsgSent: true });
  expect((await session.client.getMessageById(sent.id._serialized)).ack).toBe(-1);
  expect(acks()).toEqual([[BETO_CHAT, -1]]);
  expect(world.phone(BETO).inbox).toHaveLength(1);
});

test('other keys: $3, none, late ones; and a trap laid before the page finds the class first', async () => {
  const keyFields = `const { Chat, Msg } = require('WAWebCollections');
    const { id } = Msg.getModelsArray()[0]; return [...Object.keys(id), String(id)];`;
  const text = expect.stringMatching(/^false_status@broadcast_/);
  await on({ drifts: ['msgkey-renamed-other'] });
  expect(await evaluate(keyFields)).toEqual(['fromMe', 'remote', 'id', '$3', text]);
  await on({ drifts: ['msgkey-uncached', 'wid-renamed'] }, 'synced');
  expect(await evaluate(keyFields)).toEqual(['fromMe', 'remote', 'id', text]);
  expect(await evaluate("return Object.keys(require('WAWebCollections').Chat.getModelsArray()[0].id);")).toEqual([
    'server',
    'user',
    '$2',
  ]);

  await on({ date: 'september', drifts: ['-self-reload', 'msgkey-late'] });
  expect(await evaluate(keyFields)).toContain('$1');
  await session.client.pupPage?.evaluateOnNewDocument(`(() => {
    let define;
    const trap = (id, deps, factory, flags) => define(id, deps, id !== 'WAWebMsgKey' ? factory : (...args) => {
      factory(...args);
      const hidden = { set(text) { Object.defineProperty(this, '_serialized', { value: text, enumerable: true }); },
        get() { return this._serialized; } };
      Object.defineProperty(args[6].default.prototype, '$1', hidden);
    }, flags);
    Object.defineProperty(window, '__d', { get: () => trap, set(value) { define = value; } });
  })()`);
  world.configure({ page: { drifts: ['-self-reload'] } });
  await session.client.pupPage?.reload();
  await until(synced, 'the page to be in sync');
  expect(await evaluate(keyFields)).toEqual(['fromMe', 'remote', 'id', '_serialized', text]);
});

test('modules that are missing or late, and a version that is absent', async () => {
  await on({ drifts: ['module-missing=listener', 'module-missing=send'] });
  await expect(session.client.sendMessage(BETO_CHAT, 'never')).rejects.toThrow(
    'Requiring unknown module "WAWebGetEphemeralFieldsMsgActionsUtils"',
  );
  await on({ drifts: ['module-missing', 'version-absent'] }, 'synced');
  expect(
    await evaluate(`const { modulesMap } = require('__debug');
      return [window.Debug ?? null, require('WAWebUpdaterVersion').SANITIZED_VERSION_STR,
        'WAWebCallCollection' in modulesMap, 'WAWebDownloadManager' in modulesMap];`),
  ).toEqual([null, world.settings.page.version, false, true]);
  await on({ drifts: ['modules-late'], speed: 10 }, 'synced');
  const count = "return Object.keys(require('__debug').modulesMap).length;";
  const before = await evaluate<number>(count);
  await until(async () => (await evaluate<number>(count)) > before + 5, 'more modules');
});

test('a chat of April moves under its LID; ticks may come to its sibling; without a LID there is no new chat', async () => {
  const beto = world.phone(BETO);
  await session.client.sendMessage(BETO_CHAT, 'in April');
  await until(() => beto.inbox[0]?.ack === 3, 'the third tick');
  const lid = ['lid', 'no-lid', 'clock-after-crash'];
  await on({ drifts: lid });
  const chat = await session.client.getChatById(beto.lid);
  const [april] = await chat.fetchMessages({ limit: 5 });
  expect(april).toMatchObject({ body: 'in April', ack: 3, id: { remote: beto.lid } });
  expect(await world.phone(ANA).stored(BETO)).toMatchObject([{ body: 'in April' }]);
  const sent = await session.client.sendMessage(BETO_CHAT, 'under the LID');
  expect(sent).toMatchObject({ to: beto.lid, from: world.phone(ANA).lid });
  await expect(session.client.sendMessage('5491100000003@c.us', 'nowhere')).rejects.toThrow('No LID for user');
  await world.waitFor('message', ({ detail }) => detail.id === sent.id.id);

  await world.faults.set({ outage: 'refused' });
  await session.waitForState('TIMEOUT');
  await session.client.sendMessage(BETO_CHAT, 'left behind');
  await session.stop();
  await world.faults.clear();
  await on({ drifts: ['lid=sibling', 'clock-after-crash'] });
  const ticked = await session.client.sendMessage(BETO_CHAT, 'to the sibling');
  await until(() => acks().length > 0, 'a tick');
  expect(acks()[0]).toEqual([BETO_CHAT, 1]);
  expect(ticked.to).toBe(beto.lid);
  expect((await session.client.getMessageById(ticked.id._serialized)).ack).toBe(0);
  const unsent = (await world.phone(ANA).stored(BETO)).find(({ body }) => body === 'left behind');
  expect(unsent).toMatchObject({ ack: 0 });
  expect(beto.inbox.map(({ body }) => body)).toEqual(['in April', 'under the LID', 'to the sibling']);
});

test('a group: its texts name who wrote them, in and out, also after a restart on a page that knows LIDs', async () => {
  const [ana, beto, carla] = [world.phone(ANA), world.phone(BETO), world.phone('5491100000003')];
  const { id } = await beto.createGroup('The three', [ANA, carla.number]);
  await carla.send(id, 'from Carla');
  const got = await session.event<Message>('message');
  expect(got).toMatchObject({ from: id, author: `${carla.number}@c.us`, body: 'from Carla' });
  await session.client.sendMessage(id, 'from Ana');
  await until(() => beto.inbox.length === 2 && carla.inbox.length === 1, 'both to have it');
  await until(() => acks().some((ack) => (ack as unknown[])[1] === 3), 'the third tick');
  const chat = await session.client.getChatById(id);
  expect(chat).toMatchObject({ isGroup: true, name: 'The three' });

  await session.stop();
  await carla.send(ANA, 'sealed while off', { ciphertextMs: 3_000 });
  await on({ drifts: ['lid'] });
  const sealed = `const chat = require('WAWebCollections').Chat.get('${carla.lid}').msgs.getModelsArray()[0];`;
  expect(await evaluate(`${sealed} return [chat.type, chat.body];`)).toEqual(['ciphertext', '']);
  await until(async () => (await evaluate(`${sealed} return chat.body;`)) === 'sealed while off', 'the text');
  expect(await evaluate(`${sealed} return chat.type;`)).toBe('chat');
  await carla.send(id, 'again');
  const later = await session.event<Message>('message');
  expect(later).toMatchObject({ from: id, author: carla.lid });
  const there = await session.client.getChatById(id);
  const messages = await there.fetchMessages({ limit: 5 });
  expect(messages.map(({ body }) => body)).toEqual(['from Carla', 'from Ana', 'again']);
  expect(ana.sent).toMatchObject([{ to: id, body: 'from Ana', ack: 3 }]);
});
