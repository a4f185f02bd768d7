import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, visible } from '@leadmaster/protocol';
import {
  containRejections,
  giveBackMemory,
  type HostedService,
  keepFilesPrivate,
} from '@leadmaster/service-kit/process';
import type { Config, Env } from '@leadmaster/session-manager/config';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Ending } from './ending.ts';

/** What runs, as this command sees it. */
export interface Service extends HostedService {
  url: string;
  /** The exit code, once it has ended. */
  finished: Promise<number>;
  /** What can end on its own and takes the service with it, such as the demo's stand-in. */
  alsoEnds?: Promise<string>;
}

export interface ServeOptions<S extends Service> {
  env: Env;
  config: Config;
  exitWithParent: boolean;
  /** Starts the service. */
  start(env: Env): Promise<S>;
  /** Once it answers: tell people. */
  onStarted(service: S): Promise<void>;
}

/** Beyond its own deadline a shutdown hangs, and only the process's end can help. */
const GRACE_MS = 15_000;
/** For what a service has printed, such as its banner. */
const READER_MS = 1_000;
/** After the start, once what it has begun is done on any machine. */
const SETTLED_MS = 10_000;

/** Runs a service until it is told to end, ends it in order exactly once, and resolves to its exit code. */
export async function serve<S extends Service>(cli: Cli, options: ServeOptions<S>): Promise<number> {
  // A terminal or pipe that has gone away must not end the service before its order does.
  for (const stream of [cli.io.stdout, cli.io.stderr]) stream.removeAllListeners('error').on('error', () => {});
  cli.io.readerMs = READER_MS;
  // Browsers inherit it: what they write into a profile is private, too.
  keepFilesPrivate();
  // Between the last socket's end and the exit code nothing else might hold the process.
  const alive = setInterval(() => {}, 1_000_000);
  const ending = new Ending({ signals: process, pipe: options.exitWithParent ? process.stdin : null });
  const service = await options.start(options.env).catch((error: unknown) => {
    ending.release();
    clearInterval(alive);
    throw error;
  });
  const stopContaining = containRejections([service]);
  const settling = setTimeout(giveBackMemory, SETTLED_MS);
  const asked = Promise.race([ending.asked, ...(service.alsoEnds === undefined ? [] : [service.alsoEnds])]);
  const shut = asked.then(async (reason) => {
    const limit = options.config.deadlines.shutdownMs + GRACE_MS;
    const hung = sleep(limit, undefined, { ref: false }).then(() => {
      cli.io.stderr.write(`${cli.words.service.shutdownHangs(limit / 1000)}\n`);
      process.exit(EXIT.failed);
    });
    await Promise.race([service.shutdown(reason), hung]);
  });
  // A first report that fails is no reason to end a service that runs.
  await Promise.race([options.onStarted(service), shut]).catch((error: unknown) =>
    cli.io.stderr.write(`${visible(errorText(error))}\n`),
  );
  return service.finished.finally(() => {
    stopContaining();
    clearTimeout(settling);
    clearInterval(alive);
  });
}
