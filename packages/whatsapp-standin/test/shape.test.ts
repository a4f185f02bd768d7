import { afterEach, beforeEach, expect, test } from 'vitest';
import type { World } from '../src/index.ts';
import { Bench, type Session, until } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const BETO = '5491100000002';

/** What the page of September is like for those who look into it; the library takes part as far as it still can. */
let world: World;
let session: Session;

beforeEach(async () => {
  world = await bench.world({ page: { drifts: ['-self-reload'] } });
  session = bench.start(world, await bench.profile());
});

async function link(): Promise<void> {
  await world.phone(ANA).scan(await session.event<string>('qr'));
  await session.ready();
}

const evaluate = <T>(code: string): Promise<T> => session.page(`(async () => { ${code} })()`) as Promise<T>;

/** The error that the code ends in, as text. */
const failure = (code: string): Promise<string> =>
  evaluate(`try { ${code} } catch (error) { return String(error); } return 'no error';`);

/** Every module of the self-test's table, with what must be there in it. */
const PROBED = {
  WAWebSocketModel: 'Socket.on Socket.logout',
  WAWebConnModel: 'Conn.on Conn.serialize',
  WAWebCmd: 'Cmd.on Cmd.refreshQR',
  WAWebUserPrefsMultiDevice: 'getADVSecretKey',
  WAWebSignalStoreApi: 'waSignalStore.getRegistrationInfo',
  WAWebUserPrefsInfoStore: 'waNoiseInfo.get',
  WABase64: 'encodeB64',
  WAWebAltDeviceLinkingApi: 'setPairingType initializeAltDeviceLinking startAltLinkingFlow',
  WAWebUserPrefsMeUser: 'getMaybeMePnUser getMaybeMeLidUser',
  WAWebOfflineHandler: 'OfflineMessageHandler.getOfflineDeliveryProgress',
  WAWebSyncGatingUtils: 'isPlaceholderMessageResendEnabled',
  WAWebCallCollection: 'on',
  WAWebMsgKey: 'newId newId_DEPRECATED fromString from',
  WAWebWidFactory: 'createWid createWidFromWidLike asUserWidOrThrow',
  WAWebCollections: 'Chat.getModelsArray Chat.on Chat.get Msg.getMessagesById Msg.on Contact.get',
  WAWebFindChatAction: 'findOrCreateLatestChat',
  WAWebChatGetters: 'getIsNewsletter getIsBroadcast',
  WALinkify: 'findLink findLinks',
  WAWebGetEphemeralFieldsMsgActionsUtils: 'getEphemeralFields',
  WAWebLinkPreviewChatAction: 'getLinkPreview',
  WAWebSendMsgChatAction: 'addAndSendMsgToChat',
  WAWebUpdateUnreadChatAction: 'sendSeen',
  WAWebQueryExistsJob: 'queryWidExists',
  WAWebMediaOpaqueData: 'createFromData',
  WAWebPrepRawMedia: 'prepRawMedia',
  WAWebMediaStorage: 'getOrCreateMediaObject',
  WAWebMmsMediaTypes: 'msgToMediaType castToV4',
  WAWebMediaMmsV4Upload: 'uploadMedia',
  WAWebMediaDataUtils: 'shouldUseMediaCache',
  WAWebMediaInMemoryBlobCache: 'InMemoryMediaBlobCache.put',
  WAWebBackendJobsCommon: 'mediaTypeFromProtobuf',
  WAWebE2EProtoUtils: 'typeAttributeFromProtobuf',
  WAWebAddonReactionTableMode: 'reactionTableMode.bulkUpsert',
  WAWebAddonPollVoteTableMode: 'pollVoteTableMode.bulkUpsert',
  WAWebNonMessageDataRequestPlaceholderMessageResendUtils: 'handlePlaceholderMsgsSeen',
  WAWebChatLoadMessages: 'loadEarlierMsgs',
  WAWebContactGetters: 'getIsMe getUserid',
  WAWebFrontendContactGetters: 'getIsMyContact',
  WAWebApiContact: 'getAlternateUserWid getCurrentLid getPhoneNumber',
  WAWebLidMigrationUtils: 'toPn toLid',
  WAWebGroupMetadataCollection: 'update',
  WAWebDownloadManager: 'downloadManager.downloadAndMaybeDecrypt',
  WAWebUserPrefsIndexedDBStorage: 'userPrefsIdb.get userPrefsIdb.set',
  WAWebReachoutTimelockUtils: 'isUserReachoutTimelocked',
  WAWebModalManager: 'ModalManager.existsAsync ModalManager.close',
};

