import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, LeadMasterError, type Session } from '@leadmaster/protocol';
import { seeded } from '../service/random.ts';
import { Traffic } from '../transfer/traffic.ts';
import { type Manager, NAME, PARTNER, PHONE, TwoManagers } from '../transfer/two-managers.ts';
import type { Plan } from '../vault-kills/plan.ts';
import { pickSome, stepsIn } from '../vault-kills/points.ts';
import { Line } from './line.ts';
import { type Moment, momentsOnLine, momentsWithin, nameMoment } from './moments.ts';

export interface TransferKillOptions {
  seed: number;
  /** How many of the moments on the line; all of them when there are fewer. */
  onLine: number;
  /** How many of the moments within each manager. */
  within: number;
  /** What the profile is grown to first; 0 for as it is. */
  profileBytes?: number;
  /** A target that died is started again after so long; by default sometimes soon, sometimes once the command has given up. */
  backMs?: number;
  onProgress?: (line: string) => void;
}

/** Every list is empty when all is well. */
export interface TransferKillReport {
  seed: number;
  moments: number;
  /** Of those, how often it came to it. */
  happened: number;
  /** How often the transfer was finished without the command said again, by the command, and how often it was undone. */
  ends: { finished: number; repeated: number; undone: number };
  /** Not READY where it belongs afterwards, or asked for a scan. */
  lost: string[];
  /** Two browsers, or two machines that would start it. */
  doubled: string[];
  missing: string[];
  clones: string[];
  leftBehind: string[];
}

const DIE = join(import.meta.dirname, '../vault-kills/die.ts');
const WATCH_MS = 25;
const BOOT_MS = 60_000;
const IN_PER_SECOND = 2;
const SOON_MS = 1_500;
/** Every so many, an unfinished one is taken back instead. */
const UNDO_EVERY = 3;

/** kill -9 of either manager, and a cut line, at the steps of a transfer: counted is who owns the session, and what is lost. */
export async function proveTransferKills(options: TransferKillOptions): Promise<TransferKillReport> {
  await using stage = await TwoManagers.open({
    seed: options.seed,
    settings: (label, folder) => ({
      NODE_OPTIONS: `--import=${DIE}`,
      DIE_PLAN: planOf(folder, label),
      // What the source does not hear of in this time, it hears of by the command said again.
      LOG_LEVEL: 'error',
    }),
  });
  await using toB = await Line.to(stage.b.service.url);
  await using toA = await Line.to(stage.a.service.url);
  return await new TransferKillProof(options, stage, { A: toA, B: toB }).run();
}

