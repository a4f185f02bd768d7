import type { WhatsAppPage } from './globals.ts';

export interface PageSnapshot {
  version: string | null;
  /** `Socket.state`; null while the page has no modules yet. */
  state: string | null;
  synced: boolean;
  /** whatsapp-web.js has put its helpers into the page. */
  injected: boolean;
  /** whatsapp-web.js listens for the end of the sync. */
  hooked: boolean;
  /** `Conn.tos`: 1 and 2 ask for the terms, 3 refuses them. */
  tos: number | null;
  /** The screen that asks for a passkey stands. */
  wantsPasskey: boolean;
  /** The window stands that tells of a full disk. */
  storageFull: boolean;
  /** The window stands that tells what is new. */
  whatsNew: boolean;
  /** A page without an app, which names the browser that it wants. */
  unsupported: boolean;
}

/** What the page is like now. Reads only; what cannot be read is null or false. */
export function takeSnapshot(): PageSnapshot {
  const page = globalThis as unknown as WhatsAppPage;
  const read = <T>(look: () => T | undefined): T | null => {
    try {
      return look() ?? null;
    } catch {
      // The module is not defined yet, or not in this build.
      return null;
    }
  };
  const socket = read(() => page.require?.('WAWebSocketModel').Socket);
  const pairing = read(() => page.require?.('WAWebAltDeviceLinkingApi').getPairingType?.());
  const { document } = page;
  const shows = (selector: string) => document.querySelector(selector) !== null;
  return {
    version: page.Debug?.VERSION ?? null,
    state: socket?.state ?? null,
    synced: socket?.hasSynced === true,
    injected: page.WWebJS !== undefined,
    hooked: page.onAppStateHasSyncedEvent !== undefined,
    tos: read(() => page.require?.('WAWebConnModel').Conn.tos),
    wantsPasskey:
      (pairing ?? page.leadmasterLife?.pairingType) === 'SHORTCAKE_PASSKEY' ||
      shows('[data-testid^="shortcake_passkey_"], [data-testid^="shortcake_waiting_for_phone"]'),
    storageFull: shows('[data-testid*="storage_quota_exceeded"]'),
    whatsNew: shows('[data-testid="whats_new_continue_button"]'),
    // The browser's own error pages may name it as well.
    unsupported:
      page.location.hostname === 'web.whatsapp.com' &&
      document.readyState === 'complete' &&
      page.require === undefined &&
      !shows('#app') &&
      /Google Chrome/.test(document.body?.textContent ?? ''),
  };
}
