import type { WhatsAppPage } from './globals.ts';

/**
 * Closes the window that tells what is new, by the page's own calls (whatsapp-web-2026, 6.1); no other window, and never
 * by a click. Resolves to whether there was one. `dismiss` writes the preference that closing the window would write.
 */
export async function closeWhatsNew(): Promise<boolean> {
  const { document, require } = globalThis as unknown as WhatsAppPage;
  const button = document.querySelector('[data-testid="whats_new_continue_button"]');
  if (require === undefined || button === null) return false;
  // `close` closes the uppermost window: there must be no other.
  if ([...document.querySelectorAll('[role="dialog"]')].some((window) => !window.contains(button))) return false;
  await require('WAWebWhatsNewNux').createWhatsNewNux({ days: 30 }).dismiss();
  const { ModalManager } = require('WAWebModalManager');
  if ((await ModalManager.existsAsync()) === true) ModalManager.close();
  return true;
}
