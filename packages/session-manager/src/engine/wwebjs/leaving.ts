import type { EngineEvent } from '../engine.ts';

const TEXT_MAX = 300;

/** Why the page erased its login, by `logout_reason` (whatsapp-web-2026, 6.3). 3 comes with WhatsApp's own words. */
const ERASED: Readonly<Record<string, string>> = {
  0: 'its data could not be read',
  1: 'its sync failed',
  2: 'the sync of its history took too long',
};

type Leaving = Extract<EngineEvent, { type: 'erased' | 'unlinked' }>;

/**
 * What the address of a document says of the login: the page erased it by itself (`logout_reason=N`), it was logged out
 * (`post_logout=1`), or nothing. An older page writes words into `logout_reason`: these are logouts.
 */
export function readLeaving(url: URL): Leaving | null {
  const code = url.searchParams.get('logout_reason') ?? '';
  if (code === '3') return { type: 'erased', reason: 'account_locked', detail: lockedWords(url) };
  if (/^\d{1,3}$/.test(code)) {
    const why = ERASED[code] ?? 'for a reason that is not known';
    return {
      type: 'erased',
      reason: 'page_erased_login',
      detail: `WhatsApp's page erased its login: ${why} (${code})`,
    };
  }
  return url.searchParams.get('post_logout') === '1' ? { type: 'unlinked', reason: 'LOGOUT' } : null;
}

function lockedWords(url: URL): string {
  const words = ['logout_message_header', 'logout_message_subtext']
    .map((name) => oneLine(url.searchParams.get(name) ?? ''))
    .filter((text) => text !== '');
  return words.length === 0 ? 'WhatsApp locked the account' : `WhatsApp locked the account: ${words.join('. ')}`;
}

/** Text from outside: one line of bounded length. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX);
}
