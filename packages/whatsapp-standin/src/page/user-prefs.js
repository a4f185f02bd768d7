import { openDatabase } from './database.js';

/**
 * `WAWebUserPrefsIndexedDBStorage.userPrefsIdb`: the page's preferences, of which some are what WhatsApp says of the account.
 */
const prefs = openDatabase('wawc');

export const userPrefsIdb = {
  /** The value of a preference; undefined when it was never set. */
  get: async (key) => (await prefs).get('user', key),
  set: async (key, value) => (await prefs).put('user', value, key),
  remove: async (key) => (await prefs).delete('user', key),
};
