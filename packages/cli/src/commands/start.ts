import { mkdirSync } from 'node:fs';
import { LeadMasterError, visible } from '@leadmaster/protocol';
import { type Env, readConfig } from '@leadmaster/session-manager/config';
import { type Command, Option } from 'commander';
import { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { startDemo } from '../demo/demo.ts';
import { demoDir, readDemo, removeDemo, unusedByDemo, writeDemo } from '../demo/demo-file.ts';
import { CUSTOMER } from '../demo/phones.ts';
import type { Io } from '../io.ts';
import { printBanner } from '../service/banner.ts';
import { serve } from '../service/serve.ts';
import { startServices, type Which } from '../service/services.ts';
import { buildDashboard } from '../setup/build-dashboard.ts';
import { ensureBrowser } from '../setup/install-browser.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('start')
    .description(words.help.start.about)
    .option('--demo', words.help.start.demo)
    .addOption(exitWithParent(words))
    .action(async (options: StartOptions, command: Command) => {
      const cli = cliOf(command, io);
      const how = { which: 'both', install: true } as const;
      io.exitCode = await (isDemo(command) ? runDemo(cli, io, options) : run(cli, cli.environment.env, options, how));
    });

  for (const [which, { about }] of [
    ['session-manager', words.help.sessionManager],
    ['hub', words.help.hub],
  ] as const) {
    parent
      .command(which)
      .description(about)
      .addOption(exitWithParent(words))
      .action(async (options: StartOptions, command: Command) => {
        if (isDemo(command)) throw CliError.usage(({ service }) => service.demoAlone);
        const cli = cliOf(command, io);
        io.exitCode = await run(cli, cli.environment.env, options, { which, install: false });
      });
  }
};

/** The program itself has that option as well, and commander gives it to the first that knows it. */
function isDemo(command: Command): boolean {
  return command.optsWithGlobals().demo === true;
}

interface StartOptions {
  exitWithParent?: true;
}

/** For a process that starts us with a pipe as our standard input, and wants us to end when that closes. */
function exitWithParent(words: Words): Option {
  return new Option('--exit-with-parent', words.help.sessionManager.exitWithParent).hideHelp();
}

/** Which services, and whether a browser is installed for them where none is found. */
interface How {
  which: Which;
  install: boolean;
}

async function run(cli: Cli, env: Env, options: StartOptions, how: How, extra: Extra = {}): Promise<number> {
  const config = readConfig(env);
  const { chromePath, loginMode } = config;
  const progress = cli.print.isTerminal
    ? (text: string) => cli.io.stderr.write(`\u001b[2K${visible(text)}\r`)
    : undefined;
  const say = (text: string): void => cli.print.note(text);
  const { words } = cli;
  const means = {
    chromePath,
    visible: loginMode === 'local',
    say,
    words,
    ...(progress === undefined ? {} : { progress }),
  };
  if (how.which !== 'session-manager') await buildDashboard(say);
  const browser = how.install ? await ensureBrowser(means) : null;
  return serve(cli, {
    // A person at a terminal reads lines, not JSON, unless they have chosen.
    env: cli.print.isTerminal ? { ...env, LOG_FORMAT: env.LOG_FORMAT || 'pretty' } : env,
    config,
    exitWithParent: options.exitWithParent === true,
    start: (environment) =>
      startServices({ which: how.which, env: environment, logTo: cli.json ? 'stderr' : 'stdout' }),
    onStarted: async ({ manager, hub }) => {
      await printBanner(cli, config, { manager, hub }, browser);
      if (manager !== null) extra.onStarted?.(Number(new URL(manager).port));
    },
    ...(extra.alsoEnds === undefined ? {} : { alsoEnds: extra.alsoEnds }),
  });
}

interface Extra {
  onStarted?: (port: number) => void;
  alsoEnds?: Promise<string>;
}

/** Before its phones are started: two stand-ins would write one state. */
function refuseSecond(dataDir: string): void {
  const running = readDemo(dataDir);
  if (running === null) return;
  throw new LeadMasterError(
    'data_folder_in_use',
    `A demo runs on ${dataDir} already, as pid ${running.pid}`,
    'Use it from another terminal, or end it with Ctrl-C first.',
  );
}

async function runDemo(real: Cli, io: Io, options: StartOptions): Promise<number> {
  const { env } = real.environment;
  const dataDir = demoDir(readConfig(env).dataDir);
  for (const text of unusedByDemo(env, real.words)) real.print.note(text);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  refuseSecond(dataDir);
  const demo = await startDemo(env, dataDir);
  try {
    const onStarted = (port: number): void => {
      writeDemo(dataDir, {
        pid: process.pid,
        port,
        controlUrl: demo.controlUrl,
        chromeArgs: demo.env.CHROME_ARGS ?? '',
      });
      real.print.line(real.words.phones.howTo(CUSTOMER));
    };
    return await run(
      new Cli(io, real.json),
      demo.env,
      options,
      { which: 'both', install: true },
      { onStarted, alsoEnds: demo.ended },
    );
  } finally {
    removeDemo(dataDir);
    await demo.close();
  }
}
