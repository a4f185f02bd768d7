import type { WhatsAppPage } from './whatsapp-page.ts';

/**
 * Reads errors of WhatsApp's page, whose own have a class and a message of one letter; what happened lies inside
 * (whatsapp-web-2026, 1.3).
 */
export function installErrors(): void {
  const page = globalThis as unknown as WhatsAppPage;
  const DEPTH = 4;

  interface Nested {
    name?: unknown;
    message?: unknown;
    cause?: unknown;
    inner?: unknown;
    innerError?: unknown;
  }

  const describe = (error: unknown, depth: number): string => {
    if (typeof error !== 'object' || error === null) return String(error);
    const { name, message, cause, inner, innerError } = error as Nested;
    const own = message === undefined ? String(error) : name === 'Error' ? String(message) : `${name}: ${message}`;
    const deeper = cause ?? inner ?? innerError;
    return deeper === undefined || deeper === null || depth === 0 ? own : `${own} (${describe(deeper, depth - 1)})`;
  };

  Object.assign(page.leadmaster, { describe: (error: unknown) => describe(error, DEPTH) });
}
