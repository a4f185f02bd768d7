import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Capture, CaptureRequest } from '@leadmaster/capture';
import { LeadMasterError, type Session, type TransferSession } from '@leadmaster/protocol';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { transferNames } from '../../src/profile/staging-names.ts';
import { sweepStaging } from '../../src/snapshots/staging.ts';
import { PeerError, type TransferPeer } from '../../src/transfer/peer.ts';
import { TransferSource } from '../../src/transfer/source.ts';
import { liveTransfers, TransferTarget } from '../../src/transfer/target.ts';
import { linkSession, NAME, openSessions } from '../lifecycle/linked-session.ts';
import { plainCapture } from './plain-capture.ts';

export { NAME } from '../lifecycle/linked-session.ts';

const log = pino({ level: 'silent' });
export const TO = 'https://other.example:3001';
export const KEY = 'a-key-of-the-other-manager';

/** A step that one manager asks of the other. */
export type Step = 'look' | 'prepare' | 'missing' | 'send' | 'seal' | 'commit' | 'abort';

/** What a test makes of a step: throws before it is done, or after it, with the answer lost. */
export type Fault = (step: Step, when: 'before' | 'after') => void;

/** No answer: the line is cut, or the other manager has died. */
export function cut(): PeerError {
  return new PeerError('the line is cut', { status: null, code: null, hint: 'Fix it.' });
}

/** The other manager without a network between, which fails where a test says so. */
class NearPeer implements TransferPeer {
  readonly origin: string;
  readonly #machine: Machine;
  readonly #fault: Fault;
  readonly #tell: (step: Step) => void;

  constructor(machine: Machine, origin: string, fault: Fault, tell: (step: Step) => void) {
    this.#machine = machine;
    this.origin = origin;
    this.#fault = fault;
    this.#tell = tell;
  }

  look: TransferPeer['look'] = (id) => this.#step('look', async (target) => target.get(id));
  prepare: TransferPeer['prepare'] = (wanted) => this.#step('prepare', (target) => target.prepare(wanted));
  missing: TransferPeer['missing'] = (id, hashes) => this.#step('missing', (target) => target.missing(id, hashes));
  send: TransferPeer['send'] = (id, piece) => this.#step('send', (target) => target.receive(id, piece));
  seal: TransferPeer['seal'] = (id, manifest) => this.#step('seal', (target) => target.seal(id, manifest));
  commit: TransferPeer['commit'] = (id) => this.#step('commit', (target) => target.commit(id));
  abort: TransferPeer['abort'] = (id) => this.#step('abort', (target) => target.abort(id));

  async #step<T>(step: Step, ask: (target: TransferTarget) => Promise<T>): Promise<T> {
    this.#tell(step);
    this.#fault(step, 'before');
    const answer = await ask(this.#machine.target).catch((error: unknown) => {
      if (!(error instanceof LeadMasterError)) throw error;
      const { code, status, hint, extra } = error;
      throw new PeerError(error.message, { code, status, hint, extra });
    });
    this.#fault(step, 'after');
    return answer;
  }
}

