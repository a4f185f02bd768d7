/**
 * WhatsApp ids: of people and chats (Wid), and of messages (MsgKey).
 */
export class Wid {
  constructor(user, server) {
    this.server = server;
    this.user = user;
    this._serialized = `${user}@${server}`;
  }

  isUser() {
    return this.server === 'c.us' || this.server === 'lid';
  }

  isRegularUser() {
    return this.isUser();
  }

  isLid() {
    return this.server === 'lid';
  }

  isGroup() {
    return this.server === 'g.us';
  }

  isNewsletter() {
    return this.server === 'newsletter';
  }

  isBroadcast() {
    return this.server === 'broadcast';
  }

  isStatus() {
    return this._serialized === 'status@broadcast';
  }

  isBot() {
    return false;
  }

  toJid() {
    return this.server === 'c.us' ? `${this.user}@s.whatsapp.net` : this._serialized;
  }

  toString() {
    return this._serialized;
  }

  equals(other) {
    return other?._serialized === this._serialized;
  }
}

/** Reads an id in any of the forms that callers use. */
export function createWid(like) {
  if (like instanceof Wid) return like;
  const text = typeof like === 'string' ? like : like?._serialized;
  const match = /^([\w.-]+?)(?::\d+)?@([\w.]+)$/.exec(text ?? '');
  if (!match) throw new Error(`wid error: invalid wid ${text}`);
  return new Wid(match[1], match[2] === 's.whatsapp.net' ? 'c.us' : match[2]);
}

/** The wid of a phone number. */
export function widOfNumber(number) {
  return new Wid(number, 'c.us');
}

export class MsgKey {
  constructor({ from, to, id, participant, selfDir, fromMe, remote }) {
    this.fromMe = fromMe ?? selfDir === 'out';
    this.remote = remote ?? (this.fromMe ? to : from);
    this.id = id;
    if (participant) this.participant = participant;
    this._serialized = [this.fromMe, this.remote, id, ...(participant ? [participant] : [])].join('_');
  }

  /** A new id, as the web client makes them: 3EB0 and 18 hexadecimal digits. */
  static async newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(9));
    return `3EB0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
  }

  static fromString(text) {
    const [fromMe, remote, id, participant] = text.split('_');
    return new MsgKey({
      fromMe: fromMe === 'true',
      remote: createWid(remote),
      id,
      ...(participant ? { participant: createWid(participant) } : {}),
    });
  }

  equals(other) {
    return other?._serialized === this._serialized;
  }

  toString() {
    return this._serialized;
  }
}
