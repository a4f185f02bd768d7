import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn } from '@leadmaster/capture/processes';
import { operate } from '@leadmaster/client';
import type { Progress, Session } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { KEY, PATIENT, ServiceProcess } from '../service/service-process.ts';
import { type Label, TwoNetworks } from './networks/two-networks.ts';

export const NAME = 'ventas';
export const PHONE = '5491100000001';
export const PARTNER = '5491100000002';

const READY_MS = 90_000;
const START_MS = 60_000;
const SAVED_MS = 180_000;
/** What the stand-in must never notice. */
const CLONES: readonly string[] = ['rollback', 'duplicate', 'conflict', 'takeover', 'duplicate_message'];

/** One of two managers, as a user runs it. */
export interface Manager {
  label: Label;
  dataDir: string;
  service: ServiceProcess;
  /** Where the other one reaches it. */
  url: string;
}

export interface TwoManagersOptions {
  seed: number;
  /** Each in a network namespace of its own; otherwise both on this machine's loopback. */
  inNamespaces?: boolean;
  /** Settings beside the usual ones. */
  settings?: (label: Label, folder: string) => NodeJS.ProcessEnv;
}

/** Two managers, each on a data folder of its own, with one WhatsApp between them. */
export class TwoManagers implements AsyncDisposable {
  readonly world: World;
  readonly folder: string;
  readonly a: Manager;
  readonly b: Manager;
  /** What it stands on, gone after them. */
  readonly #resources: AsyncDisposableStack;

  private constructor(world: World, folder: string, a: Manager, b: Manager, resources: AsyncDisposableStack) {
    this.world = world;
    this.folder = folder;
    this.a = a;
    this.b = b;
    this.#resources = resources;
  }

  static async open({ seed, inNamespaces = false, settings = () => ({}) }: TwoManagersOptions): Promise<TwoManagers> {
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'leadmaster-two-'));
    resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const world = await startStandin({ seed });
    resources.defer(() => world.close());
    const ports = { A: await freePort(), B: await freePort() };
    const networks = inNamespaces ? resources.use(await TwoNetworks.open({ folder, ports, shared: world.port })) : null;
    const manager = (label: Label): Manager => {
      const dataDir = join(folder, label);
      const service = new ServiceProcess({
        LEADMASTER_DATA_DIR: dataDir,
        CHROME_ARGS: world.chromeArgsText,
        ...PATIENT,
        ...networks?.settings(label),
        ...settings(label, folder),
        SESSION_MANAGER_PORT: String(ports[label]),
      });
      return { label, dataDir, service, url: networks?.url(label) ?? service.url };
    };
    return new TwoManagers(world, folder, manager('A'), manager('B'), resources.move());
  }

  /** Starts both, and links the session at the first. */
  async start(): Promise<void> {
    for (const manager of [this.a, this.b]) await this.startOf(manager);
    const { qr } = await this.a.service.firstQr(NAME);
    await this.world.phone(PHONE).scan(qr);
    await this.a.service.until(NAME, 'READY');
  }

  /** Starts one, and waits as long as a machine may take that is busy with other proofs. */
  async startOf({ service }: Manager): Promise<void> {
    service.spawn();
    await service.answers(START_MS);
  }

  other({ label }: Manager): Manager {
    return label === 'A' ? this.b : this.a;
  }

  /** The command, from one to the other, followed as the command line does; `to`: another address of it. */
  async transfer(
    from: Manager,
    options: { to?: string; undo?: boolean; onPhase?: (phase: string) => void } = {},
  ): Promise<Session> {
    const { to = this.other(from).url, undo, onPhase } = options;
    const body = { to, key: KEY, ...(undo ? { undo } : {}) };
    const onProgress = ({ phase }: Progress): void => onPhase?.(phase);
    return operate(from.service.client, 'transferSession', { ...of(NAME), body }, { onProgress });
  }

  /** Resolves with the time at which the session became READY after a moment. Fails at once where it asks for a scan. */
  async readyAfter({ label, service }: Manager, since: Date): Promise<Date> {
    const deadline = performance.now() + READY_MS;
    for (;;) {
      const path = await service.transitions(NAME);
      const later = path.filter(({ at }) => new Date(at) >= since);
      const ready = later.findLast(({ to }) => to === 'READY');
      if (ready !== undefined) return new Date(ready.at);
      const scan = later.find(({ to }) => to === 'QR_REQUIRED');
      if (scan !== undefined || performance.now() > deadline) {
        const went = later.map(({ to, reason }) => `${to} (${reason})`).reverse();
        throw new Error(`${NAME} at ${label} is not READY; it went ${went.join(' -> ')}\n${service.said}`);
      }
      await sleep(20);
    }
  }

  /** Resolves once the snapshot that is taken of a session as it leaves is in the vault: until then the machine is busy with it. */
  async savedAfter({ label, service }: Manager, since: Date): Promise<void> {
    const deadline = performance.now() + SAVED_MS;
    for (let cursor = 0; performance.now() < deadline; ) {
      const page = await service.events(cursor, 1);
      cursor = page.cursor;
      const later = page.items.filter(({ at }) => new Date(at) >= since);
      if (later.some(({ type }) => type === 'snapshot.created')) return;
      const failed = later.find(({ type }) => type === 'snapshot.failed');
      if (failed !== undefined) throw new Error(`no snapshot at ${label}: ${JSON.stringify(failed.data)}`);
    }
    throw new Error(`the snapshot at ${label} takes longer than ${SAVED_MS / 1000} s`);
  }

  /** When the session stopped being READY, after a moment. */
  async stoppedAfter({ label, service }: Manager, since: Date): Promise<Date> {
    const left = (await service.transitions(NAME)).findLast(
      ({ from, at }) => from === 'READY' && new Date(at) >= since,
    );
    if (left === undefined) throw new Error(`${NAME} at ${label} was READY all the time`);
    return new Date(left.at);
  }

  /** Process groups of the browsers that have the session's profile open, on both. */
  browsers(): { label: Label; pgid: number }[] {
    return [this.a, this.b].flatMap(({ label, dataDir }) => {
      // A browser that is just forking its children shows its command line twice, in one process group.
      const groups = new Set(browsersOn(join(dataDir, 'tokens', NAME)).map(({ pgid }) => pgid));
      return [...groups].map((pgid) => ({ label, pgid }));
    });
  }

  /** What the stand-in noticed that must never be. */
  clones(): string[] {
    return this.world.observed
      .filter(({ type }) => CLONES.includes(type))
      .map(({ type, detail }) => `${type} ${JSON.stringify(detail)}`);
  }

  /** Both end in order. Returns what was left behind. */
  async end(): Promise<string[]> {
    const left: string[] = [];
    for (const { label, service } of [this.a, this.b]) {
      const code = await service.end('SIGTERM');
      if (code !== 0) left.push(`${label} ended with ${code}: ${service.said.slice(-500)}`);
    }
    return [...left, ...this.browsers().map(({ label, pgid }) => `a browser of ${label}, group ${pgid}`)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.a.service.end('SIGKILL'), this.b.service.end('SIGKILL')]);
    await this.#resources.disposeAsync();
  }
}
