import type { Account } from './accounts.ts';
import { liveConnection, type ServerContext, serverDrift } from './server-context.ts';
import type { AccountLimits, Capping } from './wire.ts';

const MINUTE_MS = 60_000;
const QUOTA = 50;

/** What the account may not do now: as it was ordered, else as the drifts say. */
export function limitsOf(context: ServerContext, account: Account): AccountLimits {
  const { timelock = driftedTimelock(context), capping = driftedCapping(context) } = account.limits ?? {};
  return { timelock: timelock && timelock.untilMs > Date.now() ? timelock : null, capping };
}

function driftedTimelock(context: ServerContext): AccountLimits['timelock'] {
  const minutes = serverDrift(context, 'timelock');
  return minutes === undefined ? null : { untilMs: Date.now() + Number(minutes) * MINUTE_MS };
}

function driftedCapping(context: ServerContext): Capping | null {
  const status = serverDrift(context, 'capping') as Capping['status'] | undefined;
  return status === undefined ? null : { status, used: status === 'CAPPED' ? QUOTA : 0, total: QUOTA };
}

/** Changes what was ordered for the account, and tells its devices that are online. */
export function changeLimits(context: ServerContext, account: Account, change: Partial<AccountLimits>): void {
  account.limits = { ...account.limits, ...change };
  context.changed();
  const limits = limitsOf(context, account);
  for (const device of account.devices) {
    liveConnection(context, account.number, device.id)?.send({ t: 'limits', limits });
  }
}

/**
 * Whether the server refuses a text of the account's because it would open a new chat: one with a number with which no
 * message was exchanged yet. One that is taken counts against the quota of new chats.
 */
export function refusesNewChat(context: ServerContext, from: Account, to: string): boolean {
  if (to === from.number || isKnown(from, to)) return false;
  const { timelock, capping } = limitsOf(context, from);
  const refused = timelock !== null || capping?.status === 'CAPPED';
  if (refused) context.observed.add('restricted', from.number, null, { to, by: timelock ? 'timelock' : 'capping' });
  else if (capping) changeLimits(context, from, { capping: oneMore(capping) });
  return refused;
}

function isKnown(account: Account, other: string): boolean {
  return account.letters.some((letter) => !letter.refused && (letter.from === other || letter.to === other));
}

function oneMore({ status, used, total }: Capping): Capping {
  return { status: used + 1 >= total ? 'CAPPED' : status, used: used + 1, total };
}
