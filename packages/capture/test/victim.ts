import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { thawStrays } from '../src/index.ts';
import { BrowserGroup, identify, type ProcessIdentity } from '../src/process/index.ts';
import { temporaryFolder } from './folders.ts';

/** Writes on and on, from two processes and from ever new ones, as a browser's do. */
const BUSY =
  'while :; do echo a >> "$0"; sleep 0.01; done & while :; do (echo b >> "$0"); sleep 0.01 & sleep 0.005; done';

/** Something to be frozen that is quicker to start than a browser: the leader of a group of its own, never at rest. */
export class Victim {
  readonly identity: ProcessIdentity;
  readonly #file: string;

  private constructor(identity: ProcessIdentity, file: string) {
    this.identity = identity;
    this.#file = file;
  }

  static async start(): Promise<Victim> {
    const file = join(await temporaryFolder(), 'written');
    const child = spawn('sh', ['-c', BUSY, file], { detached: true, stdio: 'ignore' });
    await once(child, 'spawn');
    const identity = identify(child.pid ?? 0);
    if (identity === null) throw new Error('it did not start');
    const victim = new Victim(identity, file);
    onTestFinished(() => victim.end());
    await victim.writes();
    return victim;
  }

  get written(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Resolves once it has written something more. */
  async writes(): Promise<void> {
    const before = this.written;
    for (let tries = 0; this.written <= before; tries += 1) {
      if (tries > 1000) throw new Error('it stands still');
      await sleep(10);
    }
  }

  /** Whether it writes nothing for a while in which it would write a dozen times. */
  async standsStill(): Promise<boolean> {
    const before = this.written;
    await sleep(150);
    return this.written === before;
  }

  async end(): Promise<void> {
    const group = new BrowserGroup(this.identity);
    thawStrays([this.identity]);
    group.kill();
    await group.gone(5000);
    // Its control group goes with it.
    thawStrays([]);
  }
}
