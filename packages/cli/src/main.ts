import { processIo } from './io.ts';
import { runCli } from './program.ts';

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
// Not by itself: an idle connection or a library's timer would hold a finished command for seconds.
process.exit(await runCli(process.argv.slice(2), processIo()));
