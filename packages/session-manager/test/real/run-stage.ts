import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandinOptions, startStandin, type World } from '@leadmaster/whatsapp-standin';
import type { Page } from 'puppeteer-core';
import { BrowserFinder } from '../../src/engine/browser/browser-finder.ts';
import type { EngineEvent, PageMessage } from '../../src/engine/engine.ts';
import { WwebjsEngine } from '../../src/engine/wwebjs/wwebjs-engine.ts';
import type { WwebjsRun } from '../../src/engine/wwebjs/wwebjs-run.ts';

export const ACCOUNT = '5491100000001';
export const CUSTOMER = '5491100000002';

type Of<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

interface StageOptions extends StandinOptions {
  loadMs?: number;
  /** The flags of the browser, from those that lead to the stand-in. */
  flags?: (own: readonly string[]) => readonly string[];
}

/** The engine alone on a stand-in of WhatsApp, real down to the browser, with everything that its runs tell. */
export class RunStage implements AsyncDisposable {
  readonly world: World;
  readonly events: EngineEvent[] = [];
  readonly #folder: string;
  readonly #engine: WwebjsEngine;
  #run: WwebjsRun | null = null;
  #changed = Promise.withResolvers<void>();

  private constructor(world: World, folder: string, loadMs: number, chromeArgs: readonly string[]) {
    this.world = world;
    this.#folder = folder;
    this.#engine = new WwebjsEngine({
      browsers: new BrowserFinder(process.env.CHROME_PATH ?? null),
      chromeArgs,
      webCacheDir: join(folder, 'web-cache'),
      ...{ launchMs: 20_000, loadMs, probeMs: 500, qrRounds: 3 },
    });
  }

  /** A stand-in with these drifts on top of those of its page. Nothing runs yet. */
  static async open(drifts: readonly string[] = [], options: StageOptions = {}) {
    const { loadMs = 20_000, flags = (own) => own, ...standin } = options;
    const page = { ...standin.page, drifts };
    const world = await startStandin({ ...standin, page });
    return new RunStage(world, await mkdtemp(join(tmpdir(), 'leadmaster-engine-')), loadMs, flags(world.chromeArgs));
  }

  /** The same with a session linked on it. */
  static async linked(drifts: readonly string[] = [], standin: StandinOptions = {}): Promise<RunStage> {
    const stage = await RunStage.open(drifts, standin);
    await stage.link();
    return stage;
  }

  get run(): WwebjsRun {
    if (this.#run === null) throw new Error('the engine does not run');
    return this.#run;
  }

  get page(): Page {
    const page = this.run.library.pupPage;
    if (!page) throw new Error('the engine has no page');
    return page;
  }

  async start(): Promise<void> {
    this.events.length = 0;
    this.#run = (await this.#engine.start({
      ...{ session: 'ventas', profileDir: join(this.#folder, 'profile'), visible: false, webVersion: null },
      onEvent: (event) => {
        this.events.push(event);
        this.#changed.resolve();
      },
      onLaunched: () => undefined,
      signal: AbortSignal.timeout(45_000),
    })) as WwebjsRun;
  }

  /** Starts, has the account's phone scan the QR, and waits for READY. */
  async link(): Promise<void> {
    await this.start();
    const { qr } = await this.next('qr');
    await this.world.phone(ACCOUNT).scan(qr);
    await this.next('ready');
  }

  /** Stops the browser with its login on disk. */
  async stop(): Promise<void> {
    await this.run.flushLogin(AbortSignal.timeout(10_000));
    await this.#run?.stop(5_000);
    this.#run = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run?.stop(5_000);
    await this.world.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The first event of that type in this run that fits, now or within the time; of those that came after the first `after`. */
  async next<Type extends EngineEvent['type']>(
    type: Type,
    fits: (event: Of<Type>) => boolean = () => true,
    withinMs = 45_000,
    after = 0,
  ): Promise<Of<Type>> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const told = this.events.slice(after);
      const found = told.find((event): event is Of<Type> => event.type === type && fits(event as Of<Type>));
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`no such ${type} within ${withinMs} ms; told were ${this.kinds().join(', ')}`);
      }
      this.#changed = Promise.withResolvers();
      await Promise.race([this.#changed.promise, new Promise((resolve) => setTimeout(resolve, 200))]);
    }
  }

  /** The first event of that type that comes from now on. */
  nextNew<Type extends EngineEvent['type']>(type: Type): Promise<Of<Type>> {
    return this.next(type, undefined, undefined, this.events.length);
  }

  /** The kinds of what was told after the first `after` events, signs of life left out. */
  kinds(after = 0): string[] {
    return this.events.slice(after).flatMap(({ type }) => (type === 'alive' ? [] : [type]));
  }

  async message(text: string): Promise<PageMessage> {
    return (await this.next('message', ({ message }) => message.text === text)).message;
  }
}
