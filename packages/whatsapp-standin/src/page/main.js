import { requireModule } from './modules.js';
import { startSession } from './session.js';

/** The page is all here: says its version, offers its modules, and goes to work. */
window.require = requireModule;
window.Debug = { VERSION: window.__version };
await startSession();
