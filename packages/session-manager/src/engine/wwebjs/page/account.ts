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

/** Who is linked, as the page tells it; null where it does not. */
export interface OwnIdentity {
  /** The LID of the account (`…@lid`), without a device. */
  lid: string | null;
  /** Which of the account's linked devices this login is. */
  device: number | null;
}

/**
 * Reads who is linked in one call of the page. The id that the page keeps of its own device (`<digits>:<device>@c.us`, in its
 * preference `last-wid-md`) has the number of the device. Each part that a build does not know, or names otherwise, is null
 * by itself: an account without a LID is known by its number, and that two logins are one link is then not known.
 */
export function readOwnIdentity(): OwnIdentity {
  const { require } = globalThis as unknown as WhatsAppPage;
  const orNull = <T>(read: () => T | null): T | null => {
    try {
      return read();
    } catch {
      return null;
    }
  };
  return {
    lid: orNull(() => {
      const own = require?.('WAWebUserPrefsMeUser').getMaybeMeLidUser();
      return typeof own?.user === 'string' && own.server === 'lid' ? `${own.user}@lid` : null;
    }),
    device: orNull(() => {
      const own = require?.('WAWebUserPrefsMeUser').getMaybeMeDevicePn?.();
      const device = own?.device ?? /:(\d+)@/.exec(String(own))?.[1];
      const number = device === undefined ? Number.NaN : Number(device);
      // The phone itself is device 0, and never this page.
      return Number.isSafeInteger(number) && number > 0 ? number : null;
    }),
  };
}
