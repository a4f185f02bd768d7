import * as base64 from './base64.js';
import { Chat, Contact, Msg, nothing } from './collections.js';
import * as credentials from './credentials.js';
import { drift } from './drifts.js';
import { Emitter } from './events.js';
import { forwardMessages } from './forward.js';
import { loadEarlierMsgs } from './history.js';
import { lifeModules } from './life-modules.js';
import { register, registerLazily } from './loader.js';
import { addAndSendMsgToChat, sendSeen } from './mail.js';
import { myDevice, myLid, myWid } from './me.js';
import * as media from './media.js';
import { alternateKey, MsgKey } from './msg-key.js';
import { contactGetters, findOrCreateLatestChat, queryWidExists } from './people.js';
import { pollVoteTableMode, sendVote, votesTable } from './polls.js';
import { altLinking, DEVICE_PLATFORM, refreshQR } from './session.js';
import { Cmd, Conn, offlineProgress, Socket, Stream } from './socket-model.js';
import { alternateWid, createWid, toLid, toPn } from './wid.js';
import { Wid } from './wid-class.js';

/**
 * WhatsApp's own modules, by the names under which libraries ask for them with `window.require`. A class is a module's
 * `default`. Each is registered like WhatsApp's: its exports are made when it is first asked for.
 */
const LINK = /https?:\/\/[^\s<>"]+/g;

const findLinks = (text) => Array.from((text ?? '').matchAll(LINK), ([href]) => ({ href, url: href }));

const orThrow = (find, what) => (wid) => {
  const found = find(wid);
  if (!found) throw new Error(`No ${what} for user`);
  return found;
};

/** Link and login: what the page needs to show a QR. */
export const FIRST_BUNDLE = {
  WAWebSocketModel: () => ({ Socket }),
  WAWebCmd: () => ({ Cmd }),
  WAWebConnModel: () => ({ Conn }),
  WAWebStreamModel: () => ({ Stream }),
  WAWebOfflineHandler: () => ({
    OfflineMessageHandler: { getOfflineDeliveryProgress: () => offlineProgress.percent },
  }),
  WAWebAltDeviceLinkingApi: () => altLinking,
  WAWebLaunchSocketUtils: () => ({ refreshQR }),
  WABase64: () => ({ encodeB64: (bytes) => (typeof bytes === 'string' ? bytes : base64.toBase64(bytes)) }),
  WAWebCompanionRegClientUtils: () => ({ DEVICE_PLATFORM }),
  WAWebAdvSignatureApi: () => ({}),
  WAWebUserPrefsInfoStore: () => ({
    waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: base64.fromBase64(credentials.noisePublicKey()) } }) },
  }),
  WAWebSignalStoreApi: () => ({
    waSignalStore: {
      getRegistrationInfo: async () => ({
        identityKeyPair: { pubKey: base64.fromBase64(credentials.identityPublicKey()) },
      }),
    },
  }),
  WAWebUserPrefsMultiDevice: () => ({ getADVSecretKey: credentials.advSecretKey }),
  WAWebUserPrefsMeUser: () => ({
    getMaybeMePnUser: myWid,
    getMaybeMeLidUser: myLid,
    getMaybeMeDevicePn: myDevice,
  }),
  WAWebMiscBrowserUtils: () => ({}),
  WAWebUpdaterVersion: () => ({ SANITIZED_VERSION_STR: window.__version, VERSION_STR: window.__version }),
  WAWebBuildConstants: () => ({ VERSION_BASE: window.__version }),
};

export const KEYS = { WAWebMsgKey: () => ({ default: MsgKey }) };

/** Chats, contacts and messages: what the page needs to work once it is linked. */
const CORE = {
  WAWebCollections: () => ({
    Msg,
    Chat,
    Contact,
    Blocklist: nothing(),
    BusinessProfile: nothing(),
    Label: nothing(),
    Call: nothing(),
    Presence: nothing(),
    WAWebNewsletterCollection: nothing(),
    WAWebGroupMetadataCollection: nothing(),
  }),
  WAWebGroupMetadataCollection: () => ({ default: nothing() }),
  WAWebWidFactory: () => ({
    createWid,
    createWidFromWidLike: createWid,
    createUserWidOrThrow: createWid,
    asUserWidOrThrow: createWid,
  }),
  WAWebWid: () => ({ default: Wid }),
  ...(drift('msgkey-late') ? {} : KEYS),
  WAWebLidMigrationUtils: () => ({
    toPn,
    toLid,
    toUserLid: toLid,
    toUserLidOrThrow: orThrow(toLid, 'LID'),
    toPnOrThrow: orThrow(toPn, 'PN'),
    getAlternateMsgKey: alternateKey,
    chatIsLid: (chat) => chat.id.isLid(),
  }),
  WAWebApiContact: () => ({
    getAlternateUserWid: alternateWid,
    getCurrentLid: (wid) => toLid(wid) ?? null,
    getPhoneNumber: (wid) => toPn(wid) ?? null,
  }),
  WAWebFindChatAction: () => ({ findOrCreateLatestChat }),
  WAWebChatGetters: () => ({
    getIsNewsletter: (chat) => chat.id.isNewsletter(),
    getIsBroadcast: (chat) => chat.id.isBroadcast(),
    getIsGroup: (chat) => chat.id.isGroup(),
  }),
  WAWebChatLoadMessages: () => ({ loadEarlierMsgs }),
  WAWebSendMsgChatAction: () => ({ addAndSendMsgToChat }),
  WAWebUpdateUnreadChatAction: () => ({ sendSeen }),
  ...lifeModules,
};

