import type { WhatsAppPage } from './globals.ts';

/** What WhatsApp has left in the page's preferences about the account, as it lies there (whatsapp-web-2026, 4.4 and 5). */
export interface AccountPreferences {
  timelock: unknown;
  capping: unknown;
  integrity: unknown;
}

/**
 * Reads three preferences; asks WhatsApp nothing. What is not there is null. `databases_gone`: Chromium has closed the page's
 * databases, which it does after an error of the disk, and a page does not open them again.
 */
export async function readAccountPreferences(): Promise<AccountPreferences | 'databases_gone'> {
  const { require } = globalThis as unknown as WhatsAppPage;
  if (require === undefined) throw new Error('WhatsApp is not loaded');
  const preferences = require('WAWebUserPrefsIndexedDBStorage').userPrefsIdb;
  const read = async (key: string) => (await preferences.get(key)) ?? null;
  try {
    return {
      timelock: await read('WAReachoutTimelockState'),
      capping: await read('WANewChatMessageCappingData'),
      integrity: await read('WAIntegrityChallengeState'),
    };
  } catch (error) {
    if (/database connection is clos/i.test(String(error))) return 'databases_gone';
    throw error;
  }
}

/** The LID of the account that is linked (`…@lid`, without a device); null where the page does not say. */
export function readOwnLid(): string | null {
  const { require } = globalThis as unknown as WhatsAppPage;
  try {
    const own = require?.('WAWebUserPrefsMeUser').getMaybeMeLidUser();
    return typeof own?.user === 'string' && own.server === 'lid' ? `${own.user}@lid` : null;
  } catch {
    // This build does not know LIDs, or names them otherwise: the account is known by its number.
    return null;
  }
}

/**
 * Which of the account's linked devices this login is; null where the page does not say. The id that the page keeps of its own
 * device has it (`<digits>:<device>@c.us`, in its preference `last-wid-md`).
 */
export function readOwnDevice(): number | null {
  const { require } = globalThis as unknown as WhatsAppPage;
  try {
    const own = require?.('WAWebUserPrefsMeUser').getMaybeMeDevicePn?.();
    const device = own?.device ?? /:(\d+)@/.exec(String(own))?.[1];
    const number = device === undefined ? Number.NaN : Number(device);
    // The phone itself is device 0, and never this page.
    return Number.isSafeInteger(number) && number > 0 ? number : null;
  } catch {
    // This build names it otherwise: that two logins are one link is then not known.
    return null;
  }
}
