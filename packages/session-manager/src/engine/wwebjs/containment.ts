import type { Containment } from '@leadmaster/service-kit/process';

/**
 * whatsapp-web.js starts work that it does not await (a new injection after each navigation, the close after a refused
 * state), and it rejects when its browser dies meanwhile (facts, library 9 and 11). Those rejections end no service:
 * the run's own watch notices the death.
 */
export const LIBRARY_REJECTIONS: Containment = {
  isContained: isFromLibrary,
  message: 'whatsapp-web.js left a failure unhandled',
};

function isFromLibrary(error: unknown): boolean {
  // The library throws bare texts as well ("auth timeout", "ready timeout").
  if (typeof error === 'string') return true;
  if (!(error instanceof Error)) return false;
  const stack = `${error.stack ?? ''}${error.cause instanceof Error ? error.cause.stack : ''}`;
  return /node_modules[\\/](whatsapp-web\.js|puppeteer)/.test(stack);
}
