import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyEvent, Build, Session } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import type { ServiceProcess } from '../service/service-process.ts';
import { BuildMachine } from './machine.ts';

const SCHEMA = 201;
const GOOD = '2.3000.1044431423';
/** Breaks ids. */
const BROKEN = '2.3000.1045220589';
/** There is nothing wrong with it but the profile that tries it. */
const SOUND = '2.3000.1045818043';
/** Lacks a module that the self-test looks for and nothing needs. */
const POORER = '2.3000.1047775310';
const SPARE_MODULE = 'WAWebModalManager';

/** Long enough for a self-test to look twice, half a minute apart. */
const TRIAL_S = 50;
const VERDICT_MS = 240_000;

const SETTINGS = {
  GUARD_TRIAL_S: String(TRIAL_S),
  GUARD_QUIET_S: String(TRIAL_S),
  GUARD_LOOK_S: '5',
  GUARD_PAUSE_S: '0',
  LAUNCH_DEADLINE_S: '20',
  LOAD_DEADLINE_S: '25',
  SYNC_DEADLINE_S: '25',
};

export interface GuardReport {
  sessions: number;
  /** Those that ran the build that breaks ids. */
  sawBroken: string[];
  /** What the operator was told of it. */
  told: Record<string, unknown> | null;
  /** What was not as it must be. */
  failures: string[];
  leftBehind: string[];
}

/** Sessions under the guard while WhatsApp serves a build that breaks ids, one that a wedged profile fails on, one that lacks a spare module. */
export async function proveGuard(options: {
  sessions: number;
  onProgress?: (line: string) => void;
}): Promise<GuardReport> {
  const world = await startStandin({ page: { version: GOOD, schema: SCHEMA } });
  const machine = await BuildMachine.make({ ...SETTINGS, CHROME_ARGS: world.chromeArgsText });
  const names = Array.from({ length: options.sessions }, (_, index) => `cliente-${index + 1}`);
  const proof = new GuardProof(world, machine, names, options.onProgress ?? (() => undefined));
  try {
    return await proof.run();
  } finally {
    await machine.close(names);
    await world.close();
  }
}

class GuardProof {
  readonly #world: World;
  readonly #machine: BuildMachine;
  readonly #names: readonly string[];
  readonly #say: (line: string) => void;
  readonly #failures: string[] = [];
  #service!: ServiceProcess;

  constructor(world: World, machine: BuildMachine, names: readonly string[], say: (line: string) => void) {
    this.#world = world;
    this.#machine = machine;
    this.#names = names;
    this.#say = say;
  }

