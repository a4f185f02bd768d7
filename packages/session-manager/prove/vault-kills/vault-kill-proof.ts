import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, groupMembers } from '@leadmaster/capture/processes';
import { errorText, type Snapshot } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { seeded } from '../service/random.ts';
import { ServiceProcess } from '../service/service-process.ts';
import type { Plan } from './plan.ts';
import { type Point, pickSome, pointsOf, stepsIn } from './points.ts';

export const OPERATIONS = ['save', 'prune', 'restore', 'recover'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface VaultKillOptions {
  seed: number;
  operations: readonly Operation[];
  /** How many of the points of each operation; all of them when there are fewer. */
  perOperation: number;
  /** Kills at any moment of each operation, beside those. */
  anytime: number;
  onProgress?: (line: string) => void;
}

/** What was found. Every list is empty when all is well. */
export interface VaultKillReport {
  seed: number;
  kills: number;
  /** The kinds of steps of each operation, and how many deaths they make. */
  points: Record<string, { kinds: number; points: number; died: number }>;
  /** Asked for a scan, or did not come back. */
  lost: string[];
  /** Snapshots that were there before and are not, or are not whole. */
  missing: string[];
  /** Neither the old login nor the restored one; something left in staging; a browser that stands still or is doubled. */
  half: string[];
  /** What could not be done afterwards: a lock that was left, say. */
  stuck: string[];
  clones: string[];
  leftBehind: string[];
  /** How often the session was not started by the service itself, because the operation had stopped it or was to start it. */
  stopped: number;
  slowestRecoveryMs: number;
}

const NAME = 'kept';
const PHONE = '5491100000001';
const PARTNER = '5491100000002';
const KEEP = 3;
const PREPARED = 3;
const AFTER_ANSWER_MS = 300;
const RECOVERY_MS = 60_000;

/** kill -9 of the whole service at every step of saving, pruning, restoring and recovering; counted is what is lost. */
export async function proveVaultKills(options: VaultKillOptions): Promise<VaultKillReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-vault-kills-'));
  const scratch = await mkdtemp(join(tmpdir(), 'leadmaster-vault-plan-'));
  const world = await startStandin({ seed: options.seed });
  const proof = new VaultKillProof(options, { world, dataDir, scratch, port: await freePort() });
  try {
    return await proof.run();
  } finally {
    await proof.stop();
    await world.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What an operation starts from. */
interface Before {
  /** Snapshots that must be there afterwards. */
  snapshots: string[];
  /** Messages of the login that is in place, and of the one that comes into its place. */
  logins: string[];
  run: () => Promise<unknown>;
}

class VaultKillProof {
  readonly #options: VaultKillOptions;
  readonly #world: World;
  readonly #dataDir: string;
  readonly #plan: string;
  readonly #log: string;
  readonly #service: ServiceProcess;
  readonly #random: () => number;
  readonly #report: VaultKillReport;
  readonly #temporary: string;
  #messages = 0;
  #plans = 0;

  constructor(options: VaultKillOptions, stage: { world: World; dataDir: string; scratch: string; port: number }) {
    this.#options = options;
    this.#world = stage.world;
    this.#dataDir = stage.dataDir;
    this.#plan = join(stage.scratch, 'plan.json');
    this.#log = join(stage.scratch, 'steps');
    this.#temporary = join(stage.scratch, 'tmp');
    this.#random = seeded(options.seed);
    this.#service = new ServiceProcess({
      NODE_OPTIONS: `--import=${import.meta.dirname}/die.ts`,
      DIE_PLAN: this.#plan,
      TMPDIR: this.#temporary,
      LEADMASTER_DATA_DIR: stage.dataDir,
      SESSION_MANAGER_PORT: String(stage.port),
      CHROME_ARGS: stage.world.chromeArgsText,
      PROBE_INTERVAL_S: '5',
      PROBE_DEADLINE_S: '30',
      BACKOFF_FIRST_MS: '100',
      BACKOFF_MAX_S: '1',
      SNAPSHOT_SCHEDULE: 'off',
      SNAPSHOT_AFTER_LOGIN: 'off',
      SNAPSHOT_KEEP: `last=${KEEP}`,
    });
    this.#report = {
      seed: options.seed,
      kills: 0,
      points: {},
      lost: [],
      missing: [],
      half: [],
      stuck: [],
      clones: [],
      leftBehind: [],
      stopped: 0,
      slowestRecoveryMs: 0,
    };
  }

  async run(): Promise<VaultKillReport> {
    await mkdir(this.#temporary);
    await this.#service.start();
    const { qr } = await this.#service.firstQr(NAME);
    await this.#world.phone(PHONE).scan(qr);
    await this.#service.until(NAME, 'READY');
    for (const operation of this.#options.operations) await this.#killDuring(operation);
    await this.#end();
    return this.#report;
  }

  async stop(): Promise<void> {
    await this.#service.end('SIGKILL');
  }

  async #killDuring(operation: Operation): Promise<void> {
    const { steps, tookMs } = await this.#measure(operation);
    const points = pointsOf(steps);
    const tally = { kinds: steps.size, points: points.length, died: 0 };
    this.#report.points[operation] = tally;
    this.#say(`${operation} takes ${tookMs} ms and ${steps.size} kinds of steps: ${[...steps.keys()].join(', ')}`);
    for (const point of pickSome(points, this.#options.perOperation, this.#random)) {
      const when = `${operation}, ${point.when} step ${point.count} of "${point.label}"`;
      if (await this.#round(operation, when, (before) => this.#dieAt(point, before))) tally.died += 1;
    }
    for (let i = 0; i < this.#options.anytime; i += 1) {
      const delay = Math.round(this.#random() * tookMs);
      const when = `${operation}, ${delay} ms after its order`;
      if (await this.#round(operation, when, (before) => this.#dieAfter(delay, before))) tally.died += 1;
    }
  }

  /** Runs it once to its end and has its steps written down. */
  async #measure(operation: Operation): Promise<{ steps: Map<string, number>; tookMs: number }> {
    const { run } = await this.#prepare(operation);
    await writeFile(this.#log, '');
    await this.#arm({ label: null, count: 0, when: 'before' });
    const began = performance.now();
    await run();
    const tookMs = Math.round(performance.now() - began);
    await this.#disarm();
    return { steps: stepsIn(this.#log), tookMs };
  }

  /** One death and what the next start finds. Returns false when the service did not die. */
  async #round(operation: Operation, when: string, die: (before: Before) => Promise<boolean>): Promise<boolean> {
    const before = await this.#prepare(operation);
    const died = await die(before);
    await this.#disarm();
    if (!died) {
      this.#say(`${when}: did not come to it`);
      return false;
    }
    this.#report.kills += 1;
    const began = performance.now();
    try {
      await this.#service.start();
      await this.#booted();
      await this.#comeBack(operation);
      const took = Math.round(performance.now() - began);
      this.#report.slowestRecoveryMs = Math.max(this.#report.slowestRecoveryMs, took);
      await this.#look(before, when);
      this.#say(`kill ${this.#report.kills}: ${when}; READY again in ${took} ms`);
    } catch (error) {
      this.#report.lost.push(`${when}: ${errorText(error)}`);
      this.#say(`kill ${this.#report.kills}: ${when}; FAILED: ${errorText(error)}`);
      // The next round begins with a service that runs, or says why it cannot.
      if (!this.#service.isAlive) await this.#service.start();
    }
    return true;
  }

  async #dieAt(point: Point, before: Before): Promise<boolean> {
    await this.#arm(point);
    const ended = this.#service.ended();
    const answered = before.run().catch(() => undefined);
    await Promise.race([ended, answered.then(() => sleep(AFTER_ANSWER_MS))]);
    await this.#disarm();
    // A step that had read the plan before dies now, and not during what comes next.
    await Promise.race([ended, sleep(AFTER_ANSWER_MS)]);
    return !this.#service.isAlive;
  }

  async #dieAfter(delayMs: number, before: Before): Promise<boolean> {
    const answered = before.run().catch(() => undefined);
    await sleep(delayMs);
    await this.#service.end('SIGKILL');
    await answered;
    return true;
  }

  /** Brings about what the operation needs, with one message more than any snapshot has. */
  async #prepare(operation: Operation): Promise<Before> {
    await this.#service.until(NAME, 'READY');
    if (operation === 'save') {
      await this.#message();
      const { ids } = await this.#list();
      return { snapshots: ids, logins: [await this.#login()], run: () => this.#save() };
    }
    if (operation === 'prune') {
      for (let i = 0; i < PREPARED; i += 1) {
        await this.#message();
        await this.#save();
      }
      const { ids } = await this.#list();
      const run = () => this.#service.call('pruneSnapshots', of(NAME));
      return { snapshots: ids.slice(0, KEEP), logins: [await this.#login()], run };
    }
    if (operation === 'restore') return this.#prepareRestore();
    return this.#prepareRecover();
  }

  async #prepareRestore(): Promise<Before> {
    const there = await this.#login();
    const { id } = await this.#save();
    await this.#message();
    const params = { session: NAME, snapshot: id };
    const body = { start: true, overwriteNewer: true };
    const { ids } = await this.#list();
    const run = async (): Promise<void> => {
      await this.#service.call('restoreSnapshot', { params, query: { restart: true }, body });
      await this.#service.until(NAME, 'READY');
    };
    return { snapshots: ids, logins: [await this.#login(), there], run };
  }

  async #prepareRecover(): Promise<Before> {
    await this.#message();
    const logins = [await this.#login()];
    const { ids: earlier } = await this.#list();
    await this.#service.call('deleteSession', of(NAME));
    const ids = await this.#untilOneMoreThan(earlier);
    const run = async (): Promise<void> => {
      await this.#recover();
      await this.#service.until(NAME, 'READY');
    };
    return { snapshots: ids, logins, run };
  }

  /** The session READY again without a scan: by itself, or, where its profile had not come yet, by recovering again. */
  async #comeBack(operation: Operation): Promise<void> {
    const session = (await this.#service.sessions()).find(({ name }) => name === NAME);
    const { items } = await this.#service.call('listRecoverable');
    const isHere = items.some((one) => one.session === NAME && one.isHere);
    if (operation === 'recover' && !isHere) await this.#recover();
    else if (session?.state === 'STOPPED') {
      this.#report.stopped += 1;
      await this.#service.call('startSession', of(NAME));
    }
    await this.#readyWithoutScan();
  }

  /** Waits until the service has taken up its sessions: before, they are all told as stopped. */
  async #booted(): Promise<void> {
    const deadline = performance.now() + RECOVERY_MS;
    while (!(await this.#service.isReady())) {
      if (performance.now() > deadline) throw new Error('the service does not take up its sessions');
      await sleep(25);
    }
  }

  async #readyWithoutScan(): Promise<void> {
    const deadline = performance.now() + RECOVERY_MS;
    for (;;) {
      const { state, reason } = await this.#service.session(NAME);
      if (state === 'READY') return;
      if (state === 'QR_REQUIRED' || performance.now() > deadline) {
        const path = (await this.#service.transitions(NAME)).map((step) => `${step.to} (${step.reason})`).reverse();
        throw new Error(`${NAME} is ${state} (${reason}); it went ${path.join(' -> ')}`);
      }
      await sleep(25);
    }
  }

  async #look(before: Before, when: string): Promise<void> {
    const { missing, half, stuck } = this.#report;
    const login = await this.#login();
    if (!before.logins.includes(login)) half.push(`${when}: neither the old login nor the new one: ${login}`);
    for (const name of await readdir(join(this.#dataDir, 'staging'))) half.push(`${when}: staging still has ${name}`);
    for (const name of await readdir(this.#temporary)) {
      if (!name.startsWith('leadmaster')) continue;
      half.push(`${when}: the temporary folder still has ${name}`);
      await rm(join(this.#temporary, name), { recursive: true });
    }
    for (const name of await readdir(join(this.#dataDir, 'tokens'))) {
      if (name !== NAME) half.push(`${when}: tokens has ${name}`);
    }
    half.push(...this.#browserFaults().map((fault) => `${when}: ${fault}`));
    const { ids, problems } = await this.#list();
    // Records that were superseded just before the death are still there until the next write removes them.
    const losses = problems.filter((problem) => !problem.startsWith('replayed'));
    missing.push(...losses.map((problem) => `${when}: ${problem}`));
    for (const id of before.snapshots) if (!ids.includes(id)) missing.push(`${when}: ${id} is gone`);
    for (const id of ids) {
      const { ok, checks } = await this.#service.call('verifySnapshot', { params: { session: NAME, snapshot: id } });
      const failed = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
      if (!ok) missing.push(`${when}: ${id} is not whole: ${failed.join('; ')}`);
    }
    try {
      const { id } = await this.#save();
      await this.#service.call('pruneSnapshots', of(NAME));
      const after = await this.#list();
      if (!after.ids.includes(id)) stuck.push(`${when}: the next snapshot did not stay`);
      stuck.push(...after.problems.map((problem) => `${when}, and the next prune did not repair it: ${problem}`));
    } catch (error) {
      stuck.push(`${when}: ${errorText(error)}`);
    }
  }

  #browserFaults(): string[] {
    const browsers = browsersOn(join(this.#dataDir, 'tokens', NAME));
    const groups = new Set(browsers.map(({ pgid }) => pgid));
    const stopped = [...groups].flatMap((pgid) => groupMembers(pgid)).filter(({ state }) => state === 'T');
    return [
      ...(groups.size === 1 ? [] : [`${groups.size} browsers have the profile`]),
      ...stopped.map(({ pid }) => `process ${pid} stands still`),
    ];
  }

  async #end(): Promise<void> {
    const pgids = browsersOn(join(this.#dataDir, 'tokens', NAME)).map(({ pgid }) => pgid);
    const code = await this.#service.end('SIGTERM');
    if (code !== 0) this.#report.leftBehind.push(`the service ended with ${code}`);
    for (const pgid of pgids) if (groupMembers(pgid).length > 0) this.#report.leftBehind.push(`browser group ${pgid}`);
    // A restored login is an old one that came back: that, and nothing else, the stand-in may notice.
    for (const { type, detail } of this.#world.observed) {
      if (type === 'duplicate' || type === 'conflict') this.#report.clones.push(`${type} ${JSON.stringify(detail)}`);
    }
  }

  #save(): Promise<Snapshot> {
    return this.#service.call('createSnapshot', of(NAME));
  }

  async #recover(): Promise<void> {
    const body = { sessions: [NAME], originRetired: true };
    const { items } = await this.#service.call('recoverSessions', { body });
    for (const { ok, detail } of items) if (!ok) throw new Error(`not recovered: ${detail}`);
  }

  async #list(): Promise<{ ids: string[]; problems: string[] }> {
    const { items, problems } = await this.#service.call('listSnapshots', of(NAME));
    return {
      ids: items.map(({ id }) => id),
      problems: problems.map(({ kind, object, detail }) => `${kind} ${object}: ${detail}`),
    };
  }

  /** What a delete takes along is copied when it is answered, and reaches the vault a moment later. */
  async #untilOneMoreThan(earlier: readonly string[]): Promise<string[]> {
    const deadline = performance.now() + RECOVERY_MS;
    for (;;) {
      const { ids } = await this.#list();
      if (ids.some((id) => !earlier.includes(id))) return ids;
      if (performance.now() > deadline) throw new Error('the deleted session was not saved');
      await sleep(25);
    }
  }

  async #message(): Promise<void> {
    this.#messages += 1;
    const { id } = await this.#world.phone(PARTNER).send(PHONE, String(this.#messages));
    await this.#world.waitFor('delivered', ({ detail }) => detail.id === id);
  }

  /** A login is known by the messages it has: each snapshot has others. */
  async #login(): Promise<string> {
    return (await this.#world.phone(PHONE).stored(PARTNER)).map(({ body }) => body).join(' ');
  }

  async #arm(plan: Pick<Plan, 'label' | 'count' | 'when'>): Promise<void> {
    this.#plans += 1;
    const whole: Plan = { ...plan, id: String(this.#plans), log: this.#log };
    await writeFile(this.#plan, JSON.stringify(whole));
  }

  async #disarm(): Promise<void> {
    await rm(this.#plan, { force: true });
  }

  #say(line: string): void {
    this.#options.onProgress?.(line);
  }
}
