import { join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import { errorText } from '@leadmaster/protocol';
import { parseRetention, retained } from '@leadmaster/vault';
import { Stage } from '../../test/real/harness.ts';
import { PATIENT } from '../moments/booting.ts';
import { seeded } from '../service/random.ts';
import { type SoakPoint, type SoakReport, stillGrowing } from './report.ts';

export interface SoakOptions {
  snapshots: number;
  seed: number;
  /** Hours that pass, on the vault's clock, from one snapshot to the next: on average, each up to a third more or less. */
  stepHours: number;
  /** Retention and prune come after so many snapshots. */
  pruneEvery: number;
  /** Megabytes of history that the profile begins with. */
  historyMb: number;
  /** Messages that the session gets between two snapshots. */
  messages: number;
  /** How many of the kept snapshots are also booted at the end. */
  drills: number;
  keep: string;
  onProgress?: (line: string) => void;
}

const NAME = 'soaked';
const PHONE = '5491100000001';
const PARTNER = '5491100000002';
const HOUR_MS = 3_600_000;
const BEGAN = Date.parse('2030-01-01T00:00:00Z');

/** The long life of one session's history: months of snapshots, with retention and prune, of a browser that runs all the time. */
export async function proveSoak(options: SoakOptions): Promise<SoakReport> {
  const soak = new Soak(options);
  await using stage = await Stage.open({
    env: { ...PATIENT, SNAPSHOT_KEEP: options.keep },
    standin: { seed: options.seed },
    context: { now: () => soak.now },
  });
  await stage.start();
  await stage.link(NAME, PHONE);
  if (options.historyMb > 0) await stage.world.bulkHistory(PHONE, options.historyMb * 2 ** 20);
  const report = await soak.run(stage);
  await stage.stop();
  for (const { pid } of browsersOn(join(stage.dataDir, 'tokens', NAME))) report.leftBehind.push(`browser ${pid}`);
  report.disturbed.push(...stage.clones());
  return report;
}

class Soak {
  readonly #options: SoakOptions;
  readonly #random: () => number;
  readonly #points: SoakPoint[] = [];
  readonly #taken: { id: string; at: string }[] = [];
  readonly #failures: string[] = [];
  #clock = BEGAN;
  #messages = 0;

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
  }

  get now(): Date {
    return new Date(this.#clock);
  }

  async run(stage: Stage): Promise<SoakReport> {
    const began = performance.now();
    const { snapshots, pruneEvery, stepHours, seed } = this.#options;
    for (let i = 1; i <= snapshots; i += 1) {
      this.#clock += stepHours * (2 / 3 + (this.#random() * 2) / 3) * HOUR_MS;
      await this.#someMessages(stage);
      await this.#take(stage, i);
      if (i % pruneEvery === 0 || i === snapshots) await this.#prune(stage, i);
    }
    const { kept, bad, drilled } = await this.#verifyAll(stage);
    const path = await stage.path(NAME);
    const isDisturbed = path.filter((step) => step.startsWith('READY')).length !== 1;
    return {
      seed,
      snapshots,
      days: Math.round((this.#clock - BEGAN) / HOUR_MS / 24),
      points: this.#points,
      kept: kept.length,
      drilled,
      bad,
      failures: this.#failures,
      wrongKept: this.#wrongKept(kept),
      growing: stillGrowing(this.#points),
      disturbed: isDisturbed ? [path.join(' -> ')] : [],
      leftBehind: [],
      seconds: Math.round((performance.now() - began) / 1000),
    };
  }

  async #someMessages({ world }: Stage): Promise<void> {
    const writer = world.phone(PARTNER);
    for (let i = 0; i < this.#options.messages; i += 1) {
      this.#messages += 1;
      const { id } = await writer.send(PHONE, `message ${this.#messages} of a session that goes on and on`);
      await world.waitFor('delivered', ({ detail }) => detail.id === id, 30_000);
    }
  }

  async #take(stage: Stage, number: number): Promise<void> {
    try {
      const { id, at } = await stage.context.snapshots.create(NAME, { reason: 'requested' });
      this.#taken.push({ id, at });
    } catch (error) {
      this.#failures.push(`snapshot ${number}: ${errorText(error)}`);
    }
  }

  async #prune(stage: Stage, number: number): Promise<void> {
    try {
      await stage.context.snapshots.prune(NAME);
      const { items } = await stage.context.snapshots.list(NAME);
      const stats = await (await stage.context.vault.open()).stats(NAME);
      const point = {
        snapshot: number,
        kept: items.length,
        liveMb: megabytes(items[0]?.bytes ?? 0),
        storedMb: megabytes(stats.storedBytes),
        unneededMb: megabytes(stats.unneededBytes),
        packs: stats.packs,
      };
      this.#points.push(point);
      const { kept, liveMb, storedMb, packs } = point;
      this.#options.onProgress?.(
        `${number} snapshots, ${kept} kept: ${storedMb} MB in ${packs} packs, of a profile of ${liveMb} MB`,
      );
    } catch (error) {
      this.#failures.push(`prune after ${number}: ${errorText(error)}`);
    }
  }

  async #verifyAll({ context }: Stage): Promise<{ kept: string[]; bad: string[]; drilled: number }> {
    const { items, problems } = await context.snapshots.list(NAME);
    const bad = problems.map(({ kind, object, detail }) => `${kind} ${object}: ${detail}`);
    const every = Math.max(1, Math.floor(items.length / Math.max(1, this.#options.drills)));
    let drilled = 0;
    for (const [index, { id }] of items.entries()) {
      const drill = index % every === 0 && drilled < this.#options.drills;
      if (drill) drilled += 1;
      const { ok, checks } = await context.snapshots.verify(NAME, id, { drill });
      const failed = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
      if (!ok) bad.push(`${id}: ${failed.join('; ')}`);
      this.#options.onProgress?.(`${id} ${ok ? 'is whole' : 'is NOT whole'}${drill ? ', booted' : ''}`);
    }
    return { kept: items.map(({ id }) => id), bad, drilled };
  }

  /** What retention says of all snapshots ever taken is what is there after months of forgetting step by step. */
  #wrongKept(kept: readonly string[]): string[] {
    const due = new Set(retained(this.#taken, parseRetention(this.#options.keep)).keys());
    const there = new Set(kept);
    return [
      ...[...due].filter((id) => !there.has(id)).map((id) => `${id} should have been kept`),
      ...kept.filter((id) => !due.has(id)).map((id) => `${id} should have been forgotten`),
    ];
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e4) / 100;
}
