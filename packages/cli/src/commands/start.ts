import { mkdirSync } from 'node:fs';
import { LeadMasterError, visible } from '@leadmaster/protocol';
import { portOf } from '@leadmaster/service-kit/process';
import { type Env, readConfig } from '@leadmaster/session-manager/config';
import { type Command, Option } from 'commander';
import { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { demoEnv, isOfAnotherDemo, startDemo } from '../demo/demo.ts';
import { demoDir, readDemo, removeDemo, unusedByDemo, writeDemo } from '../demo/demo-file.ts';
import { CUSTOMER } from '../demo/phones.ts';
import type { Io } from '../io.ts';
import { printBanner } from '../service/banner.ts';
import { serve } from '../service/serve.ts';
import { type Running, startServices, type Which } from '../service/services.ts';
import { buildDashboard } from '../setup/build-dashboard.ts';
import { ensureBrowser } from '../setup/install-browser.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('start')
    .description(words.help.start.about)
    .option('--demo', words.help.start.demo)
    .option('--empty', words.help.start.empty)
    .addOption(exitWithParent(words))
    .action(async (options: StartOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.empty === true && !isDemo(command)) throw CliError.usage(({ service }) => service.emptyIsOfDemo);
      const started = isDemo(command) ? runDemo(cli, io, options) : runServices(cli, options, 'both', true);
      io.exitCode = await started;
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
        io.exitCode = await runServices(cli, options, which, false);
      });
  }
};

/** The program itself has that option as well, and commander gives it to the first that knows it. */
function isDemo(command: Command): boolean {
  return command.optsWithGlobals().demo === true;
}

interface StartOptions {
  exitWithParent?: true;
  empty?: true;
}

/** For a process that starts us with a pipe as our standard input, and wants us to end when that closes. */
function exitWithParent(words: Words): Option {
  return new Option('--exit-with-parent', words.help.sessionManager.exitWithParent).hideHelp();
}

/** `install`: a browser is installed where none is found. */
function runServices(cli: Cli, options: StartOptions, which: Which, install: boolean): Promise<number> {
  const { env } = cli.environment;
  return run(cli, env, options, {
    page: which === 'session-manager' ? null : 'dashboard',
    install,
    start: (environment) => startServices({ which, env: environment, logTo: logOf(cli) }),
  });
}

/** What is run, and what it needs before. */
interface How<S extends Running> {
  /** Which page is built for it. */
  page: 'dashboard' | 'demo' | null;
  install: boolean;
  start: (env: Env) => Promise<S>;
  /** Whether its first sessions are being made. */
  isFilling?: boolean;
  /** Once it was told that it runs. */
  onStarted?: (service: S) => void;
}

function logOf(cli: Cli): 'stdout' | 'stderr' {
  return cli.json ? 'stderr' : 'stdout';
}

async function run<S extends Running>(cli: Cli, env: Env, options: StartOptions, how: How<S>): Promise<number> {
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
  if (how.page !== null) await buildDashboard(say, how.page === 'demo');
  const browser = how.install ? await ensureBrowser(means) : null;
  return serve(cli, {
    // A person at a terminal reads lines, not JSON, unless they have chosen.
    env: cli.print.isTerminal ? { ...env, LOG_FORMAT: env.LOG_FORMAT || 'pretty' } : env,
    config,
    exitWithParent: options.exitWithParent === true,
    start: how.start,
    onStarted: async (service) => {
      await printBanner(cli, config, service, browser, { isFilling: how.isFilling ?? false });
      how.onStarted?.(service);
    },
  });
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
  const { words } = real;
  const dataDir = demoDir(readConfig(env).dataDir);
  for (const text of unusedByDemo(env, words)) real.print.note(text);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  refuseSecond(dataDir);
  const isOther = isOfAnotherDemo(dataDir);
  if (isOther && options.empty !== true) real.print.note(words.phones.ofAnother(dataDir));
  const withClients = options.empty !== true && !isOther;
  const cli = new Cli(io, real.json);
  try {
    return await run(cli, demoEnv(env, dataDir), options, {
      page: 'demo',
      isFilling: withClients,
      install: true,
      start: (environment) =>
        startDemo({ env: environment, dataDir, logTo: logOf(cli), language: words.language, withClients }),
      onStarted: ({ manager, controlUrl, chromeArgs, clients }) => {
        const port = portOf(manager ?? '');
        writeDemo(dataDir, { pid: process.pid, port, controlUrl, chromeArgs });
        real.print.line(words.phones.howTo(CUSTOMER, withClients));
        void clients.then((failure) => failure === null || real.print.note(words.phones.noClients(failure)));
      },
    });
  } finally {
    removeDemo(dataDir);
  }
}
