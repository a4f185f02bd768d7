import type { Logger } from 'pino';

/**
 * whatsapp-web.js starts work that nobody awaits (a new injection after each navigation, the close after a refused
 * state), and it rejects when its browser dies meanwhile (facts, library 9 and 11). Those rejections end no service:
 * the run's own watch notices the death. Any other unhandled rejection is a fault of ours and stays fatal.
 *
 * Returns the way to stop.
 */
export function containLibraryRejections(log: Logger, fatal: (error: unknown) => void): () => void {
  const onRejection = (error: unknown) => {
    if (isFromLibrary(error)) log.warn({ err: error }, 'whatsapp-web.js left a failure unhandled');
    else fatal(error);
  };
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
}

function isFromLibrary(error: unknown): boolean {
  // The library throws bare texts as well ("auth timeout", "ready timeout").
  if (typeof error === 'string') return true;
  if (!(error instanceof Error)) return false;
  const stack = `${error.stack ?? ''}${error.cause instanceof Error ? error.cause.stack : ''}`;
  return /node_modules[\\/](whatsapp-web\.js|puppeteer)/.test(stack);
}
