import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '@leadmaster/protocol';
import { folderOnOtherDisk, OTHER_DISKS } from '@leadmaster/testkit/other-disk';
import type { Context } from '../../src/context.ts';
import { isTemporaryName } from '../../src/profile/atomic-file.ts';
import { openManager } from '../../test/adopt/managers.ts';
import { seeded } from '../service/random.ts';
import { everyPointOf, type Point, pickSome } from '../vault-kills/points.ts';
import { bootFaults } from './booting.ts';
import { type Contents, contentsOf, differences, lastingOf } from './contents.ts';
import { Dying } from './dying.ts';
import { type Login, madeLogin, realLogin } from './login.ts';
import { perform } from './task.ts';
import { NAME, type What, type Work, worksOn } from './works.ts';

export interface HouseKillOptions {
  what: readonly What[];
  seed: number;
  /** How many of the steps of each work; all of them when there are fewer. */
  perWork: number;
  /** Kills at any moment of each work, beside those. */
  anytime: number;
  /** How often after a death of each work the session is started with a real browser; needs a `real` login. */
  boots: number;
  login: 'real' | 'made';
  onProgress?: (line: string) => void;
}

/** What became of one work. */
export interface WorkTally {
  steps: number;
  kills: number;
  /** Deaths that were never come to: the work was done before. */
  missed: number;
  /** Deaths after which neither place may run the login before the same is asked for again. */
  held: number;
  boots: number;
}

export interface HouseKillReport {
  seed: number;
  works: Record<string, WorkTally>;
  /** Works that this machine cannot do, with the reason. */
  skipped: string[];
  /** Everything that must not be; empty when all is well. */
  faults: string[];
}

/** kill -9 of the manager at every step of an adopt, an import and a trim. */
export async function proveHouseKills(options: HouseKillOptions): Promise<HouseKillReport> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-house-kills-'));
  const otherDisk = await folderOnOtherDisk(folder, 'leadmaster-house-kills-');
  try {
    return await new HouseKillProof(options, folder, otherDisk).run();
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    if (otherDisk !== null) await rm(otherDisk, { recursive: true, force: true });
  }
}

type Death = { when: string; die: (dying: Dying, work: Work) => Promise<{ end: string }> };

class HouseKillProof {
  readonly #options: HouseKillOptions;
  readonly #folder: string;
  readonly #otherDisk: string | null;
  readonly #dying: Dying;
  readonly #random: () => number;
  readonly #report: HouseKillReport;

  constructor(options: HouseKillOptions, folder: string, otherDisk: string | null) {
    this.#options = options;
    this.#folder = folder;
    this.#otherDisk = otherDisk;
    this.#dying = new Dying(folder);
    this.#random = seeded(options.seed);
    const skipped =
      otherDisk === null ? [`adopt across disks: ${OTHER_DISKS.join(', ')} are on the disk of ${folder}`] : [];
    this.#report = { seed: options.seed, works: {}, skipped, faults: [] };
  }

