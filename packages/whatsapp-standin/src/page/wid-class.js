import { drift } from './drifts.js';

/** Where a Wid keeps its text; the page's own code reads it with `toString()` alone. */
const TEXT = drift('wid-renamed') ? '$2' : '_serialized';

/** The id of a person or a chat. */
export class Wid {
  constructor(user, server, device) {
    this.server = server;
    this.user = user;
    if (device !== undefined) this.device = device;
    this[TEXT] = `${user}${device === undefined ? '' : `:${device}`}@${server}`;
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
    return this.isBroadcast() && this.user === 'status';
  }

  isBot() {
    return false;
  }

  toJid() {
    return this.server === 'c.us' ? `${this.user}@s.whatsapp.net` : this.toString();
  }

  /** Private to WhatsApp: masks the number for its logs. Code that copies `$1` of anything meets it. */
  $1() {
    return `${'*'.repeat(Math.max(0, this.user.length - 4))}${this.user.slice(-4)}@${this.server}`;
  }

  /** For logs. */
  toLogString() {
    return this.$1();
  }

  toString() {
    return this[TEXT];
  }

  equals(other) {
    return other instanceof Wid && other.toString() === this.toString();
  }
}