/** Everything else: on a cold load it comes bit by bit. */
const REST = {
  WAWebCallCollection: () => ({ default: Object.assign(new Emitter(), { _models: new Map() }) }),
  WAWebSyncGatingUtils: () => ({ isPlaceholderMessageResendEnabled: () => false }),
  WAWebNonMessageDataRequestPlaceholderMessageResendUtils: () => ({ handlePlaceholderMsgsSeen() {} }),
  WAWebAddonReactionTableMode: () => ({ reactionTableMode: { bulkUpsert: async () => {} } }),
  WAWebAddonPollVoteTableMode: () => ({ pollVoteTableMode }),
  WAWebPollsVotesSchema: () => ({ getTable: () => votesTable }),
  WAWebPollsSendVoteMsgAction: () => ({ sendVote }),
  WAWebBackendJobsCommon: () => ({ mediaTypeFromProtobuf: () => null }),
  WAWebE2EProtoUtils: () => ({ typeAttributeFromProtobuf: () => 'text' }),
  WAWebGetEphemeralFieldsMsgActionsUtils: () => ({ getEphemeralFields: () => ({}) }),
  WAWebLinkPreviewChatAction: () => ({ getLinkPreview: async () => null }),
  WALinkify: () => ({ findLinks, findLink: (text) => findLinks(text)[0] ?? null }),
  WAWebMsgReply: () => ({ canReplyMsg: () => true }),
  WAWebContactGetters: () => contactGetters,
  WAWebFrontendContactGetters: () => ({ getIsMyContact: () => true }),
  WAWebPresenceChatAction: () => ({
    sendPresenceAvailable: async () => {},
    sendPresenceUnavailable: async () => {},
  }),
  WAWebQueryExistsJob: () => ({ queryWidExists }),
  WAWebPhoneUtils: () => ({ formattedPhone: (wid) => `+${createWid(wid).user}` }),
  WAWebMediaOpaqueData: () => ({ default: media.OpaqueData }),
  WAWebPrepRawMedia: () => ({ prepRawMedia: media.prepRawMedia }),
  WAWebMediaStorage: () => ({ getOrCreateMediaObject: media.mediaObject }),
  WAWebMmsMediaTypes: () => ({ msgToMediaType: ({ type }) => type, castToV4: (type) => type }),
  WAWebMediaDataUtils: () => ({ shouldUseMediaCache: () => false }),
  WAWebMediaInMemoryBlobCache: () => ({ InMemoryMediaBlobCache: media.blobCache }),
  WAWebMediaMmsV4Upload: () => ({ uploadMedia: media.uploadMedia }),
  WAWebDownloadManager: () => ({ downloadManager: media.downloadManager }),
};

const FORWARD = { WAWebChatForwardMessage: () => ({ forwardMessages }) };

export const MODULES = { core: CORE, rest: REST };

/** Which module `module-missing` removes. */
const MISSING = {
  listener: 'WAWebCallCollection',
  send: 'WAWebGetEphemeralFieldsMsgActionsUtils',
};

const missing = MISSING[drift('module-missing')] ?? drift('module-missing');

export function registerBundle(bundle) {
  for (const [name, make] of Object.entries(bundle)) if (name !== missing) register(name, make);
}

/** When the last module is there, on a cold load (`modules-late`), and the core of them. */
const LATE_MS = { core: 5_000, last: 20_000 };

/** Registers everything that is not in the first bundle; resolves once the page itself can work. */
export async function registerModules({ core, rest }, pageTime) {
  if (drift('forward-lazy')) registerLazily('WAWebMediaForwardMediaMsg', () => registerBundle(FORWARD));
  else registerBundle(FORWARD);
  if (!drift('modules-late')) {
    registerBundle({ ...core, ...rest });
    return;
  }
  await pageTime(LATE_MS.core);
  registerBundle(core);
  void trickle(Object.entries(rest), pageTime);
}

async function trickle(bundles, pageTime) {
  for (const entry of bundles) {
    await pageTime((LATE_MS.last - LATE_MS.core) / bundles.length);
    registerBundle(Object.fromEntries([entry]));
  }
}