test('keys, ids, models and modules have the shape of September', async () => {
  await session.event('qr');
  const early = "const { createWid } = require('WAWebWidFactory'); const Key = require('WAWebMsgKey');";
  expect(await failure(`${early} new Key({ fromMe: true, remote: createWid('1@c.us'), id: 'A' });`)).toMatch(
    /^Error: MsgKey error: me is undefined/,
  );
  await link();
  const other = `const remote = createWid('${BETO}@c.us');`;
  expect(await failure(`${early} new Key({ fromMe: true, remote: '${BETO}@c.us', id: 'A' });`)).toBe(
    'Error: MsgKey error: something is not a wid',
  );
  const text = `false_${BETO}@c.us_A`;
  const key = await evaluate(`${early} ${other}
    const key = new Key({ fromMe: false, remote, id: 'A' });
    return { fields: Object.keys(key), text: String(key), one: key.$1, json: 'toJSON' in key,
      equal: Key.fromString(String(key)).equals(key) && Key.from({ ...key }).equals(key) && key.clone().equals(key),
      wid: Object.keys(remote), wids: [remote._serialized, typeof remote.$1],
      own: Object.getOwnPropertyNames(Key.prototype), id: await Key.newId() };`);
  expect(key).toMatchObject({ fields: ['fromMe', 'remote', 'id', '$1'], text, one: text, json: false, equal: true });
  expect(key).toMatchObject({ wid: ['server', 'user', '_serialized'], wids: [`${BETO}@c.us`, 'function'] });
  expect(key).toMatchObject({ own: ['constructor', 'toString', 'clone', 'equals'] });
  expect((key as { id: string }).id).toMatch(/^3EB0[0-9A-F]{18}$/);

  const missing = await evaluate(`const missing = [];
    for (const [name, paths] of Object.entries(${JSON.stringify(PROBED)})) {
      for (const path of paths.split(' ')) {
        const found = path.split('.').reduce((value, part) => value?.[part], require(name));
        if (typeof found !== 'function') missing.push(name + '.' + path);
      }
    }
    return missing;`);
  expect(missing).toEqual([]);
  expect(
    await evaluate(`ErrorGuard.skipGuardGlobal(true);
      const calls = require('WAWebCallCollection');
      return [require('WAWebUpdaterVersion').SANITIZED_VERSION_STR === Debug.VERSION,
        require('WAWebBuildConstants').VERSION_BASE === Debug.VERSION,
        Object.keys(require('__debug').modulesMap).length > 40,
        Object.values(calls).some((value) => value instanceof Map),
        require('WAWebMiscBrowserUtils').info, require('WAWebWidFactory').toUserWid,
        require('WAWebCollections').GroupMetadata].map((value) => value ?? null);`),
  ).toEqual([true, true, true, true, null, null, null]);
  expect(await failure("require('WAWebNoSuchModule');")).toBe('Error: Requiring unknown module "WAWebNoSuchModule"');
  expect(await failure("await require('WAWebCollections').Msg.getMessagesById([undefined]);")).toBe(
    "DataError: Failed to execute 'get' on 'IDBObjectStore': No key or key range specified.",
  );
});

test('chats go by LID, and sending takes a promise and a step between', async () => {
  await link();
  const beto = world.phone(BETO);
  const found = await evaluate(`const { createWid } = require('WAWebWidFactory');
    const number = createWid('${BETO}@c.us');
    const { wid } = await require('WAWebQueryExistsJob').queryWidExists(number);
    const { findOrCreateLatestChat } = require('WAWebFindChatAction');
    const first = await findOrCreateLatestChat(number, 'chatListUtils', {});
    const again = await findOrCreateLatestChat(wid);
    const api = require('WAWebApiContact'); const lids = require('WAWebLidMigrationUtils');
    return { wid: String(wid), same: first.chat === again.chat, created: [first.created, again.created],
      there: [api.getCurrentLid(number), lids.toLid(number), api.getAlternateUserWid(number)].map(String),
      back: [api.getPhoneNumber(wid), lids.toPn(wid), api.getAlternateUserWid(wid)].map(String),
      me: String(require('WAWebUserPrefsMeUser').getMaybeMeLidUser()),
      own: Object.keys(first.chat).every((name) => name.startsWith('__x_')), plain: first.chat.serialize().name };`);
  const lids = [beto.lid, beto.lid, beto.lid];
  const numbers = [`${BETO}@c.us`, `${BETO}@c.us`, `${BETO}@c.us`];
  expect(found).toMatchObject({ wid: beto.lid, same: true, created: [true, false], there: lids, back: numbers });
  expect(found).toMatchObject({ me: world.phone(ANA).lid, own: true, plain: 'Person 0002' });

  const sending = `const { chat } = await require('WAWebFindChatAction').findOrCreateLatestChat(
      require('WAWebWidFactory').createWid('${BETO}@c.us'));
    const Key = require('WAWebMsgKey'); const { addAndSendMsgToChat } = require('WAWebSendMsgChatAction');
    const make = async (body) => ({ id: new Key({ fromMe: true, remote: chat.id, id: await Key.newId() }), body,
      type: 'chat', t: Math.floor(Date.now() / 1000), ack: 0, self: 'out', to: chat.id });`;
  const sent = await evaluate(`${sending}
    const order = [];
    const [p1, p2] = addAndSendMsgToChat(chat, make('promised'), async () => { order.push('between'); });
    p1.then(() => order.push('stored'));
    const result = await p2;
    return { order, result: result.messageSendResult, text: String((await p1).id) };`);
  expect(sent).toMatchObject({ order: ['stored', 'between'], result: 'OK' });
  expect((sent as { text: string }).text).toMatch(new RegExp(`^true_${beto.lid}_3EB0`));
  const held = await evaluate(`${sending}
    const [p1, p2] = addAndSendMsgToChat(chat, await make('held back'), () => Promise.reject(new Error('not now')));
    return { ack: (await p1).ack, error: await p2.catch((error) => error.message) };`);
  expect(held).toEqual({ ack: 0, error: 'not now' });
  const refused = await evaluate(`${sending}
    const [p1, p2] = addAndSendMsgToChat(chat, Promise.reject(new Error('no journal')));
    return Promise.all([p1, p2].map((one) => one.catch((error) => error.message)));`);
  expect(refused).toEqual(['no journal', 'no journal']);
  expect(beto.inbox.map(({ body }) => body)).toEqual(['promised']);
  const message = world.observed.find((entry) => entry.type === 'message');
  expect(message).toMatchObject({ phone: ANA, at: expect.any(Number), detail: { to: BETO, body: 'promised' } });
});

