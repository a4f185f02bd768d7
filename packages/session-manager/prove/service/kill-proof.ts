import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, commandLine, groupMembers } from '@leadmaster/capture/processes';
import { of } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { seeded } from './random.ts';
import { ServiceProcess } from './service-process.ts';

export interface KillOptions {
  kills: number;
  seed: number;
  /** The browser to use; the default is the one that the service finds. */
  chromePath?: string;
  onProgress?: (line: string) => void;
}

export interface KillReport {
  seed: number;
  kills: number;
  /** How often each victim was killed, by when. */
  victims: Record<string, number>;
  /** Links that had been told READY, each tried again after the kill. */
  logins: number;
  lost: string[];
  /** Moments at which two browsers had one profile. */
  doubled: string[];
  /** What the stand-in noticed that must never be: rolled-back or duplicated logins, conflicts. */
  clones: string[];
  leftBehind: string[];
  slowestRecoveryMs: number;
}

const VICTIMS = ['browser', 'renderer', 'service', 'all'] as const;
type Victim = (typeof VICTIMS)[number];
/** When: at a random moment of a start, right after READY was told of a fresh link, or while nothing special happens. */
const MOMENTS = ['start', 'fresh', 'steady'] as const;

const STEADY = 'steady';
const PHONE = '5491100000001';

/**
 * kill -9 at random moments, counted: every session that was told READY is READY again without a scan, never two browsers on a
 * profile, nothing left behind.
 */
