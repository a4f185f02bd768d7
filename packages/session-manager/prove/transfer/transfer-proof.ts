import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import type { Place } from './place.ts';
import { Traffic } from './traffic.ts';
import { type Manager, NAME, PHONE, TwoManagers } from './two-managers.ts';

export interface TransferProofOptions {
  /** There and back, so many times. */
  rounds: number;
  /** What the profile is grown to first; 0 for as it is. */
  profileBytes: number;
  seed: number;
  place: Place;
  /** Messages to the session, a second. */
  inPerSecond?: number;
  /** Breaks it off: everything ends, and it rejects. */
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
}

/** All lists are empty when all is well. Times in milliseconds, from the end of READY to READY again. */
export interface TransferProofReport {
  seed: number;
  /** Where the managers were. */
  place: string;
  transfers: number;
  profileBytes: number;
  /** From the command to its answer. */
  tookMs: number[];
  downMs: number[];
  /** Of a plain restart, in the same rounds. */
  restartMs: number[];
  messages: { in: number; out: number };
  lost: string[];
  doubled: string[];
  missing: string[];
  clones: string[];
  leftBehind: string[];
}

/** Of what a profile of that size is history; the rest are media. */
const HISTORY_SHARE = 1 / 20;
const IN_PER_SECOND = 4;

/** Moves a session there and back under messages, beside plain restarts, and looks what became of it. */
export async function proveTransfers(options: TransferProofOptions): Promise<TransferProofReport> {
  const { seed, place, signal } = options;
  await using stage = await TwoManagers.open({ seed, inNamespaces: place.inNamespaces });
  const proof = new TransferProof(options, stage).run();
  return await (signal === undefined ? proof : Promise.race([proof, brokenOff(signal)]));
}

async function brokenOff(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

class TransferProof {
  readonly #options: TransferProofOptions;
  readonly #stage: TwoManagers;
  readonly #traffic: Traffic;
  readonly #report: TransferProofReport;

  constructor(options: TransferProofOptions, stage: TwoManagers) {
    this.#options = options;
    this.#stage = stage;
    this.#traffic = new Traffic(stage, options.inPerSecond ?? IN_PER_SECOND);
    this.#report = {
      ...{ seed: options.seed, place: options.place.words, transfers: 0, profileBytes: 0 },
      ...{ tookMs: [], downMs: [], restartMs: [] },
      ...{ messages: this.#traffic.count, lost: [], doubled: [], missing: [], clones: [], leftBehind: [] },
    };
  }

  async run(): Promise<TransferProofReport> {
    const { a, b } = this.#stage;
    await this.#stage.start();
    await this.#grow();
    this.#traffic.start();
    let owner = a;
    try {
      for (let round = 1; round <= this.#options.rounds; round += 1) {
        await this.#restart(a);
        await this.#move(a, round);
        owner = b;
        await this.#restart(b);
        await this.#move(b, round);
        owner = a;
      }
    } catch (error) {
      this.#report.lost.push(`at ${owner.label}: ${errorText(error)}`);
    }
    await this.#traffic.stop();
    this.#report.messages = this.#traffic.count;
    if (this.#report.lost.length === 0) this.#report.missing.push(...(await this.#traffic.judge()));
    this.#report.clones.push(...this.#stage.clones());
    this.#report.leftBehind.push(...(await this.#stage.end()));
    return this.#report;
  }

  /** Fills the profile up, as a year of use does. */
  async #grow(): Promise<void> {
    const { a, world } = this.#stage;
    const { profileBytes } = this.#options;
    const size = async (): Promise<number> => (await a.service.call('getStorage', of(NAME))).bytes;
    if (profileBytes > 0) {
      const history = Math.round(profileBytes * HISTORY_SHARE);
      const mediaBytes = Math.max(0, profileBytes - (await size()) - history);
      await world.bulkHistory(PHONE, history, { mediaBytes });
    }
    this.#report.profileBytes = await size();
  }

  async #restart(at: Manager): Promise<void> {
    const since = new Date();
    await at.service.call('restartSession', of(NAME));
    const ready = await this.#stage.readyAfter(at, since);
    this.#report.restartMs.push(ready.getTime() - (await this.#stage.stoppedAfter(at, since)).getTime());
    await this.#traffic.flows();
  }

  async #move(from: Manager, round: number): Promise<void> {
    const to = this.#stage.other(from);
    const since = new Date();
    const phases = new Map<string, number>();
    let [phase, began] = ['begun', performance.now()];
    const onPhase = (next: string): void => {
      const now = performance.now();
      phases.set(phase, (phases.get(phase) ?? 0) + now - began);
      [phase, began] = [next, now];
    };
    const { state } = await this.#stage.transfer(from, { onPhase });
    onPhase('done');
    const tookMs = Date.now() - since.getTime();
    this.#traffic.ownedBy(to);
    const ready = await this.#stage.readyAfter(to, since);
    const downMs = ready.getTime() - (await this.#stage.stoppedAfter(from, since)).getTime();
    const browsers = this.#stage.browsers();
    if (state !== 'MOVED') this.#report.lost.push(`round ${round}: ${state} at ${from.label}`);
    if (browsers.length !== 1 || browsers[0]?.label !== to.label)
      this.#report.doubled.push(`round ${round}: browsers ${JSON.stringify(browsers)}, and ${to.label} is the owner`);
    this.#report.transfers += 1;
    this.#report.tookMs.push(tookMs);
    this.#report.downMs.push(downMs);
    await this.#traffic.flows();
    await this.#stage.savedAfter(from, since);
    // So that a disk need not hold them all.
    await rm(join(from.dataDir, 'trash'), { recursive: true, force: true });
    const restartMs = this.#report.restartMs.at(-1);
    const parts = [...phases].map(([name, ms]) => `${name} ${Math.round(ms)}`).join(', ');
    this.#options.onProgress?.(
      `${round} ${from.label} to ${to.label}: answered after ${tookMs} ms, down ${downMs} ms; a restart ${restartMs} ms (${parts})`,
    );
  }
}
