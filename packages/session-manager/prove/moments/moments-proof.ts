import { join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import { errorText } from '@leadmaster/protocol';
import { ServiceStage } from '../../test/real/service.ts';
import { seeded } from '../service/random.ts';
import { type Boot, bootMoment, PATIENT, type VaultEnv } from './booting.ts';
import { holesIn, Load, type Loaded, MODES, numbersOf } from './load.ts';
import { type MomentsReport, type PauseSample, pausesOf } from './report.ts';
import { type Moment, takeMoment } from './taking.ts';

export interface MomentsOptions {
  snapshots: number;
  seed: number;
  sessions: number;
  /** Snapshots that are taken before the load stops and they are booted; then comes a fresh machine with fresh links. */
  perRound: number;
  /** Messages per second to each session. */
  messageRate: number;
  onProgress?: (line: string) => void;
}

const BOOTS_AT_ONCE = 2;
const DELIVERY_MS = 60_000;

/**
 * Takes snapshots at random moments under load, each through the service as it runs, and brings each one back, again by
 * the service, in the world of its own moment.
 */
export async function proveMoments(options: MomentsOptions): Promise<MomentsReport> {
  const proof = new MomentsProof(options);
  const began = performance.now();
  while (proof.taken < options.snapshots) await proof.round();
  return { ...proof.report(), seconds: Math.round((performance.now() - began) / 1000) };
}

class MomentsProof {
  readonly #options: MomentsOptions;
  readonly #random: () => number;
  readonly #pauses: PauseSample[] = [];
  readonly #failures: Record<
    'lost' | 'notReady' | 'incomplete' | 'clones' | 'notTaken' | 'disturbed' | 'leftBehind',
    string[]
  > = {
    lost: [],
    notReady: [],
    incomplete: [],
    clones: [],
    notTaken: [],
    disturbed: [],
    leftBehind: [],
  };
  readonly #rates: MomentsReport['load'] = {};
  #rounds = 0;
  #ready = 0;
  #largest = 0;
  taken = 0;

  constructor(options: MomentsOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
  }

  report(): Omit<MomentsReport, 'seconds'> {
    return {
      seed: this.#options.seed,
      snapshots: this.taken,
      rounds: this.#rounds,
      ready: this.#ready,
      ...this.#failures,
      pauses: pausesOf(this.#pauses),
      load: this.#rates,
      largestMb: Math.round(this.#largest / 1e5) / 10,
    };
  }

  /** A machine with freshly linked sessions: snapshots under load, then, in quiet, their boots. */
  async round(): Promise<void> {
    this.#rounds += 1;
    await using stage = await ServiceStage.open({ env: PATIENT, standin: { seed: this.#options.seed + this.#rounds } });
    await stage.service.start();
    const loaded: Loaded[] = [];
    for (let i = 1; i <= this.#options.sessions; i += 1) {
      const session = { name: `session-${i}`, phone: `54911000000${10 + i}`, partner: `54911770000${10 + i}` };
      await stage.link(session.name, session.phone);
      loaded.push(session);
    }
    const moments = await this.#takeAll(stage, loaded);
    await stage.service.end('SIGTERM');
    this.#failures.clones.push(...stage.accusations().map((type) => `${type} while snapshots were taken`));
    for (const { name } of loaded) this.#lookFor(join(stage.dataDir, 'tokens', name));
    const vault = { VAULT_URL: `file:${stage.dataDir}/vault`, VAULT_KEY_FILE: `${stage.dataDir}/vault.key` };
    await this.#bootAll(moments, vault);
  }

  async #takeAll(stage: ServiceStage, loaded: readonly Loaded[]): Promise<Moment[]> {
    const { snapshots, perRound, messageRate } = this.#options;
    const load = new Load(stage.world, stage.service, loaded, messageRate);
    load.start();
    const moments: Moment[] = [];
    const last = Math.min(snapshots, this.taken + perRound);
    while (this.taken < last) {
      const mode = MODES[this.taken % MODES.length] ?? 'messages';
      const session = loaded[Math.floor(this.#random() * loaded.length)] as Loaded;
      this.taken += 1;
      const label = `snapshot ${this.taken} of ${session.name} under ${mode}`;
      try {
        const moment = await takeMoment(stage, load, { session, mode, random: this.#random() });
        moments.push(moment);
        this.#pauses.push(moment);
        this.#largest = Math.max(this.#largest, moment.bytes);
        this.#say(
          `${label}: stood still ${moment.pauseMs} ms (${moment.method}), ${Math.round(moment.bytes / 1e6)} MB`,
        );
      } catch (error) {
        this.#failures.notTaken.push(`${label}: ${errorText(error)}`);
        this.#say(`${label}: FAILED, ${errorText(error)}`);
      }
    }
    await load.stop();
    this.#failures.disturbed.push(...load.failures, ...(await this.#disturbances(stage, load, loaded)));
    for (const [mode, { messages, bytes }] of load.rates) {
      const came = { messagesPerSecond: Math.round(messages * 10) / 10, bulkMbPerSecond: Math.round(bytes / 1e5) / 10 };
      this.#rates[mode] = [...(this.#rates[mode] ?? []), came];
    }
    return moments;
  }

  /** What taking snapshots did to the sessions themselves: nothing, that is. */
  async #disturbances(stage: ServiceStage, load: Load, loaded: readonly Loaded[]): Promise<string[]> {
    const found: string[] = [];
    for (const session of loaded) {
      await delivered(stage, session);
      const { phone, partner, name } = session;
      const hole = holesIn(numbersOf(await stage.world.phone(phone).stored(partner), 'in'), load.sentTo(session));
      if (hole !== null) found.push(`${name} itself: ${hole}`);
      const path = (await stage.service.transitions(name)).map(({ to, reason }) => `${to} ${reason}`).reverse();
      if (path.filter((step) => step.startsWith('READY')).length !== 1) found.push(`${name} went ${path.join(' -> ')}`);
    }
    return found;
  }

  async #bootAll(moments: readonly Moment[], vault: VaultEnv): Promise<void> {
    const waiting = moments.entries();
    const work = async (): Promise<void> => {
      for (const [index, moment] of waiting) await this.#boot(moment, index, vault);
    };
    await Promise.all(Array.from({ length: BOOTS_AT_ONCE }, work));
  }

  async #boot(moment: Moment, index: number, vault: VaultEnv): Promise<void> {
    const label = `snapshot ${moment.snapshot} (${moment.session.name} under ${moment.mode}, boot ${index + 1} of round ${this.#rounds})`;
    const began = performance.now();
    try {
      const boot = await bootMoment(moment, vault);
      this.#judge(label, boot);
      const word = boot.ready ? 'READY' : `NOT READY, it went ${boot.path}`;
      this.#say(`${label}: ${word} after ${Math.round(performance.now() - began)} ms`);
    } catch (error) {
      this.#failures.notReady.push(`${label}: ${errorText(error)}`);
      this.#say(`${label}: FAILED, ${errorText(error)}`);
    }
  }

  #judge(label: string, boot: Boot): void {
    const { lost, notReady, incomplete, clones, leftBehind } = this.#failures;
    if (boot.ready) this.#ready += 1;
    else notReady.push(`${label} went ${boot.path}`);
    if (boot.loginLost) lost.push(`${label} went ${boot.path}`);
    incomplete.push(...boot.incomplete.map((what) => `${label}: ${what}`));
    clones.push(...boot.accused.map((type) => `${label}: ${type}`));
    leftBehind.push(...boot.leftBehind.map((what) => `${label}: ${what}`));
  }

  #lookFor(profile: string): void {
    this.#failures.leftBehind.push(...browsersOn(profile).map(({ pid }) => `browser ${pid} on ${profile}`));
  }

  #say(line: string): void {
    this.#options.onProgress?.(line);
  }
}

/** Waits until the session has confirmed the last message that it was sent. */
async function delivered({ world }: ServiceStage, { phone }: Loaded): Promise<void> {
  const last = world.phone(phone).inbox.at(-1);
  if (last !== undefined) await world.waitFor('delivered', ({ detail }) => detail.id === last.id, DELIVERY_MS);
}
