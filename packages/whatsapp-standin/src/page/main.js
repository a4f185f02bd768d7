import { drift } from './drifts.js';
import { line } from './line.js';
import { installLoader } from './loader.js';
import { FIRST_BUNDLE, KEYS, MODULES, registerBundle, registerModules } from './modules.js';
import { startSession } from './session.js';

/**
 * The start of the page: its modules are registered, it says its version, and it goes to work.
 */
const VERSION_LATE_MS = 1_000;

/** A time of the page's own, as fast as this page's clock runs. */
function pageTime(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms / (window.__speed ?? 1)));
}

// As on WhatsApp's page the first bundle is there before the loader, which finds it in the queue.
registerBundle(FIRST_BUNDLE);
installLoader();
await registerModules(MODULES, pageTime);
if (drift('msgkey-late')) line.onLogin = () => registerBundle(KEYS);
if (drift('version-late')) await pageTime(Number(drift('version-late')) * VERSION_LATE_MS);
if (!drift('version-absent')) window.Debug = { VERSION: window.__version };
await startSession();
