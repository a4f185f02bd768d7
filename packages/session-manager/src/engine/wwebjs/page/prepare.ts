import type { WhatsAppPage } from './globals.ts';

export interface Prepared {
  /** The page's own version: `Debug.VERSION`, which is filled in from a module of the page where it is missing. */
  version: string | null;
  /** Every module is there that whatsapp-web.js asks for when it is put into the page. */
  hasModules: boolean;
  /** The same, and the version is known. */
  isReady: boolean;
}

/**
 * Looks whether whatsapp-web.js can be put into the document. It waits for `window.Debug.VERSION`, which some builds do
 * not set (whatsapp-web-2026, 3.3): once modules are there for `waitMs`, it is taken from those that know it. The page
 * itself may set it later; that one stands.
 */
export function prepareDocument(modules: readonly string[], waitMs: number): Prepared {
  const page = globalThis as unknown as WhatsAppPage;
  const { require } = page;
  if (require === undefined) return { version: null, hasModules: false, isReady: false };
  const ask = <T>(look: () => T): T | null => {
    try {
      return look() ?? null;
    } catch {
      // Not defined yet, or not in this build.
      return null;
    }
  };
  page.leadmasterLife ??= {};
  page.leadmasterLife.modulesSince ??= performance.now();
  // By the loader's own list, where there is one: to require a module too early runs it before what it stands on.
  const known = ask(() => require('__debug').modulesMap);
  const has = (name: string) => (known ? name in known : ask(() => require(name as '__debug')) !== null);
  const hasModules = modules.every(has);
  if (
    page.Debug?.VERSION === undefined &&
    hasModules &&
    performance.now() - page.leadmasterLife.modulesSince >= waitMs
  ) {
    const version =
      ask(() => require('WAWebUpdaterVersion').SANITIZED_VERSION_STR) ??
      ask(() => require('WAWebBuildConstants').VERSION_BASE);
    if (typeof version === 'string') page.Debug = { ...page.Debug, VERSION: version };
  }
  const version = page.Debug?.VERSION ?? null;
  return { version, hasModules, isReady: hasModules && version !== null };
}
