import { setTimeout as sleep } from 'node:timers/promises';

/** What is asked of the library's client. */
interface Client {
  pupPage?: { evaluate(code: string): Promise<unknown> };
}

const LOOK_EVERY_MS = 100;
const TELL_MISSED_SYNC = `(() => {
  if (!window.Debug || !window.onAppStateHasSyncedEvent || window.WWebJS || window.__syncTold) return;
  if (!require('WAWebSocketModel').Socket.hasSynced) return;
  window.__missedAt ??= Date.now();
  if (Date.now() - window.__missedAt < 1000) return;
  window.__syncTold = true;
  window.onAppStateHasSyncedEvent();
})()`;

/**
 * For tests that run whatsapp-web.js in their own process. A sync that ended before the library listened is one of which it
 * never hears, and it is never ready: it gets a second to notice by itself, then a notice.
 *
 * @throws Error when it is not ready within the time.
 */
export async function untilReady(client: Client, isReady: () => boolean, withinMs = 45_000): Promise<void> {
  for (const deadline = performance.now() + withinMs; !isReady(); await sleep(LOOK_EVERY_MS)) {
    if (performance.now() > deadline) throw new Error(`whatsapp-web.js is not ready within ${withinMs} ms`);
    // A page that navigates takes the answer with it.
    await client.pupPage?.evaluate(TELL_MISSED_SYNC).catch(() => undefined);
  }
}
