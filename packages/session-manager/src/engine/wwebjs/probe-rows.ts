import type { Feature } from '@leadmaster/protocol';
import type * as calls from './page/check-calls.ts';
import type { CheckRow } from './page/checks.ts';

type Call = keyof typeof calls;

export type ProbeRow = CheckRow & { feature: Feature };

/** The unmodified library, or our wrapper, calls this very thing for the step: without it the feature cannot work. */
const NEEDED = true;
/** Used on the side, only in some cases, or replaced when it is missing. */
const ASIDE = false;

const row = (
  feature: Feature,
  name: string,
  isNeeded: boolean,
  module: string,
  has: string,
  call?: Call,
): ProbeRow => ({
  ...{ feature, name, isNeeded, module, has },
  ...(call === undefined ? {} : { call }),
});

/**
 * The self-test, one line a row (whatsapp-web-2026, section 8). After each: where whatsapp-web.js 1.34.7 or our own code
 * calls it; that decides whether it is needed.
 */
// biome-ignore format: one row, one line
export const PROBE_ROWS: readonly ProbeRow[] = [
  row('link', 'socket', NEEDED, 'WAWebSocketModel', 'Socket.on() Socket.state', 'socketState'), // Client.inject
  row('link', 'connection', NEEDED, 'WAWebConnModel', 'Conn.on()'), // Client.inject: change:ref
  row('link', 'commands', NEEDED, 'WAWebCmd', 'Cmd.on()'), // Client.inject: logout, progress
  row('link', 'next QR round', ASIDE, 'WAWebCmd', 'Cmd.refreshQR()'), // page/commands.ts, after the last QR
  row('link', 'QR secret', NEEDED, 'WAWebUserPrefsMultiDevice', 'getADVSecretKey()'), // Client.inject: getQR
  row('link', 'QR identity', NEEDED, 'WAWebSignalStoreApi', 'waSignalStore.getRegistrationInfo()'), // Client.inject
  row('link', 'QR key', NEEDED, 'WAWebUserPrefsInfoStore', 'waNoiseInfo.get()'), // Client.inject
  row('link', 'QR text', NEEDED, 'WABase64', 'encodeB64()'), // Client.inject
  row('link', 'QR platform', NEEDED, 'WAWebCompanionRegClientUtils', 'DEVICE_PLATFORM'), // Client.inject: getQR
  row('link', 'QR signature', NEEDED, 'WAWebAdvSignatureApi', ''), // ExposeAuthStore spreads the module
  row('link', 'pairing module', NEEDED, 'WAWebAltDeviceLinkingApi', ''), // ExposeAuthStore: without it no page is injected
  row('link', 'pairing code', ASIDE, 'WAWebAltDeviceLinkingApi', 'setPairingType() initializeAltDeviceLinking() startAltLinkingFlow()'), // requestPairingCode; a QR works without
  row('link', 'logout', ASIDE, 'WAWebSocketModel', 'Socket.logout()'), // WwebjsRun.logout

  row('ready', 'version', NEEDED, '', '', 'version'), // Client.inject waits for it, getWWebVersion reads it
  row('ready', 'progress', NEEDED, 'WAWebOfflineHandler', ''), // ExposeAuthStore; its function only for the percentage
  row('ready', 'account', NEEDED, 'WAWebConnModel', 'Conn.serialize()'), // the sync handler: ClientInfo
  row('ready', 'own id', NEEDED, 'WAWebUserPrefsMeUser', 'getMaybeMePnUser() getMaybeMeLidUser()', 'me'), // ClientInfo
  row('ready', 'synced', ASIDE, 'WAWebStreamModel', 'Stream', 'synced'), // nothing asks for the mode
  row('ready', 'preferences', ASIDE, 'WAWebUserPrefsIndexedDBStorage', 'userPrefsIdb.get()'), // page/account.ts: limits
  row('ready', 'windows', ASIDE, 'WAWebModalManager', 'ModalManager.existsAsync()', 'windows'), // page/whats-new.ts

  row('ids', 'message keys', NEEDED, 'WAWebMsgKey', 'fromString()', 'keyText'), // every message and acknowledgement
  row('ids', 'ids of people', NEEDED, 'WAWebWidFactory', 'createWid()', 'widText'), // WWebJS.getChat

  row('text', 'chat by id', NEEDED, 'WAWebCollections', 'Chat.get() Msg.get()', 'chatByBoth'), // WWebJS.getChat, sendMessage
  row('text', 'new chat', ASIDE, 'WAWebFindChatAction', 'findOrCreateLatestChat()'), // WWebJS.getChat, for chats not loaded
  row('text', 'kind of chat', NEEDED, 'WAWebChatGetters', 'getIsNewsletter() getIsBroadcast()'), // sendMessage
  row('text', 'links', NEEDED, 'WALinkify', 'findLink()', 'link'), // sendMessage
  row('text', 'link preview', ASIDE, 'WAWebLinkPreviewChatAction', 'getLinkPreview()'), // sendMessage, texts with a link
  row('text', 'disappearing', NEEDED, 'WAWebGetEphemeralFieldsMsgActionsUtils', 'getEphemeralFields()', 'ephemeral'), // sendMessage
  row('text', 'sender', NEEDED, 'WAWebUserPrefsMeUser', 'getMaybeMePnUser() getMaybeMeLidUser()'), // sendMessage
  row('text', 'new id', NEEDED, 'WAWebMsgKey', 'newId()', 'newId'), // sendMessage
  row('text', 'send', NEEDED, 'WAWebSendMsgChatAction', 'addAndSendMsgToChat()'), // sendMessage; our wrapper lies on it
  row('text', 'seen', NEEDED, 'WAWebUpdateUnreadChatAction', 'sendSeen()'), // WWebJS.sendSeen, before every text
  row('text', 'presence', NEEDED, 'WAWebStreamModel', 'Stream.markAvailable() Stream.markUnavailable()'), // WWebJS.sendSeen
  row('text', 'numbers', ASIDE, 'WAWebQueryExistsJob', 'queryWidExists()'), // getNumberId; ids of chats need none

  row('media', 'data', NEEDED, 'WAWebMediaOpaqueData', 'createFromData()'), // processMediaData
  row('media', 'preparation', NEEDED, 'WAWebPrepRawMedia', 'prepRawMedia()'), // processMediaData
  row('media', 'storage', NEEDED, 'WAWebMediaStorage', 'getOrCreateMediaObject()'), // processMediaData
  row('media', 'types', NEEDED, 'WAWebMmsMediaTypes', 'msgToMediaType() castToV4()'), // processMediaData
  row('media', 'upload', NEEDED, 'WAWebMediaMmsV4Upload', 'uploadMedia()'), // processMediaData
  row('media', 'cache rule', NEEDED, 'WAWebMediaDataUtils', 'shouldUseMediaCache()'), // processMediaData
  row('media', 'cache', ASIDE, 'WAWebMediaInMemoryBlobCache', ''), // processMediaData, where the rule says so

  row('inbound', 'listeners', NEEDED, '', '', 'listeners'), // attachEventListeners
  row('inbound', 'events of messages', NEEDED, 'WAWebCollections', 'Msg.on() Chat.on()'), // attachEventListeners
  row('inbound', 'resend gate', NEEDED, 'WAWebSyncGatingUtils', ''), // attachEventListeners sets its function
  row('inbound', 'calls', NEEDED, 'WAWebCallCollection', '', 'callMap'), // attachEventListeners, before it listens for new messages
  row('inbound', 'copy of a message', NEEDED, '', 'WWebJS.getMessageModel()', 'messageModel'), // every event
  row('inbound', 'links', NEEDED, 'WALinkify', 'findLinks()'), // getMessageModel
  row('inbound', 'placeholders', ASIDE, 'WAWebNonMessageDataRequestPlaceholderMessageResendUtils', 'handlePlaceholderMsgsSeen()'), // ciphertext only
  row('inbound', 'reactions', ASIDE, 'WAWebAddonReactionTableMode', 'reactionTableMode.bulkUpsert()'), // injectToFunction
  row('inbound', 'votes', ASIDE, 'WAWebAddonPollVoteTableMode', 'pollVoteTableMode.bulkUpsert()'), // injectToFunction

  row('catchUp', 'messages of chats', NEEDED, 'WAWebCollections', 'Chat.getModelsArray()'), // our search in the chats
  row('catchUp', 'earlier messages', NEEDED, 'WAWebChatLoadMessages', 'loadEarlierMsgs()'), // our search in the chats
  row('catchUp', 'message by id', NEEDED, 'WAWebCollections', 'Msg.getMessagesById()', 'messageById'), // the fate of a message

  row('chats', 'list', NEEDED, 'WAWebCollections', 'Chat.getModelsArray()'), // WWebJS.getChats
  row('chats', 'copy of a chat', NEEDED, '', 'WWebJS.getChatModel()', 'chatModel'), // WWebJS.getChats

  row('contacts', 'list', NEEDED, 'WAWebCollections', 'Contact.getModelsArray() Contact.get()'), // getContacts
  row('contacts', 'traits', NEEDED, 'WAWebContactGetters', 'getIsMe() getIsUser() getIsGroup() getIsWAContact() getUserid() getPushname()'), // getContactModel
  row('contacts', 'address book', NEEDED, 'WAWebFrontendContactGetters', 'getIsMyContact()'), // getContactModel
  row('contacts', 'other id', NEEDED, 'WAWebApiContact', 'getAlternateUserWid()'), // getContactModel
  row('contacts', 'ids of both kinds', ASIDE, 'WAWebApiContact', 'getCurrentLid() getPhoneNumber()'), // addresses
  row('contacts', 'copy of a contact', NEEDED, '', 'WWebJS.getContactModel()', 'contactModel'), // getContacts

  row('groups', 'collection', NEEDED, 'WAWebCollections', '', 'groupMetadata'), // getChatModel of a group
  row('groups', 'phone numbers', NEEDED, 'WAWebLidMigrationUtils', 'toPn()', 'phoneOfMe'), // getChatModel of a group

  row('download', 'download', NEEDED, 'WAWebDownloadManager', 'downloadManager.downloadAndMaybeDecrypt()'), // downloadMedia
];