/** A manager with browsers that are played, over a real folder and database. */
export class Machine {
  readonly dataDir: string;
  /** Where transfers from here go. */
  other: Machine | null = null;
  fault: Fault = () => undefined;
  readonly steps: Step[] = [];
  /** What was kept of sessions that had left: what was in their folders. */
  readonly kept: string[][] = [];
  capture: (request: CaptureRequest) => Promise<Capture> = plainCapture;
  browserVersion = '156.0.0.0';
  minFreeBytes = 0;
  longMs = 60_000;
  #onceStopped: () => Promise<void> = async () => undefined;
  #open: Awaited<ReturnType<typeof openSessions>> | null = null;
  #source: TransferSource | null = null;
  #target: TransferTarget | null = null;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  get sessions() {
    return this.#opened.sessions;
  }

  get store() {
    return this.#opened.store;
  }

  get faults() {
    return this.#opened.faults;
  }

  get access() {
    return this.#opened.access;
  }

  get registry() {
    return this.#opened.registry;
  }

  get profiles() {
    return this.#opened.profiles;
  }

  get engine() {
    return this.#opened.engine;
  }

  get target(): TransferTarget {
    if (this.#target === null) throw cut();
    return this.#target;
  }

  get paths() {
    return dataPaths(this.dataDir);
  }

  /** As a service begins, after any end of the last one. */
  async open(): Promise<this> {
    prepareDataFolder(this.paths);
    const opened = await openSessions(this.dataDir);
    this.#open = opened;
    // WhatsApp takes every login.
    opened.engine.onStart = async () => {
      setImmediate(() => opened.engine.run.login());
    };
    const { sessions, access, store, profiles } = opened;
    const kept = liveTransfers(store).flatMap((id) => Object.values(transferNames(id)));
    await sweepStaging(this.paths, new Set(kept));
    const shared = { paths: this.paths, profiles, store, access, refuseHeld: () => undefined, log };
    const target = new TransferTarget({
      ...shared,
      browserVersion: async () => this.browserVersion,
      minFreeBytes: this.minFreeBytes,
      holdOlder: async () => undefined,
    });
    const source = new TransferSource({
      ...shared,
      capture: (request) => this.capture(request),
      lockIdle: async () => {
        await this.#onceStopped();
        return { release: () => undefined };
      },
      lastSnapshot: async (_session, { profileDir }) => {
        this.kept.push(await readdir(profileDir, { recursive: true }));
      },
      connect: (to) =>
        new NearPeer(
          this.#neighbour,
          to,
          (...at) => this.fault(...at),
          (step) => this.steps.push(step),
        ),
      commitMs: 0,
      longMs: this.longMs,
    });
    this.#source = source;
    this.#target = target;
    await sessions.load();
    await target.resume();
    await sessions.boot();
    return this;
  }

  /** As a service dies: what it knew is gone, and what is on the disk is what it had written. */
  async die(): Promise<void> {
    const opened = this.#opened;
    this.#open = null;
    this.#target = null;
    this.#source = null;
    // A process that has ended writes nothing.
    opened.faults.fails = () => true;
    await opened.sessions.close().catch(() => undefined);
    opened.faults.fails = () => false;
    opened.store.close();
  }

  async restart(): Promise<this> {
    await this.die();
    return this.open();
  }

  async close(): Promise<void> {
    if (this.#open === null) return;
    const { sessions, store } = this.#open;
    this.#open = null;
    await sessions.close();
    store.close();
  }

  /** Does something to the profile once it is stopped, before the last of it is sent. */
  onceStopped(task: () => Promise<void>): void {
    this.#onceStopped = task;
  }

  /** The command. */
  transfer(wanted: Partial<TransferSession> = {}, signal?: AbortSignal) {
    if (this.#source === null) throw cut();
    const call = signal === undefined ? {} : { signal };
    return this.#source.transfer(NAME, { to: TO, key: KEY, ...wanted }, call);
  }

  /** The session as it is here once it has settled; null when there is none. */
  async session(): Promise<Session | null> {
    return this.#opened.roster.has(NAME) ? this.sessions.settled(NAME, 10_000, new AbortController().signal) : null;
  }

  /** Whether this machine owns the session: a browser of it runs here, or may be started. */
  async owns(): Promise<boolean> {
    if (this.engine.alive.length > 0) return true;
    const record = await this.profiles.readRecord(NAME);
    return record !== null && record.generation > (this.store.tombstones.generation(NAME) ?? 0);
  }

  /** What is in staging. */
  staged(): Promise<string[]> {
    return readdir(this.paths.staging);
  }

  /** A file of the session's profile. */
  read(path: string): Promise<Buffer> {
    return readFile(join(this.profiles.locate(NAME), path));
  }

  write(path: string, content: Buffer | string): Promise<void> {
    return writeFile(join(this.profiles.locate(NAME), path), content);
  }

  get #opened() {
    if (this.#open === null) throw new Error('the machine does not run');
    return this.#open;
  }

  get #neighbour(): Machine {
    if (this.other === null) throw new Error('there is no other machine');
    return this.other;
  }
}

/** More than one piece. */
export const LARGE = randomBytes(5 * 2 ** 20);

/** Two machines; on the first, a session runs that has a large file, an empty one, and two that are the same. */
export async function twoMachines(): Promise<{ here: Machine; there: Machine }> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-transfer-'));
  const [here, there] = [new Machine(join(folder, 'here')), new Machine(join(folder, 'there'))];
  onTestFinished(async () => {
    await Promise.all([here.close(), there.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  here.other = there;
  there.other = here;
  prepareDataFolder(here.paths);
  await linkSession(here.dataDir);
  await here.open();
  await there.open();
  await here.write('Default/large', LARGE);
  await here.write('Default/empty', '');
  await here.write('Default/twin-a', 'the same');
  await here.write('Default/twin-b', 'the same');
  return { here, there };
}

/** How many of them own the session. */
export async function owners(...machines: Machine[]): Promise<number> {
  const owning = await Promise.all(machines.map((machine) => machine.owns()));
  return owning.filter(Boolean).length;
}
