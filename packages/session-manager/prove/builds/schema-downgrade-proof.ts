import type { Session } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { seeded } from '../service/random.ts';
import { KEY } from '../service/service-process.ts';
import { BuildMachine } from './machine.ts';

const NAME = 'ventas';
const PHONE = '5491100000001';
/** Before and after the number of the message database was raised (whatsapp-web-2026, 7.3). */
const OLD = { version: '2.3000.1043191242', schema: 198 };
const NEW = { version: '2.3000.1044431423', schema: 201 };

export const DOORS = ['pin', 'guarded', 'restore', 'transfer', 'adopt'] as const;
export type Door = (typeof DOORS)[number];

export interface SchemaReport {
  seed: number;
  tries: Record<Door, number>;
  /** Tries before which the record knew no numbers, so that they were read from a copy. */
  unnoted: number;
  /** What was opened that must not be, or refused otherwise than it must. */
  opened: string[];
  /** Logins that were not READY again by themselves. */
  lost: string[];
  clones: string[];
  leftBehind: string[];
}

/** Tries to start an older build on a newer profile, by every door in turn and in an order by the seed. */
export async function proveSchemaDowngrade(options: {
  tries: number;
  seed: number;
  onProgress?: (line: string) => void;
}): Promise<SchemaReport> {
  const world = await startStandin({ seed: options.seed, page: OLD });
  const proof = new SchemaProof(world, options);
  try {
    await proof.prepare();
    await proof.run();
    return await proof.report();
  } finally {
    await proof.close();
    await world.close();
  }
}

class SchemaProof {
  readonly #world: World;
  readonly #options: Parameters<typeof proveSchemaDowngrade>[0];
  readonly #random: () => number;
  readonly #machines: BuildMachine[] = [];
  readonly #report: SchemaReport;
  /** The machine that has the session. */
  #owner!: BuildMachine;

  constructor(world: World, options: Parameters<typeof proveSchemaDowngrade>[0]) {
    this.#world = world;
    this.#options = options;
    this.#random = seeded(options.seed);
    const tries = Object.fromEntries(DOORS.map((door) => [door, 0])) as Record<Door, number>;
    this.#report = { seed: options.seed, tries, unnoted: 0, opened: [], lost: [], clones: [], leftBehind: [] };
  }

  /** A login that was made on the old build and has been READY on the new one since: its page is kept, its number raised. */
  async prepare(): Promise<void> {
    this.#owner = await this.#machine();
    const service = await this.#owner.start('live');
    const { qr } = await service.firstQr(NAME);
    await this.#world.phone(PHONE).scan(qr);
    const { since } = await service.until(NAME, 'READY');
    this.#world.configure({ page: NEW });
    await service.call('restartSession', of(NAME));
    await service.untilReadyAgain(NAME, new Date(since));
  }

  async run(): Promise<void> {
    const doors = Array.from({ length: this.#options.tries }, (_, index) => DOORS[index % DOORS.length] ?? 'pin');
    for (const door of this.#shuffled(doors)) {
      this.#options.onProgress?.(`${door}`);
      await this.#try(door).catch((error: unknown) => {
        this.#report.opened.push(`${door}: ${error instanceof Error ? error.message : error}`);
      });
      this.#report.tries[door] += 1;
      await this.#readyLive().catch((error: unknown) => {
        this.#report.lost.push(`after ${door}: ${error instanceof Error ? error.message : error}`);
      });
    }
  }

  async report(): Promise<SchemaReport> {
    this.#report.clones = this.#world.observed
      .filter(({ type }) => ['rollback', 'duplicate', 'conflict'].includes(type))
      .map(({ type, phone }) => `${type} of ${phone}`);
    await this.close();
    return this.#report;
  }

  async close(): Promise<void> {
    for (const machine of this.#machines.splice(0)) this.#report.leftBehind.push(...(await machine.close([NAME])));
  }

  async #try(door: Door): Promise<void> {
    switch (door) {
      case 'pin':
        await this.#owner.stop();
        await this.#forgetSometimes();
        await this.#owner.start(OLD.version);
        return this.#refused(door);
      case 'guarded':
        await this.#owner.stop();
        await this.#forgetSometimes();
        return this.#guarded();
      case 'restore':
        return this.#restore();
      case 'transfer':
        return this.#transfer();
      case 'adopt':
        return this.#adopt();
    }
  }

  /** The old build is the only good one: the session runs what WhatsApp serves, and never the old one. */
  async #guarded(): Promise<void> {
    this.#owner.change((store) => {
      store.builds.seen(OLD.version, { session: '', knobs: null });
      store.builds.judge(OLD.version, { verdict: 'good', reason: 'the proof says so', sessions: [] });
    });
    const service = await this.#owner.start('guarded');
    const session = await service.until(NAME, 'READY');
    if (session.runtime?.webVersion !== NEW.version) throw new Error(`it runs ${session.runtime?.webVersion}`);
  }

  async #restore(): Promise<void> {
    const live = this.#owner.service;
    await live.call('stopSession', { ...of(NAME), query: { wait: 60 } });
    const { id } = await live.call('createSnapshot', of(NAME));
    await this.#owner.stop();
    const pinned = await this.#owner.start(OLD.version);
    const body = { start: true, overwriteNewer: true };
    await pinned.call('restoreSnapshot', { params: { session: NAME, snapshot: id }, body });
    await this.#refused('restore');
  }

  async #transfer(): Promise<void> {
    const target = await this.#other();
    const to = (await target.start(OLD.version)).url;
    await this.#owner.service.call('transferSession', { ...of(NAME), body: { to, key: KEY } });
    this.#owner = target;
    await this.#refused('transfer');
  }

  async #adopt(): Promise<void> {
    await this.#owner.stop();
    await this.#forgetSometimes();
    const path = this.#owner.profile(NAME);
    const target = await this.#other();
    const service = await target.start(OLD.version);
    await service.call('adoptSession', { body: { name: NAME, path, mode: 'move', originRetired: true } });
    this.#owner = target;
    await service.call('startSession', of(NAME));
    await this.#refused('adopt');
  }

  async #refused(door: Door): Promise<void> {
    const session: Session = await this.#owner.service.until(NAME, 'ERROR');
    if (session.reason !== 'web_version_unsafe') throw new Error(`${door}: ERROR ${session.reason}: ${session.hint}`);
  }

  /** Started as WhatsApp serves it, it is READY by itself. Its service runs on. */
  async #readyLive(): Promise<void> {
    for (const machine of this.#machines) if (machine !== this.#owner) await machine.stop();
    if (this.#owner.isRunning && (await this.#owner.service.session(NAME)).state === 'READY') return;
    await this.#owner.stop();
    const service = await this.#owner.start('live');
    await service.call('startSession', of(NAME));
    await service.untilReadyAgain(NAME, new Date(0));
  }

  async #forgetSometimes(): Promise<void> {
    if (this.#random() < 0.5) return;
    await this.#owner.forgetNumbers(NAME);
    this.#report.unnoted += 1;
  }

  async #other(): Promise<BuildMachine> {
    const other = await this.#machine();
    await other.takePage(OLD.version, this.#owner);
    return other;
  }

  async #machine(): Promise<BuildMachine> {
    const machine = await BuildMachine.make({ CHROME_ARGS: this.#world.chromeArgsText });
    this.#machines.push(machine);
    return machine;
  }

  #shuffled<T>(items: T[]): T[] {
    return items
      .map((item) => ({ item, at: this.#random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
