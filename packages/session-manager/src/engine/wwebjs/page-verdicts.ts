import type { EngineEvent } from '../engine.ts';
import type { PageSnapshot } from './page/snapshot.ts';

/** Socket states that end a run, in WhatsApp's words. A CONFLICT is never taken over: the login is in use elsewhere. */
export const FINAL_STATES: Readonly<Record<string, EngineEvent>> = {
  TOS_BLOCK: { type: 'banned' },
  SMB_TOS_BLOCK: { type: 'banned' },
  CONFLICT: { type: 'conflict' },
  DEPRECATED_VERSION: { type: 'deprecated' },
  PROXYBLOCK: {
    type: 'blocked',
    reason: 'proxy_blocked',
    detail: 'WhatsApp refuses the network that this machine uses (PROXYBLOCK)',
  },
  SCREEN_LOCKED: {
    type: 'blocked',
    reason: 'screen_locked',
    detail: 'WhatsApp Web is locked with a password of its own (SCREEN_LOCKED)',
  },
};

const UNSUPPORTED: EngineEvent = {
  type: 'blocked',
  reason: 'unsupported_browser',
  detail: 'WhatsApp served a page without an app: it does not support this browser',
};

const TERMS: EngineEvent = {
  type: 'blocked',
  reason: 'terms_required',
  detail: 'WhatsApp asks to accept its terms before it continues',
};

const STORAGE_FULL: EngineEvent = {
  type: 'lost',
  reason: 'storage_full',
  detail: 'WhatsApp says that the browser has no space left for its data',
};

/** What ends a run by one look at its page; null when it can continue. */
export function verdictOf(snapshot: PageSnapshot): EngineEvent | null {
  if (snapshot.unsupported) return UNSUPPORTED;
  if (snapshot.storageFull) return STORAGE_FULL;
  if (snapshot.tos === 1 || snapshot.tos === 2) return TERMS;
  return snapshot.state === null ? null : (FINAL_STATES[snapshot.state] ?? null);
}
