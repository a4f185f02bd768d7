import { cappingUtils, timelockUtils } from './account-limits.js';
import { createWhatsNewNux, shouldShowWhatsNewNux, showStorageFull } from './account-windows.js';
import { userPrefsIdb } from './user-prefs.js';
import { ModalManager } from './windows.js';

/** WhatsApp's modules that have to do with the life of the page: windows, preferences, limits of the account. */
export const lifeModules = {
  WAWebModalManager: () => ({ ModalManager }),
  WAWebUserPrefsIndexedDBStorage: () => ({ userPrefsIdb }),
  WAWebReachoutTimelockUtils: () => timelockUtils,
  WAWebIndividualNewChatMessageCappingLimitUtils: () => cappingUtils,
  WAWebWhatsNewNux: () => ({ createWhatsNewNux, shouldShowWhatsNewNux }),
  WAWebStorageQuotaExceededPopup: () => ({ showStorageQuotaExceededPopup: showStorageFull }),
};
