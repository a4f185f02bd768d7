import { drift } from './drifts.js';
import { isDefined, requireModule } from './loader.js';
import { isMe, me } from './me.js';
import { alternateWid, createWid } from './wid.js';
import { Wid } from './wid-class.js';

/** Where a key keeps its text; null where it keeps none. The page's own code reads it with `toString()` alone. */
const TEXT = fieldName();

function fieldName() {
  if (drift('msgkey-uncached')) return null;
  return drift('msgkey-renamed-other') ?? (drift('msgkey-renamed') ? '$1' : '_serialized');
}

/** `WAWebMsgKey`: the id of a message, in the shape and with the checks of WhatsApp's own class. */
export class MsgKey {
  constructor(given) {
    const { from, to, id, participant } = given;
    for (const wid of [from, to, given.remote, participant]) {
      if (wid !== undefined && wid !== null && !(wid instanceof Wid)) throw notAWid();
    }
    if (me.number === null) throw new Error('MsgKey error: me is undefined, cannot make a key');
    this.fromMe = given.fromMe ?? isMe(from);
    this.remote = given.remote ?? (this.fromMe ? to : from);
    if (!(this.remote instanceof Wid)) throw notAWid();
    this.id = id;
    if (isMe(this.remote)) this.self = given.selfDir ?? given.self ?? (this.fromMe ? 'out' : 'in');
    if (participant) this.participant = participant;
    if (TEXT !== null) this[TEXT] = join(this);
  }

  /** A new id, as the web client makes them: 3EB0 and 18 hexadecimal digits. */
  static async newId() {
    return MsgKey.newId_DEPRECATED();
  }

  static newId_DEPRECATED() {
    const bytes = crypto.getRandomValues(new Uint8Array(9));
    return `3EB0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
  }

  static fromString(text) {
    const [fromMe, remote, id, ...rest] = text.split('_');
    const self = rest[0] === 'in' || rest[0] === 'out' ? rest.shift() : undefined;
    const participant = rest[0] && createWid(rest[0]);
    return new MsgKey({ fromMe: fromMe === 'true', remote: createWid(remote), id, self, participant });
  }

  /** A key from a key, from its text, or from its parts. */
  static from(like) {
    if (like instanceof MsgKey) return like;
    if (typeof like === 'string') return MsgKey.fromString(like);
    const { fromMe, remote, id, participant } = like;
    return new MsgKey({ fromMe, remote: createWid(remote), id, participant: participant && createWid(participant) });
  }

  toString() {
    return TEXT === null ? join(this) : this[TEXT];
  }

  clone() {
    const { fromMe, remote, id, self, participant } = this;
    return new MsgKey({ fromMe, remote, id, self, participant });
  }

  equals(other) {
    return other instanceof MsgKey && other.toString() === this.toString();
  }
}

function join({ fromMe, remote, id, self, participant }) {
  return [fromMe, remote, id, self, participant].filter((part) => part !== undefined).join('_');
}

function notAWid() {
  return new Error('MsgKey error: something is not a wid');
}

/** `WAWebLidMigrationUtils.getAlternateMsgKey`: the same message under the other id of its chat. */
export function alternateKey(key) {
  const remote = alternateWid(key.remote);
  return remote && makeKey({ fromMe: key.fromMe, remote, id: key.id, participant: key.participant });
}

/**
 * A key as the page's own code makes it: of the class as the module gives it out, with every change made to it there.
 * While the module is not registered yet (`msgkey-late`) the page has the class anyway.
 */
export function makeKey(parts) {
  const Class = isDefined('WAWebMsgKey') ? requireModule('WAWebMsgKey') : MsgKey;
  return new Class(parts);
}
