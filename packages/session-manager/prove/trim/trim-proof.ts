import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn } from '@leadmaster/capture/processes';
import { Unanswered } from '@leadmaster/client';
import { type Census, errorText, type StorageReport, type TrimReport } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { seeded } from '../service/random.ts';
import { PATIENT, ServiceProcess } from '../service/service-process.ts';
import { lostRows } from './lost-rows.ts';

export interface TrimProofOptions {
  times: number;
  /** What each profile is grown to before each trim. */
  profileBytes: number;
  /** What it may be afterwards. */
  mostBytes: number;
  seed: number;
  onProgress?: (line: string) => void;
}

/** All lists are empty when all is well. */
export interface TrimProofReport {
  seed: number;
  trims: number;
  moments: Record<string, number>;
  /** How often the service died in the middle of a trim. */
  killed: number;
  leastBefore: number;
  mostBefore: number;
  mostAfter: number;
  medianMs: number;
  slowestMs: number;
  lost: string[];
  missing: string[];
  tooLarge: string[];
  clones: string[];
  leftBehind: string[];
}

/** When: of a session that was stopped; that runs; that is just starting; and with the service killed in the middle of one of these. */
const MOMENTS = ['stopped', 'running', 'starting', 'killed_stopped', 'killed_running'] as const;
type Moment = (typeof MOMENTS)[number];

const MB = 1_000_000;
const TRIMS_PER_PROFILE = 5;
const FRIEND = '5491199990000';
/** History that one growth adds at most, so that the last trim of a profile still fits: it is never trimmed. */
const HISTORY_SHARE = 1 / 60;
const DELIVERY_MS = 60_000;

