import type { AccountLimits } from '@leadmaster/protocol';
import { z } from 'zod';
import type { AccountPreferences } from './page/account.ts';

type NewChats = AccountLimits['newChats'];

/** Below this a number of WhatsApp's is a time in seconds, above it in milliseconds. */
const LEAST_MS = 100_000_000_000;
/** The last moment that a date of the API can say: later ones have years of more than four digits. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const count = z.number().int().nullish().catch(null);
const time = z.number().positive().nullish().catch(null);
const timelockSchema = z.object({ time_enforcement_ends: time });
const cappingSchema = z.object({
  capping_status: z.string().nullish().catch(null),
  total_quota: count,
  used_quota: count,
  cycle_end_timestamp: time,
});

/**
 * What WhatsApp allows the account, from the page's preferences (whatsapp-web-2026, section 5) and by WhatsApp's own
 * time. Null when WhatsApp has reported nothing. Under a lock and a cap at once the later end counts.
 */
export function limitsOf(preferences: AccountPreferences, now: Date): NewChats | null {
  const timelock = timelockSchema.safeParse(preferences.timelock).data;
  const capping = cappingSchema.safeParse(preferences.capping).data;
  if (timelock === undefined && capping === undefined) return null;
  const lockedUntil = moment(timelock?.time_enforcement_ends);
  const isLocked = lockedUntil !== null && lockedUntil > now;
  const cycleEnd = moment(capping?.cycle_end_timestamp);
  // The numbers of a cycle that is over say nothing of the next.
  const isCurrent = capping !== undefined && (cycleEnd === null || cycleEnd > now);
  const isCapped = isCurrent && capping.capping_status === 'CAPPED';
  return {
    state: isLocked ? 'locked' : isCapped ? 'capped' : 'open',
    until: until(isLocked ? lockedUntil : null, isCapped, cycleEnd),
    used: (isCurrent ? capping.used_quota : null) ?? null,
    total: capping?.total_quota ?? null,
  };
}

function until(lockedUntil: Date | null, isCapped: boolean, cycleEnd: Date | null): string | null {
  if (!isCapped) return lockedUntil?.toISOString() ?? null;
  if (lockedUntil === null || cycleEnd === null) return cycleEnd?.toISOString() ?? null;
  return (lockedUntil > cycleEnd ? lockedUntil : cycleEnd).toISOString();
}

function moment(value: number | null | undefined): Date | null {
  if (value === null || value === undefined) return null;
  return new Date(Math.min(value < LEAST_MS ? value * 1000 : value, LAST_MS));
}
