import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const COMMANDS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin', 'setpriv'];
const START_DEADLINE_MS = 40_000;
const COMMAND_DEADLINE_MS = 20_000;

/** Why no radosgw can be started here, or null when one can. */
export function radosgwMissing(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const missing = COMMANDS.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length === 0) return null;
  return `no ${missing.join(', ')}: apt-get install ceph-mon ceph-osd radosgw (and util-linux)`;
}

/** Who may speak to the server. */
export interface S3User {
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * A real S3 server, Ceph's radosgw on a cluster of one: monitor, object store in memory, gateway. All are children of
 * this process on loopback ports of their own, with everything else in a temporary folder; `stop` leaves nothing.
 */
export class Radosgw {
  readonly endpoint: string;
  readonly #folder: string;
  readonly #ports: { mon: number; rgw: number };
  readonly #children: ChildProcess[] = [];
  #gateway: ChildProcess | null = null;

  private constructor(folder: string, ports: { mon: number; rgw: number }) {
    this.#folder = folder;
    this.#ports = ports;
    this.endpoint = `http://127.0.0.1:${ports.rgw}`;
  }

  /** Starts a cluster and waits until it serves; a second or two. */
  static async start(): Promise<Radosgw> {
    // Its ports were free when they were looked for; something may have taken one since.
    return Radosgw.#tryStart().catch(() => Radosgw.#tryStart());
  }

  static async #tryStart(): Promise<Radosgw> {
    const folder = await mkdtemp(join(tmpdir(), 'rgw-'));
    const server = new Radosgw(folder, { mon: await freePort(), rgw: await freePort() });
    try {
      await server.#startCluster();
      await server.startGateway();
      return server;
    } catch (error) {
      const logs = await server.#logs();
      await server.stop();
      throw new Error(`radosgw did not start: ${String(error)}\n${logs}`, { cause: error });
    }
  }

  /** A new user with keys of its own, who may create buckets; `maxObjects` is a quota for each of those. */
  async createUser(options: { maxObjects?: number } = {}): Promise<S3User> {
    const uid = `u${randomBytes(6).toString('hex')}`;
    const user = { accessKeyId: randomBytes(10).toString('hex'), secretAccessKey: randomBytes(20).toString('hex') };
    const keys = [`--access-key=${user.accessKeyId}`, `--secret-key=${user.secretAccessKey}`];
    await this.#admin('user', 'create', `--uid=${uid}`, '--display-name=test', ...keys);
    if (options.maxObjects !== undefined) {
      const quota = [`--uid=${uid}`, '--quota-scope=bucket'];
      await this.#admin('quota', 'set', ...quota, `--max-objects=${options.maxObjects}`);
      await this.#admin('quota', 'enable', ...quota);
    }
    return user;
  }

  /**
   * Ends the gateway as a crash would; objects stay. Users are made before: for half a minute the tool for that waits
   * for the dead gateway to hear of them.
   */
  async killGateway(): Promise<void> {
    if (this.#gateway !== null) await end(this.#gateway);
    this.#gateway = null;
  }

  /** A gateway on the same port, over the same objects. */
  async startGateway(): Promise<void> {
    this.#gateway = this.#spawn('radosgw', '-f', '-n', 'client.rgw');
    const until = Date.now() + START_DEADLINE_MS;
    for (;;) {
      const answer = await fetch(this.endpoint, { signal: AbortSignal.timeout(2000) }).catch(() => null);
      await answer?.arrayBuffer();
      if (answer !== null && answer.status < 500) return;
      if (Date.now() > until || this.#gateway.exitCode !== null) throw new Error('the gateway does not answer');
      await sleep(20);
    }
  }

  /** Ends every process, by its id, and removes the folder. The objects were in memory: nothing needs an orderly end. */
  async stop(): Promise<void> {
    this.#gateway = null;
    await Promise.all(this.#children.map(end));
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #startCluster(): Promise<void> {
    const folder = this.#folder;
    const ports = this.#ports;
    const fsid = randomUUID();
    await writeFile(join(folder, 'ceph.conf'), config(folder, fsid, ports));
    for (const name of ['mon', 'osd', 'run']) await mkdir(join(folder, name));
    const map = join(folder, 'monmap');
    await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `v2:127.0.0.1:${ports.mon}/0`, map]);
    await run('ceph-mon', [...this.#conf(), '--mkfs', '-i', 'a', '--monmap', map]);
    this.#spawn('ceph-mon', '-f', '-i', 'a');
    const osd = randomUUID();
    await this.#ceph('osd', 'new', osd);
    await this.#ceph('osd', 'crush', 'add', '0', '1.0', 'root=default', 'host=h');
    await run('ceph-osd', [...this.#conf(), '--mkfs', '-i', '0', '--osd-uuid', osd]);
    this.#spawn('ceph-osd', '-f', '-i', '0');
  }

  #conf(): string[] {
    return ['-c', join(this.#folder, 'ceph.conf')];
  }

  async #ceph(...args: string[]): Promise<void> {
    await run('ceph', [...this.#conf(), '--connect-timeout', '15', ...args], { timeout: COMMAND_DEADLINE_MS });
  }

  async #admin(...args: string[]): Promise<void> {
    const all = [...this.#conf(), '-n', 'client.rgw', ...args];
    await run('radosgw-admin', all, { timeout: COMMAND_DEADLINE_MS });
  }

  /** A daemon in the foreground, which the kernel ends with this process however that ends. */
  #spawn(command: string, ...args: string[]): ChildProcess {
    const out = openSync(join(this.#folder, `${command}.out`), 'a');
    const all = ['--pdeathsig', 'KILL', command, ...this.#conf(), ...args];
    const child = spawn('setpriv', all, { stdio: ['ignore', out, out] });
    closeSync(out);
    child.on('error', () => undefined); // Seen by who waits for its answer.
    this.#children.push(child);
    return child;
  }

  async #logs(): Promise<string> {
    const read = (name: string): Promise<string> => readFile(join(this.#folder, `${name}.out`), 'utf8').catch(() => '');
    return (await Promise.all(['ceph-mon', 'ceph-osd', 'radosgw'].map(read))).join('').slice(-4000);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** One of each, without authentication between them, and no waiting for peers that do not exist. */
function config(folder: string, fsid: string, ports: { mon: number; rgw: number }): string {
  return `[global]
fsid = ${fsid}
mon host = v2:127.0.0.1:${ports.mon}/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = ${folder}/run
admin socket =
log file = /dev/null
mon cluster log file = /dev/null
pid file =
keyring = /dev/null
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
mon data = ${folder}/mon
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon data avail warn = 1
paxos propose interval = 0.05
paxos min wait = 0.01
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
rgw frontends = beast endpoint=127.0.0.1:${ports.rgw} tcp_nodelay=1
rgw enable apis = s3
rgw enable usage log = false
`;
}
