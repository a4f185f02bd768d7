import type { WhatsAppPage } from './globals.ts';

/** Tells whatsapp-web.js of a sync that ended before it listened (facts, library 1: the ready race). */
export async function announceSync(): Promise<void> {
  await (globalThis as unknown as WhatsAppPage).onAppStateHasSyncedEvent?.();
}

/** Asks for the next round of QRs (facts, library 9: the library's own handler throws). */
export function refreshQr(): void {
  (globalThis as unknown as WhatsAppPage).require?.('WAWebCmd').Cmd.refreshQR();
}

/**
 * Waits until the modules are registered, or until the loader has been quiet for `quietMs`, or for `capMs`: on a cold load
 * modules trickle in long after the first (whatsapp-web-2026, 3.1).
 */
export async function awaitModules(modules: readonly string[], quietMs: number, capMs: number): Promise<void> {
  const { require } = globalThis as unknown as WhatsAppPage;
  if (require === undefined) return;
  const registered = () => {
    try {
      return require('__debug').modulesMap ?? null;
    } catch {
      // This loader does not list its modules.
      return null;
    }
  };
  const start = performance.now();
  let count = -1;
  let since = start;
  for (;;) {
    const map = registered();
    const now = performance.now();
    if (map === null || modules.every((name) => name in map) || now - start >= capMs) return;
    const size = Object.keys(map).length;
    if (size !== count) since = now;
    else if (now - since >= quietMs) return;
    count = size;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Notes in the document whether the library's listeners for messages are attached. */
export function noteListeners(word: string): void {
  const page = globalThis as unknown as WhatsAppPage;
  page.leadmasterLife ??= {};
  page.leadmasterLife.listeners = word;
}
