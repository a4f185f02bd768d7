import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RelayPlan } from './relay.ts';

const KEEPER = join(import.meta.dirname, 'keeper.ts');
const ENTER = join(import.meta.dirname, 'enter.ts');

/** Why no network namespaces can be made and linked here; null where they can. */
export function whyNoNamespaces(): string | null {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const tried = spawnSync('unshare', ['--net', 'ip', 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far'], {
    encoding: 'utf8',
  });
  if (tried.status === 0) return null;
  return `no network namespace with a link could be made: ${tried.error?.message ?? tried.stderr.trim()}`;
}

/**
 * A network of its own that has no name: nothing of it, nor of a link into it, is left when its keeper and those that
 * have entered it are gone, however this process ends.
 */
export class Namespace implements AsyncDisposable {
  readonly #keeper: ChildProcess;

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
    // A caller that waits for its output would wait for nothing then.
    keeper.once('exit', () => keeper.emit('message', 'the keeper has ended'));
  }

  static async open(): Promise<Namespace> {
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const namespace = new Namespace(spawn('unshare', ['--net', process.execPath, KEEPER], { stdio: [...stdio] }));
    await namespace.#says('here');
    return namespace;
  }

  get pid(): number {
    return this.#keeper.pid ?? 0;
  }

  /** Settings with which a program that runs on Node begins in here. */
  get settings(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `--import=${ENTER}`, ENTER_NAMESPACE: `/proc/${this.pid}/ns/net` };
  }

  /** One command of `ip` in here. */
  async ip(command: string): Promise<void> {
    await promisify(execFile)('nsenter', [`--net=/proc/${this.pid}/ns/net`, 'ip', ...command.split(' ')]);
  }

  /** Opens relays in here. */
  async carry(plans: RelayPlan[]): Promise<void> {
    this.#keeper.send(plans);
    await this.#says('open');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#keeper.exitCode !== null || this.#keeper.signalCode !== null) return;
    const ended = once(this.#keeper, 'exit');
    this.#keeper.disconnect();
    await ended;
  }

  async #says(word: string): Promise<void> {
    const [said] = await once(this.#keeper, 'message');
    if (said !== word) throw new Error(`the keeper of a network namespace says ${said} instead of ${word}`);
  }
}
