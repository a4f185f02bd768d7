import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, globSync, openSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const USER = 'postgres';
const START_DEADLINE_MS = 30_000;
const COMMAND_DEADLINE_MS = 20_000;

/** Why no PostgreSQL can be started here, or null when one can. */
export function postgresMissing(): string | null {
  if (binaries() === null) return 'no PostgreSQL: apt-get install postgresql';
  return isRoot() && !inPath('setpriv') ? 'no setpriv: apt-get install util-linux' : null;
}

/**
 * A real PostgreSQL on a loopback port of its own, with its data in a temporary folder; `stop` leaves nothing. It refuses to
 * run as root: then it runs as the user that its package has made.
 */
export class Postgres {
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;
  #server: ChildProcess | null = null;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
  }

  /** Makes a cluster and starts it; a second or two. */
  static async start(): Promise<Postgres> {
    // Its port was free when it was looked for; something may have taken it since.
    return Postgres.#tryStart().catch(() => Postgres.#tryStart());
  }

  static async #tryStart(): Promise<Postgres> {
    const bin = binaries();
    if (bin === null) throw new Error(postgresMissing() ?? '');
    const folder = await mkdtemp(join(tmpdir(), 'pg-'));
    const server = new Postgres(bin, folder, await freePort());
    try {
      await server.#makeCluster();
      await server.startServer();
      return server;
    } catch (error) {
      const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
      await server.stop();
      throw new Error(`PostgreSQL did not start: ${String(error)}\n${log.slice(-4000)}`, { cause: error });
    }
  }

  /** The address of a new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `d${randomBytes(6).toString('hex')}`;
    const line = ['-h', '127.0.0.1', '-p', String(this.#port), '-U', USER];
    await run(join(this.#bin, 'createdb'), [...line, name], { timeout: COMMAND_DEADLINE_MS });
    return `postgres://${USER}@127.0.0.1:${this.#port}/${name}`;
  }

  /** Starts the server on the same port and data, and waits until it answers. */
  async startServer(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=50'];
    const options = settings.flatMap((setting) => ['-c', setting]);
    const out = openSync(join(this.#folder, 'log'), 'a');
    const [command = '', ...args] = this.#asServer(
      'postgres',
      '-D',
      this.#data(),
      '-p',
      String(this.#port),
      ...options,
    );
    const server = spawn(command, args, { stdio: ['ignore', out, out], cwd: '/' });
    closeSync(out);
    server.on('error', () => undefined); // Seen by who waits for its answer.
    this.#server = server;
    await this.#answers(server);
  }

  /** Ends the server in order; its data stays. Connections are cut. */
  async stopServer(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGINT');
    await gone;
  }

  /** Ends the server and removes all that it wrote. */
  async stop(): Promise<void> {
    await this.stopServer();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #makeCluster(): Promise<void> {
    await mkdir(this.#data(), { mode: 0o700 });
    if (isRoot()) {
      const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
      for (const folder of [this.#folder, this.#data()]) await chown(folder, uid, gid);
    }
    const [command = '', ...args] = this.#asServer(
      'initdb',
      '-D',
      this.#data(),
      '-U',
      USER,
      '-A',
      'trust',
      '--no-sync',
      '-E',
      'UTF8',
    );
    await run(command, args, { timeout: START_DEADLINE_MS, cwd: '/' });
  }

  async #answers(server: ChildProcess): Promise<void> {
    const until = Date.now() + START_DEADLINE_MS;
    const args = ['-q', '-h', '127.0.0.1', '-p', String(this.#port)];
    for (;;) {
      const isThere = await run(join(this.#bin, 'pg_isready'), args, { timeout: COMMAND_DEADLINE_MS }).catch(
        () => null,
      );
      if (isThere !== null) return;
      if (Date.now() > until || server.exitCode !== null) throw new Error('the server does not answer');
      await sleep(20);
    }
  }

  #data(): string {
    return join(this.#folder, 'data');
  }

  /** A command of the server as the user that it may run as; the kernel ends it with this process however that ends. */
  #asServer(command: string, ...args: string[]): string[] {
    const all = [join(this.#bin, command), ...args];
    const user = isRoot() ? [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups'] : [];
    return inPath('setpriv') ? ['setpriv', ...user, '--pdeathsig', 'INT', ...all] : all;
  }
}

/** Where the server's programs are: Debian keeps them out of the path, one folder for each version. */
function binaries(): string | null {
  const debian = globSync('/usr/lib/postgresql/*/bin/postgres').sort().at(-1);
  const found = debian ?? inPath('postgres');
  return found === null ? null : dirname(found);
}

function inPath(command: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, '/usr/bin'].map((folder) => join(folder, command)).find((file) => existsSync(file)) ?? null;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function idOf(which: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [which, USER]);
  return Number(stdout);
}