  async run(): Promise<GuardReport> {
    this.#service = await this.#machine.start('guarded');
    await this.#linkAll();
    await this.#verdict(GOOD, 'good');
    const { sawBroken, told } = await this.#meetsBroken();
    await this.#meetsWedged();
    await this.#meetsPoorer();
    const clones = this.#world.observed.filter(({ type }) => ['rollback', 'duplicate', 'conflict'].includes(type));
    this.#failures.push(...clones.map(({ type, phone }) => `${type} of ${phone}`));
    const leftBehind = await this.#machine.close(this.#names);
    return { sessions: this.#names.length, sawBroken, told, failures: this.#failures, leftBehind };
  }

  async #linkAll(): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      const { qr } = await this.#service.firstQr(name);
      await this.#world.phone(phoneOf(index)).scan(qr);
      await this.#service.until(name, 'READY');
    }
    this.#say(`${this.#names.length} sessions are linked`);
  }

  /** Everybody is restarted, one after the other, while one tries the new build and the guard judges it. */
  async #meetsBroken(): Promise<Pick<GuardReport, 'sawBroken' | 'told'>> {
    this.#serve(BROKEN, 'wid-renamed');
    for (const name of this.#names) {
      const moment = new Date();
      const tried = this.#ran(BROKEN).includes(name);
      await this.#service.call('restartSession', of(name));
      if (!tried) await this.#readyOn(name, GOOD, moment);
    }
    this.#say('every session was restarted');
    const verdict = await this.#verdict(BROKEN, 'bad');
    const sawBroken = this.#ran(BROKEN);
    if (sawBroken.length !== 1) this.#failures.push(`${sawBroken.length} sessions ran the broken build: ${sawBroken}`);
    if (verdict?.data.capability !== 'ids')
      this.#failures.push(`the capability that was told is ${verdict?.data.capability}`);
    for (const name of this.#names) await this.#readyOn(name, GOOD, new Date(0));
    return { sawBroken, told: verdict?.data ?? null };
  }

  /** A profile whose browser never lives long is no word against a build. */
  async #meetsWedged(): Promise<void> {
    this.#serve(SOUND);
    const canary = await this.#canary(SOUND);
    this.#say(`${canary} is wedged`);
    const stop = new AbortController();
    const wedging = this.#wedge(canary, stop.signal);
    try {
      await this.#verdict(SOUND, 'unknown');
    } finally {
      stop.abort();
      await wedging;
    }
    if ((await this.#verdictOf(SOUND)) === 'bad') this.#failures.push('a wedged profile alone blamed a build');
    const others = this.#names.filter((name) => name !== canary);
    for (const name of others) await this.#readyOn(name, GOOD, new Date(0));
  }

  /** A feature that the self-test finds missing and no session needs does not block a build. */
  async #meetsPoorer(): Promise<void> {
    this.#serve(POORER, `module-missing=${SPARE_MODULE}`);
    await this.#verdict(POORER, 'good');
  }

  #serve(version: string, ...drifts: string[]): void {
    this.#world.configure({ page: { version, schema: SCHEMA, drifts } });
    this.#say(`WhatsApp serves ${version}${drifts.length === 0 ? '' : ` (${drifts.join(', ')})`}`);
  }

  /** Waits until a build is thought of so, after it was tried. */
  async #verdict(build: string, wanted: Build['verdict']): Promise<AnyEvent | null> {
    const deadline = performance.now() + VERDICT_MS;
    while (performance.now() < deadline) {
      const told = (await this.#events()).filter(({ type, data }) => type === 'build.verdict' && data.build === build);
      const last = told.at(-1);
      if (last !== undefined && last.data.verdict !== 'canary') {
        if (last.data.verdict !== wanted) this.#failures.push(`${build} is ${last.data.verdict}: ${last.data.reason}`);
        this.#say(`${build} is ${last.data.verdict}: ${last.data.reason}`);
        return last;
      }
      await sleep(500);
    }
    this.#failures.push(`${build} was not judged within ${VERDICT_MS / 1000} s`);
    return null;
  }

  async #canary(build: string): Promise<string> {
    const deadline = performance.now() + VERDICT_MS;
    while (performance.now() < deadline) {
      const tried = (await this.#events()).find(
        ({ type, data }) => type === 'build.verdict' && data.build === build && data.verdict === 'canary',
      );
      if (tried !== undefined) return tried.session;
      await sleep(100);
    }
    throw new Error(`no session tries ${build}`);
  }

  /** Kills every browser of a session as soon as it has one. */
  async #wedge(name: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { runtime } = await this.#service.session(name);
      if (runtime !== null) kill(runtime.pid);
      await sleep(100);
    }
  }

  async #readyOn(name: string, build: string, moment: Date): Promise<void> {
    const session: Session = await this.#service.untilReadyAgain(name, moment);
    const running = session.runtime?.webVersion;
    if (running !== build) this.#failures.push(`${name} is READY on ${running}, not on ${build}`);
  }

  /** Sessions that have logged in with a build, by the word of the server. */
  #ran(build: string): string[] {
    const phones = this.#world.observed
      .filter(({ type, detail }) => type === 'login' && detail.version === build)
      .map(({ phone }) => phone);
    return this.#names.filter((_, index) => phones.includes(phoneOf(index)));
  }

  async #verdictOf(build: string): Promise<string | undefined> {
    const { items } = await this.#service.call('listBuilds');
    return items.find((one) => one.build === build)?.verdict;
  }

  async #events(): Promise<AnyEvent[]> {
    const all: AnyEvent[] = [];
    for (let after = 0; ; ) {
      const { items, cursor } = await this.#service.events(after);
      all.push(...items);
      if (items.length < 1000) return all;
      after = cursor;
    }
  }
}

function phoneOf(index: number): string {
  return `54911000${10_000 + index}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
