import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type Environment, loadEnvironment, readConfig } from '@leadmaster/session-manager/config';
import { ServiceClient } from './client/service-client.ts';
import { demoDir, demoSettings, readDemo } from './demo/demo-file.ts';
import type { Io } from './io.ts';
import { Printer } from './output/printer.ts';
import { warningIn } from './words/told.ts';
import type { Words } from './words/words.ts';

/** What every command can use. Settings are read when first asked for: `--help` needs none. */
export class Cli {
  readonly io: Io;
  readonly json: boolean;
  readonly print: Printer;
  readonly #wantsDemo: boolean;
  #environment: Environment | null = null;
  #config: Config | null = null;
  #client: ServiceClient | null = null;

  /** `wantsDemo`: with `--demo`, the demo's data folder is meant, whether or not it runs. */
  constructor(io: Io, json: boolean, wantsDemo = false) {
    this.#wantsDemo = wantsDemo;
    this.io = io;
    this.json = json;
    this.print = new Printer(io, json);
  }

  /** In the language of the terminal; with `--json`, in English. */
  get words(): Words {
    return this.print.words;
  }

  /** What the settings file has wrong is told by every command that reads it: a name that is lost leads to other data. */
  get environment(): Environment {
    if (this.#environment === null) {
      this.#environment = loadEnvironment(this.io.env);
      for (const warning of this.#environment.warnings) this.print.note(warningIn(this.words, warning));
    }
    return this.#environment;
  }

  /** The settings of the service that runs here: of the demo, while one runs at the same address or where it is asked for. */
  get config(): Config {
    this.#config ??= this.#findConfig();
    return this.#config;
  }

  /** Says which data folder is meant, and where there is a demo's beside it, how that one is meant. */
  get dataFolder(): string {
    const { dataDir } = this.config;
    const demo = demoDir(dataDir);
    return existsSync(demo) ? this.words.service.demoFolder(dataDir, demo) : dataDir;
  }

  /** What starts the service of the data folder that is meant. */
  get startCommand(): string {
    return this.#wantsDemo ? 'npm start -- --demo' : 'npm start';
  }

  /** Whether the demo is meant, and does not run. */
  get isIdleDemo(): boolean {
    return this.#wantsDemo && readDemo(this.config.dataDir) === null;
  }

  client(): ServiceClient {
    // At its address another service may run, and an order meant for the demo must not reach that.
    this.#client ??= new ServiceClient(
      this.config,
      this.io,
      this.isIdleDemo ? (words) => words.service.noDemoRuns : null,
    );
    return this.#client;
  }

  #findConfig(): Config {
    const { env } = this.environment;
    const config = readConfig(env);
    const demo = demoDir(config.dataDir);
    const running = readDemo(demo);
    const isDemo = running !== null && running.port === config.port;
    if (!isDemo && !this.#wantsDemo) return config;
    const ofRunning =
      running === null ? {} : { SESSION_MANAGER_PORT: String(running.port), CHROME_ARGS: running.chromeArgs };
    return readConfig({ ...env, ...demoSettings(demo), ...ofRunning });
  }
}

/** The version of this checkout. */
export function version(): string {
  const file = join(import.meta.dirname, '../package.json');
  const { version: text }: { version: string } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { version: '0' };
  return text;
}
