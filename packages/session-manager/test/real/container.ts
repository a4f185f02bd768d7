import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { listProcesses } from '@leadmaster/capture/processes';
import { ServiceProcess } from '../../prove/service/service-process.ts';

const run = promisify(execFile);
/** Pids and a hostname of its own; files and network are the machine's. Its processes end with its first one. */
const UNSHARE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];

export async function canIsolate(): Promise<boolean> {
  const [program = '', ...args] = UNSHARE;
  return run(program, [...args, 'hostname', 'a-container'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/**
 * The service in a container, as far as locks and processes see one.
 *
 * `outlives`: pid 1 is an init that lives on when the service dies; otherwise the service is pid 1 itself.
 */
export class Container extends ServiceProcess implements AsyncDisposable {
  readonly #outlives: boolean;

  constructor(
    env: NodeJS.ProcessEnv & { SESSION_MANAGER_PORT: string },
    host: string,
    { outlives }: { outlives: boolean },
  ) {
    const service = outlives ? '"$@"; sleep 1000' : 'exec "$@"';
    super(env, [...UNSHARE, 'sh', '-c', `hostname "$0"; ${service}`, host]);
    this.#outlives = outlives;
  }

  /** Its pid 1, in the machine's numbers; 0 once it has ended. */
  get init(): number {
    return childOf(this.pid ?? 0);
  }

  /** kill -9 of the service alone. */
  killService(): void {
    process.kill(childOf(this.init), 'SIGKILL');
  }

  /** Ends the whole container, whose init hears SIGKILL alone. */
  override async end(signal: NodeJS.Signals): Promise<number | string> {
    if (this.isAlive) process.kill(this.init, this.#outlives ? 'SIGKILL' : signal);
    await this.ended();
    return super.end(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}

function childOf(pid: number): number {
  return listProcesses().find(({ ppid }) => ppid === pid)?.pid ?? 0;
}
