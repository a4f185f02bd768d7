import { isOnItsWay } from './mail.js';
import { Cmd } from './socket-model.js';
import { userPrefsIdb } from './user-prefs.js';

/**
 * What the account may not do: the time-lock and the quota of new chats, in the preferences and the utilities where
 * WhatsApp's page has them.
 */
const TIMELOCK_KEY = 'WAReachoutTimelockState';
const CAPPING_KEY = 'WANewChatMessageCappingData';
const CYCLE_S = 30 * 86_400;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

let timelock = null;
let capping = null;
let lifted = null;

/** The server says how it stands. */
export async function takeLimits(limits) {
  const before = JSON.stringify([timelock, capping]);
  timelock = limits.timelock && {
    state: 'VISIBLE',
    time_enforcement_ends: limits.timelock.untilMs,
    enforcement_type: 'DEFAULT',
  };
  capping = limits.capping && cappingData(limits.capping);
  await keep(TIMELOCK_KEY, timelock);
  await keep(CAPPING_KEY, capping);
  const [oldTimelock, oldCapping] = JSON.parse(before);
  if (JSON.stringify(oldTimelock) !== JSON.stringify(timelock)) timelockChanged();
  if (JSON.stringify(oldCapping) !== JSON.stringify(capping)) Cmd.trigger('new_chat_message_capping_state_change');
}

function timelockChanged() {
  Cmd.trigger('reachout_timelock_state_change');
  clearTimeout(lifted);
  if (!timelock) return;
  const ms = Math.min(timelock.time_enforcement_ends - Date.now(), LONGEST_TIMER_MS);
  lifted = setTimeout(() => Cmd.trigger('reachout_timelock_state_change'), ms);
}

function keep(key, value) {
  return value ? userPrefsIdb.set(key, value) : userPrefsIdb.remove(key);
}

/** The cycle begins at midnight, so that the same quota is the same data at every login of a day. */
function cappingData({ status, used, total }) {
  const midnight = Math.floor(Date.now() / 86_400_000) * 86_400;
  return {
    capping_status: status,
    ote_status: 'NOT_ACTIVE',
    mv_status: 'NOT_ACTIVE',
    total_quota: total,
    used_quota: used,
    cycle_start_timestamp: midnight,
    cycle_end_timestamp: midnight + CYCLE_S,
    server_sent_timestamp: midnight,
  };
}

const isUserReachoutTimelocked = () => timelock !== null && timelock.time_enforcement_ends > Date.now();

/** Whether a message was exchanged in the chat: such a chat works under any lock. One of ours that was refused, or that no server has yet, opens none. */
const isKnown = (chat) => chat?.msgs?.filter(counts).length > 0;
const counts = (msg) => !msg.id.fromMe || (msg.ack >= 0 && !isOnItsWay(msg));

/** `WAWebReachoutTimelockUtils`. */
export const timelockUtils = {
  REACHOUT_TIMELOCK_IDB_KEY: TIMELOCK_KEY,
  isUserReachoutTimelocked,
  isUserReachoutTimelockedAndVisible: () => isUserReachoutTimelocked() && timelock.state === 'VISIBLE',
  isUserReachoutTimelockedAndHidden: () => isUserReachoutTimelocked() && timelock.state === 'HIDDEN',
  canSendMsgWhileTimelocked: ({ chat }) => isKnown(chat),
};

/** `WAWebIndividualNewChatMessageCappingLimitUtils`. */
export const cappingUtils = {
  isIndividualNewChatMessageCappingEnabled: () => true,
  getCappingData: () => capping,
  getCappingStatus: () => capping?.capping_status ?? 'NONE',
  isUserCapped: () => capping?.capping_status === 'CAPPED',
  isUserWarned: () => ['FIRST_WARNING', 'SECOND_WARNING'].includes(capping?.capping_status),
  getUsagePercentage: () => (capping ? (100 * capping.used_quota) / capping.total_quota : 0),
  canSendMsgWhileCapped: ({ chat }) => isKnown(chat),
};