export async function proveKills(options: KillOptions): Promise<KillReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-kills-'));
  const world = await startStandin({ seed: options.seed });
  const proof = new KillProof(options, world, dataDir, await freePort());
  try {
    return await proof.run();
  } finally {
    await proof.stop();
    await world.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

class KillProof {
  readonly #options: KillOptions;
  readonly #world: World;
  readonly #dataDir: string;
  readonly #service: ServiceProcess;
  readonly #random: () => number;
  readonly #report: KillReport;
  readonly #watching = new AbortController();
  #links = 0;

  constructor(options: KillOptions, world: World, dataDir: string, port: number) {
    this.#options = options;
    this.#world = world;
    this.#dataDir = dataDir;
    this.#random = seeded(options.seed);
    this.#service = new ServiceProcess({
      LEADMASTER_DATA_DIR: dataDir,
      SESSION_MANAGER_PORT: String(port),
      CHROME_ARGS: world.chromeArgsText,
      PROBE_INTERVAL_S: '1',
      PROBE_DEADLINE_S: '5',
      BACKOFF_FIRST_MS: '100',
      BACKOFF_MAX_S: '1',
      LAUNCH_DEADLINE_S: '15',
      LOAD_DEADLINE_S: '15',
      ...(options.chromePath === undefined ? {} : { CHROME_PATH: options.chromePath }),
    });
    this.#report = {
      seed: options.seed,
      kills: 0,
      victims: {},
      logins: 0,
      lost: [],
      doubled: [],
      clones: [],
      leftBehind: [],
      slowestRecoveryMs: 0,
    };
  }

  async run(): Promise<KillReport> {
    const watch = this.#watchForDoubles();
    await this.#service.start();
    await this.#link(STEADY, PHONE);
    // A round that found nothing to kill (no browser yet) is not counted.
    for (let i = 0; this.#report.kills < this.#options.kills; i += 1) {
      const victim = pick(VICTIMS, this.#random());
      const moment = MOMENTS[i % MOMENTS.length] ?? 'steady';
      await this.#round(victim, moment);
    }
    const pids = this.#browsers(STEADY);
    const code = await this.#service.end('SIGTERM');
    if (code !== 0) this.#report.leftBehind.push(`the service ended with ${code}`);
    this.#watching.abort();
    await watch;
    for (const pid of pids) if (groupMembers(pid).length > 0) this.#report.leftBehind.push(`browser group ${pid}`);
    for (const { type, detail } of this.#world.observed) {
      if (['rollback', 'duplicate', 'conflict'].includes(type))
        this.#report.clones.push(`${type} ${JSON.stringify(detail)}`);
    }
    return this.#report;
  }

  async stop(): Promise<void> {
    this.#watching.abort();
    await this.#service.end('SIGKILL');
  }

  async #round(victim: Victim, moment: (typeof MOMENTS)[number]): Promise<void> {
    const name = moment === 'fresh' ? await this.#freshLink() : STEADY;
    let delay = Math.round(this.#random() * 400);
    if (moment === 'start') {
      delay = Math.round(this.#random() * 2_500);
      await this.#service.end(this.#random() < 0.5 ? 'SIGTERM' : 'SIGKILL');
      this.#service.spawn();
    }
    if (moment === 'steady') delay = Math.round(this.#random() * 1_500);
    await sleep(delay);
    // With nothing hit, any session that is READY now will do.
    const now = new Date();
    const hit = await this.#kill(victim, name);
    const killedAt = hit === 0 ? new Date(0) : now;
    if (hit > 0) this.#report.kills += 1;
    const label = `${moment}/${victim}`;
    this.#report.victims[label] = (this.#report.victims[label] ?? 0) + Math.sign(hit);
    const began = performance.now();
    await this.#expectReady(
      name,
      `kill ${this.#report.kills} (${label} after ${delay} ms, ${hit} processes)`,
      killedAt,
    );
    const took = Math.round(performance.now() - began);
    this.#report.slowestRecoveryMs = Math.max(this.#report.slowestRecoveryMs, took);
    this.#options.onProgress?.(
      `kill ${this.#report.kills}: ${label} after ${delay} ms, ${hit} processes, READY again in ${took} ms`,
    );
    if (moment === 'fresh') await this.#service.call('deleteSession', of(name));
  }

  async #expectReady(name: string, when: string, killedAt: Date): Promise<void> {
    this.#report.logins += 1;
    try {
      if (!this.#service.isAlive) await this.#service.start();
      await this.#service.answers();
      await this.#service.untilReadyAgain(name, killedAt);
    } catch (error) {
      this.#report.lost.push(`${when}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #kill(victim: Victim, name: string): Promise<number> {
    const browsers = this.#browsers(name);
    const group = browsers.flatMap((pid) => groupMembers(pid).map((member) => member.pid));
    const service = this.#service.pid;
    const victims: number[] = [];
    if (victim === 'browser') victims.push(...browsers);
    if (victim === 'renderer')
      victims.push(...group.filter((pid) => commandLine(pid).join(' ').includes('--type=renderer')));
    if (victim === 'all') victims.push(...group);
    if ((victim === 'service' || victim === 'all') && service !== null && this.#service.isAlive) victims.push(service);
    for (const pid of victims) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        // It ended by itself in between, which is as good.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    if (service !== null && victims.includes(service)) await this.#service.ended();
    return victims.length;
  }

  async #freshLink(): Promise<string> {
    this.#links += 1;
    const name = `fresh-${this.#links}`;
    await this.#link(name, `54911000${String(10_000 + this.#links)}`);
    return name;
  }

  async #link(name: string, phone: string): Promise<void> {
    const { qr } = await this.#service.firstQr(name);
    await this.#world.phone(phone).scan(qr);
    await this.#service.until(name, 'READY');
  }

  #browsers(name: string): number[] {
    return browsersOn(this.#profile(name)).map(({ pid }) => pid);
  }

  #profile(name: string): string {
    return join(this.#dataDir, 'tokens', name);
  }

  async #watchForDoubles(): Promise<void> {
    while (!this.#watching.signal.aborted) {
      for (const name of [STEADY, `fresh-${this.#links}`]) {
        // A browser that is just forking its children shows its command line twice, in one process group.
        const groups = new Set(browsersOn(this.#profile(name)).map(({ pgid }) => pgid));
        if (groups.size > 1) this.#report.doubled.push(`${name}: process groups ${[...groups].join(', ')}`);
      }
      await sleep(50);
    }
  }
}

function pick<T>(from: readonly T[], random: number): T {
  const picked = from[Math.floor(random * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}
