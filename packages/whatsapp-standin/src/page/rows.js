import { MsgModel } from './collections.js';
import { myLid, myWid } from './me.js';
import { makeKey } from './msg-key.js';
import { createWid } from './wid.js';

/**
 * How messages lie on disk, and back. What a message carries besides its text is named here once.
 */
const CARRIED = [
  ...['type', 'caption', 'directPath', 'mimetype', 'filehash', 'encFilehash', 'mediaKey', 'mediaKeyTimestamp', 'size'],
  ...['filename', 'pollName', 'pollOptions', 'pollSelectableOptionsCount', 'isForwarded', 'quotedStanzaID'],
];

/** What a message carries besides its text. */
export function carriedBy(message) {
  return Object.fromEntries(CARRIED.filter((name) => message[name] !== undefined).map((name) => [name, message[name]]));
}

/** The text of a message's key; in a group it names who wrote it, also when that is this account. */
export function textOfKey(fromMe, remote, id, participant) {
  return String(makeKey({ fromMe, remote, id, participant: writer(remote, participant) }));
}

/** Who wrote in a group: as it was noted, under the id of that time; else this account. */
function writer(remote, participant) {
  if (!remote.isGroup()) return undefined;
  return participant ? createWid(participant) : (myLid() ?? myWid());
}

/**
 * A row. `unsent` is 1 or 0, because IndexedDB has no index over booleans; `order` sorts the messages of one second,
 * which `t` cannot; `sealed` is the text that a placeholder (`type: 'ciphertext'`) gets after `ciphertextMs`.
 */
export function rowOf(message) {
  const { id, chat, fromMe, body, t, ack, unsent = 0, order = t * 1000, sealed } = message;
  const remote = createWid(chat);
  const participant = writer(remote, message.participant);
  const key = textOfKey(fromMe, remote, id, participant);
  const row = { key, id, chat: String(remote), fromMe, body, t, ack, unsent, order, ...carriedBy(message) };
  return { ...row, ...(participant ? { participant: String(participant) } : {}), ...(sealed ? { sealed } : {}) };
}

/** A message model from how it lies on disk. */
export function messageFromRow(row, more = {}) {
  const remote = createWid(row.chat);
  const author = writer(remote, row.participant);
  const mine = author ?? (remote.isLid() ? myLid() : myWid());
  return new MsgModel({
    ...{ type: 'chat', kind: 'chat', viewMode: 'VISIBLE', isNotification: false, star: false, isForwarded: false },
    ...{ mentionedJidList: [], groupMentions: [], hasReaction: false, isNewMsg: false },
    ...carriedBy(row),
    ...(row.directPath ? { mediaData: { mediaStage: 'RESOLVED' }, isUnsentMedia: false } : {}),
    ...(author ? { author } : {}),
    id: makeKey({ fromMe: row.fromMe, remote, id: row.id, participant: author }),
    self: row.fromMe ? 'out' : 'in',
    from: row.fromMe ? mine : remote,
    to: row.fromMe ? remote : mine,
    body: row.body,
    t: row.t,
    ack: row.ack,
    isSendFailure: row.ack < 0,
    ...more,
  });
}
