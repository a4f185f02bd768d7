import { openDatabase } from './database.js';

/** `WAWebUserPrefsIndexedDBStorage.userPrefsIdb`: preferences that outlive the page. */
const storage = await openDatabase('wawc');

export const userPrefsIdb = {
  get: (key) => storage.get('user', key),
  set: (key, value) => storage.put('user', value, key),
  remove: (key) => storage.remove('user', key),
};

/** `WAWebReachoutTimelockUtils`: whether new chats may be opened. */
const TIMELOCK = 'WAReachoutTimelockState';

async function isUserReachoutTimelocked() {
  const lock = await userPrefsIdb.get(TIMELOCK);
  return lock !== undefined && lock.time_enforcement_ends > Date.now();
}

export const reachoutTimelock = {
  REACHOUT_TIMELOCK_IDB_KEY: TIMELOCK,
  isUserReachoutTimelocked,
  canSendMsgWhileTimelocked: ({ chat }) => chat.msgs.length > 0,
};
