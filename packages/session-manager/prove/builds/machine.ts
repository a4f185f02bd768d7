import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import { freePort } from '@leadmaster/testkit/free-port';
import { dataPaths } from '../../src/profile/paths.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { ServiceProcess } from '../service/service-process.ts';

/** A data folder whose service is started as one WEB_VERSION after the other. */
export class BuildMachine {
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  #service: ServiceProcess | null = null;

  private constructor(dataDir: string, env: Record<string, string>) {
    this.dataDir = dataDir;
    this.#env = env;
  }

  static async make(env: Record<string, string>): Promise<BuildMachine> {
    return new BuildMachine(await mkdtemp(join(tmpdir(), 'leadmaster-build-')), env);
  }

  get service(): ServiceProcess {
    if (this.#service === null) throw new Error('the service is not running');
    return this.#service;
  }

  get isRunning(): boolean {
    return this.#service !== null;
  }

  async start(webVersion: string, more: Record<string, string> = {}): Promise<ServiceProcess> {
    this.#service = new ServiceProcess({
      ...this.#env,
      ...more,
      WEB_VERSION: webVersion,
      LEADMASTER_DATA_DIR: this.dataDir,
      SESSION_MANAGER_PORT: String(await freePort()),
      SNAPSHOT_AFTER_LOGIN: 'off',
    });
    await this.#service.start();
    return this.#service;
  }

  async stop(): Promise<void> {
    await this.#service?.end('SIGTERM');
    this.#service = null;
  }

  profile(session: string): string {
    return dataPaths(this.dataDir).session(session);
  }

  page(build: string): string {
    return join(dataPaths(this.dataDir).webCache, `${build}.html`);
  }

  /** What the page of a build is held against. */
  digest(build: string): string {
    return this.page(build).replace(/html$/, 'sha256');
  }

  /** Takes the page of a build over from another machine. */
  async takePage(build: string, from: BuildMachine): Promise<void> {
    await mkdir(dirname(this.page(build)), { recursive: true });
    if (from === this) return;
    await copyFile(from.page(build), this.page(build));
    await copyFile(from.digest(build), this.digest(build));
  }

  /** Changes the database while no service runs on it. */
  change(work: (store: StateStore) => void): void {
    const store = createStateStore({ file: dataPaths(this.dataDir).database });
    try {
      work(store);
    } finally {
      store.close();
    }
  }

  /** Makes the record say nothing of the databases, as that of an older version does. */
  async forgetNumbers(session: string): Promise<void> {
    const path = dataPaths(this.dataDir).record(session);
    const { databases: _, ...record } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify(record));
  }

  /** Ends it; returns what was left. */
  async close(sessions: readonly string[]): Promise<string[]> {
    await this.stop();
    const left = sessions.filter((name) => browsersOn(this.profile(name)).length > 0);
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
    return left.map((name) => `a browser of ${name}`);
  }
}
