import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type Environment, loadEnvironment, readConfig } from '@leadmaster/session-manager/config';
import { Client } from './client/client.ts';
import { demoDir, demoSettings, readDemo } from './demo/demo-file.ts';
import type { Io } from './io.ts';
import { Printer } from './output/printer.ts';

/** What every command has at hand. Settings are read when first asked for: `--help` needs none. */
export class Cli {
  readonly io: Io;
  readonly json: boolean;
  readonly print: Printer;
  #environment: Environment | null = null;
  #config: Config | null = null;

  constructor(io: Io, json: boolean) {
    this.io = io;
    this.json = json;
    this.print = new Printer(io, json);
  }

  /** What the settings file has wrong is told by every command that reads it: a name that is lost leads to other data. */
  get environment(): Environment {
    if (this.#environment === null) {
      this.#environment = loadEnvironment(this.io.env);
      for (const warning of this.#environment.warnings) this.print.note(warning);
    }
    return this.#environment;
  }

  /** The settings of the service that runs here: of the demo, while one runs at the same address. */
  get config(): Config {
    this.#config ??= this.#findConfig();
    return this.#config;
  }

  client(): Client {
    return new Client(this.config, this.io);
  }

  #findConfig(): Config {
    const { env } = this.environment;
    const config = readConfig(env);
    const demo = demoDir(config.dataDir);
    const running = readDemo(demo);
    const isDemo = running !== null && running.port === config.port;
    return isDemo ? readConfig({ ...env, ...demoSettings(demo), CHROME_ARGS: running.chromeArgs }) : config;
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
