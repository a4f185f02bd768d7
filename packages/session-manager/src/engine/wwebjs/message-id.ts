import type { Key } from './page/whatsapp-page.ts';

const IS_ID = /^(true|false)_./;

/**
 * The text of a message's id, under any name that a build of the page gives the field (whatsapp-web-2026, 1.2):
 * `_serialized`, else the one own field with such a text, else joined from its parts. Survives a page that could not be
 * repaired.
 */
export function messageIdOf(key: Key): string {
  if (isId(key._serialized)) return key._serialized;
  const kept = Object.values(key).filter(isId);
  return kept.length === 1 && kept[0] !== undefined ? kept[0] : joined(key);
}

function joined({ fromMe, remote, id, self, participant }: Key): string {
  return [fromMe, textOf(remote), id, self, textOf(participant)].filter((part) => part !== undefined).join('_');
}

/** A Wid crosses from the page as its fields, or as its text. */
function textOf(wid: Key['participant']): string | undefined {
  if (wid === null || wid === undefined) return undefined;
  if (typeof wid === 'string') return wid;
  return `${wid.user}@${wid.server}`;
}

function isId(text: unknown): text is string {
  return typeof text === 'string' && IS_ID.test(text);
}