function kill({ service }: Manager): void {
  if (service.pid === null || !service.isAlive) return;
  try {
    process.kill(service.pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in between, which is as good.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function planOf(folder: string, label: string): string {
  return join(folder, `plan-${label}.json`);
}

class TransferKillProof {
  readonly #options: TransferKillOptions;
  readonly #stage: TwoManagers;
  readonly #lines: Record<Manager['label'], Line>;
  readonly #traffic: Traffic;
  readonly #random: () => number;
  readonly #report: TransferKillReport;
  readonly #watching = new AbortController();
  #owner: Manager;
  #plans = 0;

  constructor(options: TransferKillOptions, stage: TwoManagers, lines: Record<Manager['label'], Line>) {
    this.#options = options;
    this.#stage = stage;
    this.#lines = lines;
    this.#traffic = new Traffic(stage, IN_PER_SECOND);
    this.#random = seeded(options.seed);
    this.#owner = stage.a;
    this.#report = {
      ...{ seed: options.seed, moments: 0, happened: 0, ends: { finished: 0, repeated: 0, undone: 0 } },
      ...{ lost: [], doubled: [], missing: [], clones: [], leftBehind: [] },
    };
  }

  async run(): Promise<TransferKillReport> {
    const watch = this.#watchForDoubles();
    await this.#stage.start();
    const { profileBytes = 0 } = this.#options;
    if (profileBytes > 0) await this.#stage.world.bulkHistory(PHONE, profileBytes / 20, { mediaBytes: profileBytes });
    this.#traffic.start();
    const moments = await this.#moments();
    // What a session has lost, it cannot keep in the next round.
    for (const [index, moment] of moments.entries()) {
      if (this.#report.lost.length > 0) break;
      await this.#round(moment, index);
    }
    await this.#traffic.stop();
    if (this.#report.lost.length === 0) this.#report.missing.push(...(await this.#traffic.judge()));
    this.#watching.abort();
    await watch;
    this.#report.clones.push(...this.#stage.clones());
    this.#report.leftBehind.push(...(await this.#stage.end()));
    return this.#report;
  }

  /** Two transfers in full, to learn which steps there are; and some of the moments around them, in random order. */
  async #moments(): Promise<Moment[]> {
    const within: Moment[] = [];
    let onLine: Moment[] = [];
    for (const victim of ['source', 'target'] as const) {
      const source = this.#owner;
      const target = this.#stage.other(source);
      const watched = victim === 'source' ? source : target;
      const log = join(this.#stage.folder, `steps-${victim}`);
      await writeFile(log, '');
      await this.#arm(watched, { label: null, count: 0, when: 'before', log });
      this.#lines[target.label].repair();
      const since = new Date();
      await this.#stage.transfer(source, { to: this.#lines[target.label].url });
      await this.#stage.readyAfter(target, since);
      onLine = momentsOnLine(this.#lines[target.label].counts);
      await this.#disarm(watched);
      within.push(...pickSome(momentsWithin(victim, stepsIn(log)), this.#options.within, this.#random));
      this.#isNow(target);
    }
    const all = [...pickSome(onLine, this.#options.onLine, this.#random), ...within];
    return pickSome(all, all.length, this.#random);
  }

  /** One transfer in which something happens, and the way on from there. */
  async #round(moment: Moment, index: number): Promise<void> {
    const where = nameMoment(moment);
    const source = this.#owner;
    const target = this.#stage.other(source);
    const since = new Date();
    this.#report.moments += 1;
    try {
      const { happened, ended } = await this.#transferWith(moment, source, target);
      // Work after the answer may be killed as well: no reader has seen its result yet.
      const hasHappened = (await this.#back()) || happened;
      if (hasHappened) this.#report.happened += 1;
      await this.#countOwners(where);
      const end = await this.#finish(source, target, index);
      this.#report.ends[end] += 1;
      const owner = end === 'undone' ? source : target;
      await this.#settled(owner, since, where);
      this.#say(
        `${this.#report.moments} ${where}: ${hasHappened ? ended : 'did not come to it'}; ${end}, READY at ${owner.label}`,
      );
      this.#isNow(owner);
    } catch (error) {
      this.#report.lost.push(`${where}: ${errorText(error)}`);
      this.#say(`${this.#report.moments} ${where}: FAILED: ${errorText(error)}`);
    }
  }

  async #transferWith(
    { victim, at }: Moment,
    source: Manager,
    target: Manager,
  ): Promise<{ happened: boolean; ended: string }> {
    const line = this.#lines[target.label];
    const dying = victim === 'source' ? source : target;
    let happened = false;
    const happen = (): void => {
      happened = true;
      if (victim === 'line') line.cut();
      else kill(dying);
    };
    if ('step' in at) line.arm(at, happen);
    else {
      line.repair();
      await this.#arm(dying, at);
    }
    const command = this.#stage.transfer(source, { to: line.url }).then(({ state }) => state, codeOf);
    const soon = victim === 'target' ? (this.#options.backMs ?? (this.#random() < 0.5 ? SOON_MS : null)) : null;
    const revived = soon === null ? false : this.#revive(dying, soon, command);
    const ended = await command;
    // Waited for in any case: who starts it again must have done so, or there will be two.
    const wasRevived = await revived;
    happened ||= wasRevived || !dying.service.isAlive;
    await this.#disarm(dying);
    line.repair();
    return { happened, ended };
  }

  /** Starts a manager that dies while a command runs again after a while. Resolves with whether it did. */
  async #revive(dying: Manager, afterMs: number, command: Promise<string>): Promise<boolean> {
    await Promise.race([dying.service.ended(), command]);
    if (dying.service.isAlive) return false;
    await this.#disarm(dying);
    await sleep(afterMs);
    await this.#stage.startOf(dying);
    return true;
  }

  /** A manager that is dead starts again, and both have taken up their sessions. Resolves with whether one was dead. */
  async #back(): Promise<boolean> {
    let wasDead = false;
    for (const manager of [this.#stage.a, this.#stage.b]) {
      const deadline = performance.now() + BOOT_MS;
      for (;;) {
        if (!manager.service.isAlive) {
          wasDead = true;
          await this.#stage.startOf(manager);
        }
        // The end of a process is heard of a moment after it has stopped answering.
        if (await manager.service.isReady()) break;
        if (performance.now() > deadline) throw new Error(`${manager.label} does not take up its sessions`);
        await sleep(25);
      }
    }
    return wasDead;
  }

  /** Machines that would run the session: it is in place there, and was not given away. */
  async #countOwners(where: string): Promise<void> {
    const owners: string[] = [];
    for (const manager of [this.#stage.a, this.#stage.b]) {
      const session = await this.#sessionAt(manager);
      const isInPlace = (await readdir(join(manager.dataDir, 'tokens'))).includes(NAME);
      if (session !== null && session.state !== 'MOVED' && isInPlace) owners.push(`${manager.label} ${session.state}`);
    }
    if (owners.length > 1) this.#report.doubled.push(`${where}: ${owners.join(' and ')}`);
  }

  /** The command said again, or taken back; nothing where it was done already. */
  async #finish(source: Manager, target: Manager, index: number): Promise<keyof TransferKillReport['ends']> {
    const to = this.#lines[target.label].url;
    const there = await this.#sessionAt(target);
    const here = await this.#sessionAt(source);
    const isThere = there !== null && there.state !== 'MOVED' && there.desired === 'running';
    if (here?.state === 'MOVED' && isThere) {
      // Its own books may not know yet.
      await this.#stage.transfer(source, { to }).catch((error: unknown) => {
        if (codeOf(error) !== 'session_moved') throw error;
      });
      return 'finished';
    }
    if (index % UNDO_EVERY === 0) {
      await this.#stage.transfer(source, { to, undo: true });
      return 'undone';
    }
    await this.#stage.transfer(source, { to });
    return 'repeated';
  }

  /** READY where it belongs, and nothing left on the way. */
  async #settled(owner: Manager, since: Date, where: string): Promise<void> {
    await owner.service.until(NAME, 'READY');
    const { path } = { path: await owner.service.transitions(NAME) };
    if (path.some(({ to, at }) => to === 'QR_REQUIRED' && new Date(at) >= since))
      throw new Error(`a scan was asked for at ${owner.label}`);
    const other = this.#stage.other(owner);
    const away = await this.#sessionAt(other);
    if (away !== null && away.state !== 'MOVED')
      this.#report.doubled.push(`${where}: ${away.state} at ${other.label} too`);
    for (const { label, dataDir } of [owner, other]) {
      const left = (await readdir(join(dataDir, 'staging'))).filter((name) => name.startsWith('transfer-'));
      this.#report.leftBehind.push(...left.map((name) => `${where}: ${name} in staging of ${label}`));
      if (label === other.label) await rm(join(dataDir, 'trash'), { recursive: true, force: true });
    }
    const { id } = await this.#stage.world.phone(PARTNER).send(PHONE, 'still there?');
    await this.#stage.world.waitFor('delivered', ({ detail }) => detail.id === id, 60_000);
  }

  async #sessionAt({ service }: Manager): Promise<Session | null> {
    return (await service.sessions()).find(({ name }) => name === NAME) ?? null;
  }

  #isNow(owner: Manager): void {
    this.#owner = owner;
    this.#traffic.ownedBy(owner);
  }

  async #watchForDoubles(): Promise<void> {
    while (!this.#watching.signal.aborted) {
      const browsers = this.#stage.browsers();
      if (new Set(browsers.map(({ label }) => label)).size > 1)
        this.#report.doubled.push(`browsers on both: ${JSON.stringify(browsers)}`);
      await sleep(WATCH_MS);
    }
  }

  async #arm({ label }: Manager, plan: Omit<Plan, 'id' | 'log'> & { log?: string }): Promise<void> {
    this.#plans += 1;
    const whole: Plan = { log: join(this.#stage.folder, 'steps'), ...plan, id: String(this.#plans) };
    await mkdir(this.#stage.folder, { recursive: true });
    await writeFile(planOf(this.#stage.folder, label), JSON.stringify(whole));
  }

  async #disarm({ label }: Manager): Promise<void> {
    await rm(planOf(this.#stage.folder, label), { force: true });
  }

  #say(line: string): void {
    this.#options.onProgress?.(line);
  }
}

function codeOf(error: unknown): string {
  return error instanceof LeadMasterError ? error.code : errorText(error);
}
