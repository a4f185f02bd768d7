// Plain JavaScript, and before anything else is loaded: what is cached needs neither compiling nor the stripping of types,
// which alone holds 18 MB. A checkout that may not be written to does without.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// What is kept there runs later, so that no other user may write it, under any umask.
process.umask(process.umask() | 0o022);
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/leadmaster'));
const { keepDirect } = await import('@leadmaster/session-manager/config');
keepDirect();
const { processIo } = await import('./io.ts');
const { runCli } = await import('./program.ts');

// Not by itself: an idle connection or a library's timer would hold a finished command for seconds.
process.exit(await runCli(process.argv.slice(2), processIo()));
