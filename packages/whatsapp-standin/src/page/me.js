import { drift } from './drifts.js';
import { lidDigits } from './lid.js';
import { Wid } from './wid-class.js';

/**
 * Who is logged in here: `number` is null without a login.
 */
export const me = { number: null, device: null, name: '' };

/** `WAWebUserPrefsMeUser.getMaybeMePnUser`. */
export function myWid() {
  return me.number ? new Wid(me.number, 'c.us') : null;
}

/** `WAWebUserPrefsMeUser.getMaybeMeDevicePn`: which of the account's linked devices this is. */
export function myDevice() {
  return me.number ? new Wid(me.number, 'c.us', me.device) : null;
}

/** `WAWebUserPrefsMeUser.getMaybeMeLidUser`: null on a page that does not know LIDs. */
export function myLid() {
  return me.number && drift('lid') ? new Wid(lidDigits(me.number), 'lid') : null;
}

export function isMe(wid) {
  return Boolean(wid && (wid.equals(myWid()) || wid.equals(myLid())));
}