/** Trims grown profiles at many moments, and looks what became of them. */
export async function proveTrims(options: TrimProofOptions): Promise<TrimProofReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-trims-'));
  const world = await startStandin({ seed: options.seed });
  const proof = new TrimProof(options, world, dataDir, await freePort());
  try {
    return await proof.run();
  } finally {
    await proof.stop();
    await world.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Subject {
  name: string;
  phone: string;
  /** Texts that its owner was sent. */
  messages: string[];
}

class TrimProof {
  readonly #options: TrimProofOptions;
  readonly #world: World;
  readonly #dataDir: string;
  readonly #service: ServiceProcess;
  readonly #random: () => number;
  readonly #report: TrimProofReport;
  readonly #tookMs: number[] = [];

  constructor(options: TrimProofOptions, world: World, dataDir: string, port: number) {
    this.#options = options;
    this.#world = world;
    this.#dataDir = dataDir;
    this.#random = seeded(options.seed);
    this.#service = new ServiceProcess({
      LEADMASTER_DATA_DIR: dataDir,
      SESSION_MANAGER_PORT: String(port),
      CHROME_ARGS: world.chromeArgsText,
      ...PATIENT,
      SNAPSHOT_KEEP: 'last=2',
    });
    this.#report = {
      ...{ seed: options.seed, trims: 0, moments: {}, killed: 0 },
      ...{ leastBefore: Number.POSITIVE_INFINITY, mostBefore: 0, mostAfter: 0, medianMs: 0, slowestMs: 0 },
      ...{ lost: [], missing: [], tooLarge: [], clones: [], leftBehind: [] },
    };
  }

  async run(): Promise<TrimProofReport> {
    await this.#service.start();
    let subject: Subject | null = null;
    // What a session has lost, it cannot keep in the next round.
    for (let i = 0; i < this.#options.times && this.#report.lost.length === 0; i += 1) {
      if (i % TRIMS_PER_PROFILE === 0) subject = await this.#next(subject, i);
      if (subject === null) throw new Error('no profile');
      const shift = Math.floor(i / TRIMS_PER_PROFILE);
      await this.#round(subject, MOMENTS[(i + shift) % MOMENTS.length] ?? 'running', i + 1);
    }
    const sorted = this.#tookMs.sort((a, b) => a - b);
    this.#report.medianMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
    this.#report.slowestMs = sorted.at(-1) ?? 0;
    await this.#end(subject);
    return this.#report;
  }

  async stop(): Promise<void> {
    await this.#service.end('SIGKILL');
  }

  /** Another profile: the one before goes for good, so that a disk need not hold them all. */
  async #next(before: Subject | null, number: number): Promise<Subject> {
    if (before !== null) await this.#service.call('deleteSession', { ...of(before.name), query: { purge: true } });
    await rm(join(this.#dataDir, 'trash'), { recursive: true, force: true });
    const subject = { name: `perfil-${number + 1}`, phone: `54911000${String(10_000 + number)}`, messages: [] };
    const { qr } = await this.#service.firstQr(subject.name);
    await this.#world.phone(subject.phone).scan(qr);
    await this.#service.until(subject.name, 'READY');
    return subject;
  }

  async #round(subject: Subject, moment: Moment, number: number): Promise<void> {
    const { name } = subject;
    const before = await this.#grow(subject);
    const counted = await this.#census(name);
    try {
      const began = performance.now();
      const report = await this.#trimAt(subject, moment);
      this.#judgeSize(`${number}: ${name} ${moment}`, report.bytes);
      this.#tookMs.push(Math.round(performance.now() - began));
    } catch (error) {
      this.#report.lost.push(`trim ${number} of ${name}, ${moment}: ${errorText(error)}`);
      return;
    }
    await this.#message(subject);
    const lost = lostRows(counted, await this.#census(name));
    this.#report.missing.push(...lost.map((what) => `trim ${number} of ${name}, ${moment}: ${what}`));
    await this.#judgeMessages(subject, number);
    await this.#judgeStaging(number);
    this.#report.trims += 1;
    this.#report.moments[moment] = (this.#report.moments[moment] ?? 0) + 1;
    this.#options.onProgress?.(
      `${number} ${moment}: ${Math.round(before / MB)} MB, ${this.#tookMs.at(-1)} ms until it was trimmed`,
    );
  }

  /** Fills a READY session up to its size, and sends it a message that must be there afterwards. */
  async #grow(subject: Subject): Promise<number> {
    const { profileBytes } = this.#options;
    const history = Math.round(profileBytes * HISTORY_SHARE * (0.2 + 0.8 * this.#random()));
    const { bytes } = await this.#storage(subject.name);
    const mediaBytes = Math.max(0, profileBytes - bytes - history);
    await this.#world.bulkHistory(subject.phone, history, { mediaBytes });
    await this.#message(subject);
    const grown = (await this.#storage(subject.name)).bytes;
    this.#report.leastBefore = Math.min(this.#report.leastBefore, grown);
    this.#report.mostBefore = Math.max(this.#report.mostBefore, grown);
    return grown;
  }

  /** Resolves with what the trim answered, once the session is READY again without having asked for a scan. */
  async #trimAt({ name }: Subject, moment: Moment): Promise<TrimReport> {
    const isStopped = moment === 'stopped' || moment === 'killed_stopped';
    if (isStopped) await this.#service.call('stopSession', { ...of(name), query: { wait: 30 } });
    if (moment === 'starting') {
      await this.#service.call('restartSession', of(name));
      await sleep(this.#random() * 600);
    }
    if (moment.startsWith('killed')) await this.#killDuring(name, isStopped);
    const since = new Date();
    const report = await this.#trim(name, isStopped);
    if (isStopped) await this.#service.call('startSession', of(name));
    await this.#service.untilReadyAgain(name, since);
    return report;
  }

  #trim(name: string, isStopped: boolean): Promise<TrimReport> {
    return this.#service.call('trimStorage', { ...of(name), query: { restart: !isStopped } });
  }

  /** Begins a trim, kills the service at a random moment of it, and brings the service back. */
  async #killDuring(name: string, isStopped: boolean): Promise<void> {
    const typicalMs = isStopped ? 120 : 600;
    const wasCut = this.#trim(name, isStopped).then(
      () => false,
      (error: unknown) => error instanceof Unanswered,
    );
    await sleep(this.#random() * typicalMs);
    await this.#service.end('SIGKILL');
    if (await wasCut) this.#report.killed += 1;
    await this.#service.start();
  }

  async #message(subject: Subject): Promise<void> {
    const text = `message ${subject.messages.length + 1} to ${subject.name}`;
    subject.messages.push(text);
    const { id } = await this.#world.phone(FRIEND).send(subject.phone, text);
    await this.#world.waitFor('delivered', ({ detail }) => detail.id === id, DELIVERY_MS);
  }

  /** Rows of the page, by way of a snapshot: the running page counts itself for it. */
  async #census(name: string): Promise<Census | null> {
    const { id } = await this.#service.call('createSnapshot', of(name));
    const detail = await this.#service.call('getSnapshot', { params: { session: name, snapshot: id } });
    return detail.census.after ?? detail.census.before;
  }

  #storage(name: string): Promise<StorageReport> {
    return this.#service.call('getStorage', of(name));
  }

  #judgeSize(what: string, bytes: number): void {
    this.#report.mostAfter = Math.max(this.#report.mostAfter, bytes);
    if (bytes > this.#options.mostBytes) this.#report.tooLarge.push(`${what} has ${Math.round(bytes / MB)} MB left`);
  }

  /** Each message was told once, over all kills in between. */
  async #judgeMessages({ name, messages }: Subject, number: number): Promise<void> {
    const told = new Map<unknown, number>();
    let cursor = 0;
    for (;;) {
      const page = await this.#service.events(cursor);
      if (page.items.length === 0) break;
      for (const { session, type, data } of page.items) {
        if (session === name && type === 'message.received') told.set(data.text, (told.get(data.text) ?? 0) + 1);
      }
      cursor = page.cursor;
    }
    for (const text of messages) {
      const times = told.get(text) ?? 0;
      if (times !== 1) this.#report.missing.push(`after trim ${number}: "${text}" was told ${times} times`);
    }
  }

  async #judgeStaging(number: number): Promise<void> {
    const left = (await readdir(join(this.#dataDir, 'staging'))).filter((name) => name.startsWith('trim-'));
    this.#report.leftBehind.push(...left.map((name) => `${name} in staging after trim ${number}`));
  }

  async #end(last: Subject | null): Promise<void> {
    const code = await this.#service.end('SIGTERM');
    if (code !== 0) this.#report.leftBehind.push(`exit code ${code}`);
    const browsers = last === null ? [] : browsersOn(join(this.#dataDir, 'tokens', last.name));
    this.#report.leftBehind.push(...browsers.map(({ pid }) => `browser ${pid}`));
    const bad = this.#world.observed.filter(({ type }) => ['rollback', 'duplicate', 'conflict'].includes(type));
    this.#report.clones.push(...bad.map(({ type, phone }) => `${type} of ${phone}`));
  }
}
