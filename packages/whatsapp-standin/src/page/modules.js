import * as base64 from './base64.js';
import { Chat, Contact, findOrCreateChat, loadEarlierMsgs, Msg, myWid, nothing } from './collections.js';
import * as credentials from './credentials.js';
import { Emitter } from './events.js';
import { lifeModules } from './life-modules.js';
import { addAndSendMsgToChat, sendSeen } from './mail.js';
import { altLinking, browserUtils, DEVICE_PLATFORM, numberExists, refreshQR } from './session.js';
import { Cmd, Conn, offlineProgress, Socket, Stream } from './socket-model.js';
import { createWid, MsgKey, Wid } from './wid.js';

/**
 * WhatsApp's own modules, by the names under which libraries ask for them with `window.require`.
 */
const LINK = /https?:\/\/[^\s<>"]+/g;

const callCollection = Object.assign(new Emitter(), { _models: new Map() });

const emptyStore = nothing();

const contactGetters = {
  getIsMe: (contact) => contact.id.equals(myWid()),
  getIsUser: (contact) => contact.id.isUser(),
  getIsGroup: (contact) => contact.id.isGroup(),
  getIsWAContact: () => true,
  getUserid: (contact) => contact.id.user,
  getVerifiedName: (contact) => contact.verifiedName,
  getVerifiedLevel: (contact) => contact.verifiedLevel,
  getStatusMute: (contact) => contact.statusMute,
  getName: (contact) => contact.name,
  getShortName: (contact) => contact.shortName,
  getPushname: (contact) => contact.pushname,
  getIsEnterprise: (contact) => contact.isEnterprise,
};

const modules = {
  // link and login
  WAWebSocketModel: { Socket },
  WAWebCmd: { Cmd },
  WAWebConnModel: { Conn },
  WAWebStreamModel: { Stream },
  WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => offlineProgress.percent } },
  WAWebAltDeviceLinkingApi: altLinking,
  WAWebLaunchSocketUtils: { refreshQR },
  WABase64: { encodeB64: (bytes) => (typeof bytes === 'string' ? bytes : base64.toBase64(bytes)) },
  WAWebCompanionRegClientUtils: { DEVICE_PLATFORM },
  WAWebAdvSignatureApi: {},
  WAWebUserPrefsInfoStore: {
    waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: base64.fromBase64(credentials.noisePublicKey()) } }) },
  },
  WAWebSignalStoreApi: {
    waSignalStore: {
      getRegistrationInfo: async () => ({
        identityKeyPair: { pubKey: base64.fromBase64(credentials.identityPublicKey()) },
      }),
    },
  },
  WAWebUserPrefsMultiDevice: { getADVSecretKey: credentials.advSecretKey },
  WAWebUserPrefsMeUser: { getMaybeMePnUser: myWid, getMaybeMeLidUser: () => null },
  WAWebMiscBrowserUtils: browserUtils,

  // collections
  WAWebCollections: {
    Msg,
    Chat,
    Contact,
    GroupMetadata: emptyStore,
    Blocklist: nothing(),
    BusinessProfile: nothing(),
    Label: nothing(),
    Call: nothing(),
    Presence: nothing(),
    WAWebNewsletterCollection: nothing(),
  },
  WAWebCallCollection: callCollection,
  WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false },
  WAWebNonMessageDataRequestPlaceholderMessageResendUtils: { handlePlaceholderMsgsSeen() {} },
  WAWebAddonReactionTableMode: { reactionTableMode: { bulkUpsert: async () => {} } },
  WAWebAddonPollVoteTableMode: { pollVoteTableMode: { bulkUpsert: async () => {} } },
  WAWebBackendJobsCommon: { mediaTypeFromProtobuf: () => null },
  WAWebE2EProtoUtils: { typeAttributeFromProtobuf: () => 'text' },

  // ids
  WAWebWidFactory: {
    createWid,
    createWidFromWidLike: createWid,
    createUserWidOrThrow: createWid,
    asUserWidOrThrow: createWid,
    toUserWid: createWid,
  },
  WAWebWid: Wid,
  WAWebMsgKey: MsgKey,
  WAWebLidMigrationUtils: { toPn: (wid) => wid, toLid: () => null },
  WAWebApiContact: { getAlternateUserWid: () => null, getPhoneNumber: (wid) => wid },

  // chats, contacts, messages
  WAWebFindChatAction: {
    findOrCreateLatestChat: async (wid) => ({ chat: findOrCreateChat(createWid(wid)), created: false }),
  },
  WAWebChatGetters: {
    getIsNewsletter: (chat) => chat.id.isNewsletter(),
    getIsBroadcast: (chat) => chat.id.isBroadcast(),
    getIsGroup: (chat) => chat.id.isGroup(),
  },
  WAWebChatLoadMessages: { loadEarlierMsgs },
  WAWebSendMsgChatAction: { addAndSendMsgToChat },
  WAWebUpdateUnreadChatAction: { sendSeen },
  WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
  WAWebLinkPreviewChatAction: { getLinkPreview: async () => null },
  WALinkify: {
    findLink: (text) => modules.WALinkify.findLinks(text)[0] ?? null,
    findLinks: (text) => Array.from((text ?? '').matchAll(LINK), ([href]) => ({ href, url: href })),
  },
  WAWebContactGetters: contactGetters,
  WAWebFrontendContactGetters: { getIsMyContact: () => true },
  WAWebPresenceChatAction: { sendPresenceAvailable: async () => {}, sendPresenceUnavailable: async () => {} },
  WAWebQueryExistsJob: {
    queryWidExists: async (wid) => ((await numberExists(createWid(wid).user)) ? { wid: createWid(wid) } : null),
  },
  WAWebPhoneUtils: { formattedPhone: (wid) => `+${createWid(wid).user}` },

  // windows, preferences, limits
  ...lifeModules,
};

/** Finds a module by name; an unknown one throws, as WhatsApp's loader does. */
export function requireModule(name) {
  if (Object.hasOwn(modules, name)) return modules[name];
  throw new Error(`Requiring unknown module "${name}"`);
}
