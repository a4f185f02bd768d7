import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandinOptions, startStandin, type World } from '@leadmaster/whatsapp-standin';
import { BrowserFinder } from '../../src/engine/browser/browser-finder.ts';
import type { EngineEvent, EngineRun } from '../../src/engine/engine.ts';
import { WwebjsEngine } from '../../src/engine/wwebjs/wwebjs-engine.ts';

type EventOf<T extends EngineEvent['type']> = Extract<EngineEvent, { type: T }>;

export interface RunStageOptions {
  drifts?: readonly string[];
  standin?: StandinOptions;
  /** The browser's own flags, after all others. */
  chromeArgs?: readonly string[];
  loadMs?: number;
}

/** The engine alone, on a stand-in of WhatsApp and one profile, with an ear for all that its runs tell. */
export class RunStage implements AsyncDisposable {
  readonly world: World;
  /** What the present run has told so far, oldest first. */
  readonly events: EngineEvent[] = [];
  readonly #dir: string;
  readonly #engine: WwebjsEngine;
  readonly #ears = new Set<() => void>();
  #run: EngineRun | null = null;

  private constructor(world: World, dir: string, engine: WwebjsEngine) {
    this.world = world;
    this.#dir = dir;
    this.#engine = engine;
  }

  static async open(options: RunStageOptions = {}): Promise<RunStage> {
    const dir = await mkdtemp(join(tmpdir(), 'leadmaster-run-'));
    const { page, ...rest } = options.standin ?? {};
    const world = await startStandin({ ...rest, page: { ...page, drifts: options.drifts ?? [] } });
    const engine = new WwebjsEngine({
      browsers: new BrowserFinder(null),
      chromeArgs: [...world.chromeArgs, ...(options.chromeArgs ?? [])],
      webCacheDir: join(dir, 'web-cache'),
      launchMs: 15_000,
      loadMs: options.loadMs ?? 20_000,
      probeMs: 500,
      qrRounds: 3,
    });
    return new RunStage(world, dir, engine);
  }

  get run(): EngineRun {
    if (this.#run === null) throw new Error('no run was started');
    return this.#run;
  }

  /** Starts a browser on the profile; what an earlier one told is forgotten. */
  async start(): Promise<void> {
    this.events.length = 0;
    this.#run = await this.#engine.start({
      session: 'ventas',
      profileDir: join(this.#dir, 'profile'),
      visible: false,
      webVersion: null,
      onEvent: (event) => {
        this.events.push(event);
        for (const ear of this.#ears) ear();
      },
      onLaunched: () => undefined,
      signal: AbortSignal.timeout(30_000),
    });
  }

  /** Starts, has the phone scan the QR, and waits for READY. */
  async link(number: string): Promise<void> {
    await this.start();
    const { qr } = await this.until('qr');
    await this.world.phone(number).scan(qr);
    await this.until('ready');
  }

  async stop(): Promise<void> {
    await this.#run?.stop(5_000);
    this.#run = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.world.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** The first event of a kind that fits, told after the first `after` events. */
  async until<T extends EngineEvent['type']>(
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
    after = 0,
    withinMs = 40_000,
  ): Promise<EventOf<T>> {
    const deadline = AbortSignal.timeout(withinMs);
    for (;;) {
      const found = this.events.slice(after).find((event) => event.type === type && fits(event as EventOf<T>));
      if (found !== undefined) return found as EventOf<T>;
      await this.#next(deadline, type);
    }
  }

  /** The kinds of what was told, `alive` left out. */
  kinds(after = 0): string[] {
    return this.events
      .slice(after)
      .map(({ type }) => type)
      .filter((type) => type !== 'alive');
  }

  #next(deadline: AbortSignal, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const ear = () => {
        this.#ears.delete(ear);
        resolve();
      };
      this.#ears.add(ear);
      deadline.addEventListener('abort', () => {
        this.#ears.delete(ear);
        reject(new Error(`no ${what} came; told were ${this.kinds().join(', ')}`));
      });
      if (deadline.aborted) reject(new Error(`no ${what} came`));
    });
  }
}
