import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT } from '@leadmaster/session-manager/config';

/** A checkout with the real scripts, an install that is up to date, and a stub in the place of the command line. */
export class FakeCheckout {
  readonly root = mkdtempSync(join(tmpdir(), 'leadmaster-launch-'));
  readonly #started: ChildProcess[] = [];

  constructor() {
    cpSync(join(CHECKOUT, 'scripts'), join(this.root, 'scripts'), { recursive: true });
    cpSync(join(CHECKOUT, 'leadmaster'), join(this.root, 'leadmaster'));
    const { scripts } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
    const manifest = { name: 'fake', version: '1.0.0', private: true, type: 'module', scripts };
    this.write('package.json', JSON.stringify(manifest));
    const lock = JSON.stringify({
      name: 'fake',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': { name: 'fake', version: '1.0.0' } },
    });
    this.write('package-lock.json', lock);
    this.write('node_modules/.leadmaster-install', lock);
    this.write(
      'packages/cli/src/main.mjs',
      `await import(${JSON.stringify(join(import.meta.dirname, 'stub-service.ts'))});\n`,
    );
    mkdirSync(join(this.root, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(this.root, 'node_modules/.bin/node'));
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.root, path, '..'), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** Starts a command in a process group of its own, as a terminal does. */
  start(command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(command, args, {
      cwd: this.root,
      env: { ...process.env, ...env, STUB_LOG: this.logFile },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#started.push(child);
    return child;
  }

  get logFile(): string {
    return join(this.root, 'stub.log');
  }

  get log(): string[] {
    try {
      return readFileSync(this.logFile, 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  /** Waits for a line of the log that begins so. */
  async said(beginning: string, withinMs = 15_000): Promise<string> {
    for (const until = Date.now() + withinMs; Date.now() < until; await sleep(20)) {
      const line = this.log.find((text) => text.startsWith(beginning));
      if (line !== undefined) return line;
    }
    throw new Error(`the stub never said "${beginning}", only: ${this.log.join(' | ')}`);
  }

  /** The stub's pid and its launcher's. */
  async pids(): Promise<{ service: number; launcher: number }> {
    const [, service, launcher] = (await this.said('started')).split(' ').map(Number);
    return { service: service ?? 0, launcher: launcher ?? 0 };
  }

  remove(): void {
    for (const { pid } of this.#started) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      } catch {
        // Its group is gone, as it should be.
      }
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function gone(pid: number, withinMs = 10_000): Promise<boolean> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(20)) {
    try {
      if (/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return true;
    } catch {
      return true;
    }
  }
  return false;
}

/** The exit code of a child, or its signal's name. */
export function exitOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(child.exitCode ?? child.signalCode ?? '');
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? '')));
}
