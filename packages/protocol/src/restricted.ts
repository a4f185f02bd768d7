import type { AccountLimits } from './limits.ts';

/** Whether WhatsApp lets the account open no new chats now. */
export function isRestricted(limits: AccountLimits | null, now = Date.now()): boolean {
  if (limits === null || limits.newChats.state === 'open') return false;
  const { until } = limits.newChats;
  return until === null || Date.parse(until) > now;
}
