import type { WhatsAppPage } from './globals.ts';

/** What WhatsApp has left in the page's preferences about the account, as it lies there (whatsapp-web-2026, 4.4 and 5). */
export interface AccountPreferences {
  timelock: unknown;
  capping: unknown;
  integrity: unknown;
}

/** Reads three preferences; asks WhatsApp nothing. What is not there is null. */
export async function readAccountPreferences(): Promise<AccountPreferences> {
  const { require } = globalThis as unknown as WhatsAppPage;
  if (require === undefined) throw new Error('WhatsApp is not loaded');
  const preferences = require('WAWebUserPrefsIndexedDBStorage').userPrefsIdb;
  const read = async (key: string) => (await preferences.get(key)) ?? null;
  return {
    timelock: await read('WAReachoutTimelockState'),
    capping: await read('WANewChatMessageCappingData'),
    integrity: await read('WAIntegrityChallengeState'),
  };
}
