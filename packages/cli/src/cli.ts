import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHubConfig } from '@leadmaster/central-hub/config';
import {
  type Config,
  type Env,
  type Environment,
  loadEnvironment,
  readConfig,
} from '@leadmaster/session-manager/config';
import { CliError } from './cli-error.ts';
import { ServiceClient } from './client/service-client.ts';
import { type ClientSettings, readClientSettings } from './client/settings.ts';
import { elsewhere, hubHere, managerHere } from './client/target.ts';
import { demoDir, demoSettings, readDemo } from './demo/demo-file.ts';
import type { Io } from './io.ts';
import { Printer } from './output/printer.ts';
import { warningIn } from './words/told.ts';
import type { Text, Words } from './words/words.ts';

/** What every command can use. Settings are read when first asked for: `--help` needs none. */
export class Cli {
  readonly io: Io;
  readonly json: boolean;
  readonly print: Printer;
  /** The machine behind the hub that is meant; null where it is not said. */
  readonly machine: string | null;
  readonly #wantsDemo: boolean;
  #environment: Environment | null = null;
  #ownEnv: Env | null = null;
  #config: Config | null = null;
  #given: ClientSettings | null = null;
  #client: ServiceClient | null = null;

  /**
   * `wantsDemo`: with `--demo`, the demo's data folder is meant, whether or not it runs. `machine`: with `--machine`, that one behind
   * the hub.
   */
  constructor(
    io: Io,
    json: boolean,
    { demo = false, machine = null }: { demo?: boolean; machine?: string | null } = {},
  ) {
    this.#wantsDemo = demo;
    this.machine = machine;
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

  /** What the environment says of another service. With `--demo`, the demo is meant. */
  get given(): ClientSettings {
    this.#given ??= this.#wantsDemo ? { url: null, key: null } : readClientSettings(this.environment.env);
    return this.#given;
  }

  /** Whether commands speak with a service that may be on another machine: then nothing of this one's disk is meant. */
  get isElsewhere(): boolean {
    return this.given.url !== null || this.machine !== null;
  }

  /**
   * The settings of the service that runs here: of the demo, while one runs at the same address or where it is asked for.
   *
   * @throws CliError `needs_disk` where `LEADMASTER_URL` or `--machine` means another place than this machine's disk.
   */
  get config(): Config {
    this.refuseElsewhere();
    return this.#ownConfig;
  }

  /** The environment of the service that runs here: what `config` and the settings of its hub are read from. */
  get ownEnv(): Env {
    this.#ownEnv ??= this.#findOwnEnv();
    return this.#ownEnv;
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
    this.#client ??= this.#makeClient();
    return this.#client;
  }

  /** Refuses what works on the disk of this machine where another place is meant. @throws CliError `needs_disk` */
  refuseElsewhere(): void {
    const { machine } = this;
    if (machine !== null) throw CliError.needsDisk(({ service }) => service.needsDiskOn(machine));
    const { url } = this.given;
    if (url === null) return;
    throw CliError.needsDisk(({ service }) => service.needsDisk(url));
  }

  #makeClient(): ServiceClient {
    const { url, key } = this.given;
    if (url !== null && key === null)
      throw CliError.usage(
        ({ service }) => service.noKeyGiven(url),
        ({ service }) => service.giveKey,
      );
    const machine = this.machine === null ? {} : { machine: this.machine };
    if (url !== null && key !== null) return new ServiceClient({ ...elsewhere(url, key), ...machine }, this.io);
    if (key !== null || this.machine !== null) {
      const hub = hubHere(this.#ownConfig, readHubConfig(this.environment.env).port, key);
      return new ServiceClient({ ...hub, ...machine }, this.io);
    }
    // At its address another service may run, and an order meant for the demo must not reach that.
    const absent: Text | null = this.isIdleDemo ? (words) => words.service.noDemoRuns : null;
    return new ServiceClient(managerHere(this.config), this.io, absent);
  }

  get #ownConfig(): Config {
    this.#config ??= readConfig(this.ownEnv);
    return this.#config;
  }

  #findOwnEnv(): Env {
    const { env } = this.environment;
    const { dataDir, port } = readConfig(env);
    const demo = demoDir(dataDir);
    const running = readDemo(demo);
    const isDemo = running !== null && running.port === port;
    if (!isDemo && !this.#wantsDemo) return env;
    const ofRunning =
      running === null ? {} : { SESSION_MANAGER_PORT: String(running.port), CHROME_ARGS: running.chromeArgs };
    return { ...env, ...demoSettings(demo), ...ofRunning };
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
