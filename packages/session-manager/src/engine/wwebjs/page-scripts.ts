/**
 * Functions that run inside WhatsApp's page. Each is sent there as text, so it may use nothing from outside itself
 * but its arguments and the page's globals, of which the types below name the few that are used.
 */

interface Socket {
  state?: string;
  hasSynced?: boolean;
}

interface WhatsAppPage {
  Debug?: { VERSION?: string };
  WWebJS?: unknown;
  onAppStateHasSyncedEvent?: () => Promise<void>;
  localStorage: { setItem(key: string, value: string): void; removeItem(key: string): void };
  require?: {
    (name: 'WAWebSocketModel'): { Socket?: Socket };
    (name: 'WAWebCmd'): { Cmd: { refreshQR(): void } };
  };
}

export interface PageSnapshot {
  version: string | null;
  state: string | null;
  synced: boolean;
  /** whatsapp-web.js has put its helpers into the page. */
  injected: boolean;
  /** whatsapp-web.js listens for the end of the sync. */
  hooked: boolean;
}

export function takeSnapshot(): PageSnapshot {
  const page = globalThis as unknown as WhatsAppPage;
  let socket: Socket | undefined;
  try {
    socket = page.require?.('WAWebSocketModel').Socket;
  } catch {
    // The page's modules are not defined yet; the snapshot says so with a null state.
  }
  return {
    version: page.Debug?.VERSION ?? null,
    state: socket?.state ?? null,
    synced: socket?.hasSynced === true,
    injected: page.WWebJS !== undefined,
    hooked: page.onAppStateHasSyncedEvent !== undefined,
  };
}

/** Tells whatsapp-web.js of a sync that ended before it listened (facts, library 1: the ready race). */
export async function announceSync(): Promise<void> {
  await (globalThis as unknown as WhatsAppPage).onAppStateHasSyncedEvent?.();
}

/** Asks for the next round of QRs (facts, library 9: the library's own handler throws). */
export function refreshQr(): void {
  (globalThis as unknown as WhatsAppPage).require?.('WAWebCmd').Cmd.refreshQR();
}
