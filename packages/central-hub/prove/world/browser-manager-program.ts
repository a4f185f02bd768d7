import { runSessionManager } from '@leadmaster/session-manager';

/** A session manager with real browsers as a process of its own. It ends with the process that started it. */
process.on('disconnect', () => process.exit(1));
await runSessionManager({ env: process.env });
process.send?.('runs');
