import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browsersOn, groupMembers } from '@leadmaster/capture/processes';
import type { AnyEvent } from '@leadmaster/protocol';
import { freePort } from '@leadmaster/testkit/free-port';
import { type StandinOptions, startStandin, type World } from '@leadmaster/whatsapp-standin';
import { ServiceProcess } from '../../prove/service/service-process.ts';
import { QUICK } from './harness.ts';

/** A stand-in of WhatsApp, and the service as a process of its own on a data folder of its own. */
export class ServiceStage implements AsyncDisposable {
  readonly world: World;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv & { SESSION_MANAGER_PORT: string };
  service: ServiceProcess;

  private constructor(world: World, dataDir: string, env: NodeJS.ProcessEnv & { SESSION_MANAGER_PORT: string }) {
    this.world = world;
    this.dataDir = dataDir;
    this.env = env;
    this.service = new ServiceProcess(env);
  }

  static async open(options: { env?: NodeJS.ProcessEnv; standin?: StandinOptions } = {}): Promise<ServiceStage> {
    const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-service-'));
    const world = await startStandin(options.standin);
    const stage = new ServiceStage(world, dataDir, {
      ...QUICK,
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'warn',
      LEADMASTER_DATA_DIR: dataDir,
      CHROME_ARGS: world.chromeArgsText,
      ...options.env,
      SESSION_MANAGER_PORT: String(await freePort()),
    });
    return stage;
  }

  /** Starts the service again with other settings. */
  async restart(signal: NodeJS.Signals, more: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.service.end(signal);
    this.service = new ServiceProcess({ ...this.env, ...more });
    await this.service.start();
  }

  /** Links a new session to a phone and waits until it is READY. */
  async link(name: string, phone: string): Promise<void> {
    const { qr } = await this.service.firstQr(name);
    await this.world.phone(phone).scan(qr);
    await this.service.until(name, 'READY');
  }

  /** The first event that fits and is newer than `after`, by long polling. */
  async event(fits: (event: AnyEvent) => boolean, after = 0): Promise<AnyEvent> {
    const deadline = performance.now() + 45_000;
    let cursor = after;
    while (performance.now() < deadline) {
      const page = await this.service.events(cursor, 2);
      const found = page.items.find(fits);
      if (found !== undefined) return found;
      cursor = page.cursor;
    }
    throw new Error('no such event');
  }

  /** Main processes of the browsers that run on a session's profile. */
  browsers(name: string): number[] {
    return browsersOn(join(this.dataDir, 'tokens', name)).map(({ pid }) => pid);
  }

  /** kill -9 of the service and of every process of the sessions' browsers, in one go. */
  async killEverything(names: readonly string[]): Promise<void> {
    const service = this.service.pid;
    const pids = names.flatMap((name) => this.browsers(name).flatMap((pid) => groupMembers(pid).map((p) => p.pid)));
    for (const pid of [...(service === null ? [] : [service]), ...pids]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        // It ended by itself in between, which is as good.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await this.service.ended();
  }

  /** What the stand-in noticed that must never happen. */
  accusations(): string[] {
    return this.world.observed
      .filter(({ type }) => ['rollback', 'duplicate', 'conflict', 'duplicate_message'].includes(type))
      .map(({ type }) => type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // In order, so that no browser writes into the folder while it is removed.
    await this.service.end('SIGTERM');
    await this.world.close();
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