test('the plain library sends and says undefined; contacts hide; placeholders get their text; reading is noticed', async () => {
  await link();
  expect(await session.client.sendMessage(`${BETO}@c.us`, 'went out')).toBeUndefined();
  await until(() => world.phone(BETO).inbox.length === 1, 'the message at its receiver');
  await expect(session.client.getChats()).rejects.toThrow();

  const carla = world.phone('5491100000003');
  carla.hidden = true;
  await carla.send(ANA, 'guess who');
  const got = await session.event<{ from: string; id: object }>('message');
  expect(got.from).toBe(carla.lid);
  expect(Object.keys(got.id)).toEqual(['fromMe', 'remote', 'id', '$1']);
  const hidden =
    await evaluate(`const { createWid } = require('WAWebWidFactory'); const wid = createWid('${carla.lid}');
    return { number: require('WAWebCollections').Contact.get(wid).phoneNumber ?? null,
      pn: require('WAWebApiContact').getPhoneNumber(wid), other: require('WAWebApiContact').getAlternateUserWid(wid) };`);
  expect(hidden).toEqual({ number: null, pn: null, other: null });

  await carla.send(ANA, 'sealed', { ciphertextMs: 300 });
  await session.event<{ body: string }>('message_ciphertext', ({ body }) => body === '');
  await session.event<{ body: string }>('message', ({ body }) => body === 'sealed');
  // The library fails over the vote, which costs that vote; what comes after it arrives.
  const { id } = await carla.sendPoll(ANA, 'Tea?', ['yes']);
  await carla.vote(id, ['yes']);
  await carla.send(ANA, 'after the vote');
  await session.event<{ body: string }>('message', ({ body }) => body === 'after the vote');
  expect(session.count('vote_update')).toBe(0);
  expect(session.count('message_edit')).toBe(0);

  const chats =
    "const { Chat } = require('WAWebCollections'); const { loadEarlierMsgs } = require('WAWebChatLoadMessages');";
  const empty = await evaluate(`${chats}
    const earlier = await loadEarlierMsgs({ chat: Chat.get('${carla.lid}') });
    const status = Chat.get('status@broadcast'); await loadEarlierMsgs({ chat: status });
    return [earlier === undefined, status.msgs.length];`);
  expect(empty).toEqual([true, 1]);
  const sinceLinkMs = expect.any(Number);
  const read = await world.waitFor('load_earlier', ({ detail }) => detail.chat === carla.number);
  expect(read.detail).toEqual({ chat: carla.number, sinceLinkMs });
  await world.waitFor('status_read');
  await world.faults.set({ brokenChats: [carla.number] });
  expect(await failure(`${chats} await loadEarlierMsgs({ chat: Chat.get('${carla.lid}') });`)).toMatch(/^TypeError/);

  await evaluate("await require('WAWebUserPrefsIndexedDBStorage').userPrefsIdb.set('Remembered', { state: 1 });");
  await session.client.pupPage?.reload();
  await until(async () => (await session.state().catch(() => null)) === 'CONNECTED', 'the page to be back');
  const kept = "return require('WAWebUserPrefsIndexedDBStorage').userPrefsIdb.get('Remembered');";
  expect(await evaluate(kept)).toEqual({ state: 1 });
});