  async run(): Promise<HouseKillReport> {
    const kept = join(this.#folder, 'login');
    await mkdir(kept);
    const login = this.#options.login === 'real' ? await realLogin(kept) : await madeLogin(kept);
    const works = await worksOn({ login, folder: this.#folder, otherDisk: this.#otherDisk });
    for (const work of works) if (this.#options.what.includes(work.what)) await this.#killDuring(work, login);
    return this.#report;
  }

  async #killDuring(work: Work, login: Login): Promise<void> {
    await work.prepare();
    const { steps, tookMs } = await this.#dying.steps(work.task);
    const final = await contentsOf(join(work.task.dataDir, 'tokens', NAME));
    const lasting = lastingOf((await contentsOf(login.profile)) ?? new Map());
    const lost = lasting.size === 0 ? ['no login to begin with'] : differences(final, lasting, final ?? undefined);
    if (final === null || lost.length > 0) throw new Error(`${work.name}, not even disturbed: ${lost.join(', ')}`);
    const all = everyPointOf(steps);
    const tally = { steps: all.length - steps.size, kills: 0, missed: 0, held: 0, boots: 0 };
    this.#report.works[work.name] = tally;
    this.#say(
      `${work.name}: ${tally.steps} steps of ${steps.size} kinds in ${tookMs} ms: ${[...steps.keys()].join(', ')}`,
    );
    const deaths = [
      ...pickSome(all, this.#options.perWork, this.#random).map(deathAt),
      ...Array.from({ length: this.#options.anytime }, () => deathAfter(Math.round(this.#random() * tookMs))),
    ];
    // The first deaths are as random as any.
    for (const [i, death] of deaths.entries()) {
      await this.#round(work, death, { tally, final, world: i < this.#options.boots ? login.world : null });
    }
  }

  async #round(
    work: Work,
    { when, die }: Death,
    { tally, final, world }: { tally: WorkTally; final: Contents; world: Login['world'] },
  ): Promise<void> {
    await work.prepare();
    const { end } = await die(this.#dying, work);
    tally[end === 'SIGKILL' ? 'kills' : 'missed'] += 1;
    const faults = end === 'SIGKILL' || end === 'done' ? [] : [`ended with ${end}`];
    try {
      await this.#withManager(work, async (context) => {
        const { owner, faults: found } = await work.judge(context, final);
        faults.push(...found, ...(await leftIn(context)));
        if (!work.owners.includes(owner)) faults.push(`owner: ${owner}`);
        if (owner === 'neither') tally.held += 1;
        faults.push(...(await again(context, work, final)));
      });
      if (world !== null) {
        tally.boots += 1;
        faults.push(...(await bootFaults(work.task.dataDir, NAME, world, work.waits)));
      }
    } catch (error) {
      faults.push(errorText(error));
    }
    const all = faults.map((fault) => `${work.name}, ${when}: ${fault}`);
    this.#report.faults.push(...all);
    this.#say(`${work.name} ${tally.kills + tally.missed}: ${when}: ${end}${faults.length === 0 ? '' : ' FAILED'}`);
    for (const fault of all) this.#say(`FAILED ${fault}`);
  }

  async #withManager(work: Work, look: (context: Context) => Promise<void>): Promise<void> {
    const context = await openManager(work.task.dataDir);
    try {
      await look(context);
    } finally {
      await context.close();
    }
  }

  #say(line: string): void {
    this.#options.onProgress?.(line);
  }
}

/** Asks for the same again, and looks whether it ended well. */
async function again(context: Context, work: Work, final: Contents): Promise<string[]> {
  const wasDone = context.roster.has(NAME) && (await contentsOf(context.paths.session(NAME))) !== null;
  try {
    await perform(context, work.task);
  } catch (error) {
    // An import that was all there when its process died says so; nothing else may be refused.
    const isThere = wasDone && work.what === 'import' && (error as { code?: string }).code === 'session_exists';
    if (!isThere) return [`asked for again: ${errorText(error)}`];
  }
  const { owner, faults } = await work.judge(context, final);
  if (owner !== work.finally) faults.push(`owner: ${owner}`);
  const { state } = await context.sessions.get(NAME);
  if (state !== 'STOPPED') faults.push(`state: ${state}`);
  faults.push(...(await leftIn(context)), ...(await halfRecordsIn(context)));
  return faults.map((fault) => `after it was asked for again: ${fault}`);
}

async function halfRecordsIn({ paths }: Context): Promise<string[]> {
  const names = await readdir(paths.session(NAME));
  return names.filter(isTemporaryName).map((name) => `${name} is left in the profile`);
}

async function leftIn({ paths }: Context): Promise<string[]> {
  return (await readdir(paths.staging)).map((name) => `${name} is left in staging`);
}

function deathAt(point: Point): Death {
  const when = `${point.when} ${point.label}, ${point.count}.`;
  return { when, die: (dying, { task }) => dying.dieAt(task, point) };
}

function deathAfter(delayMs: number): Death {
  return { when: `after ${delayMs} ms`, die: (dying, { task }) => dying.dieAfter(task, delayMs) };
}
