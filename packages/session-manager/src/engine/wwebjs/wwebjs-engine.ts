import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browsersOn, endGroup, identify } from '@leadmaster/capture/processes';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { deadline, isOverdue, within, withSignal } from '@leadmaster/service-kit/wait';
import type { ClientOptions } from 'whatsapp-web.js';
import { browserEnvironment } from '../../config/browser-machine.ts';
import { requireScreen } from '../../config/screen.ts';
import type { BrowserFinder } from '../browser/browser-finder.ts';
import type { BrowserFound } from '../browser/find.ts';
import { browserFlags, userAgent } from '../browser/flags.ts';
import { lastWords } from '../browser/last-words.ts';
import type { EngineEvent, EngineRun, SessionEngine, StartRequest } from '../engine.ts';
import { outliveLateAnswers } from '../late-answers.ts';
import { PAGE_URL } from '../page-url.ts';
import type { MonitorSettings } from './page-monitor.ts';
import type { PageWiring } from './page-wiring.ts';
import { LIVE_VERSION } from './served-page.ts';
import type { PageLife, TamedClient } from './tamed-client.ts';
import { WwebjsRun } from './wwebjs-run.ts';

export interface WwebjsSettings {
  browsers: Pick<BrowserFinder, 'find'>;
  chromeArgs: readonly string[];
  /** Where the library keeps the pages of the web versions it has seen. */
  webCacheDir: string;
  launchMs: number;
  /** From the browser's start to an answer of WhatsApp's page. */
  loadMs: number;
  probeMs: number;
  qrRounds: number;
}

/** Sessions on whatsapp-web.js: one browser each, launched lean, owned from its first process to its last. */
export class WwebjsEngine implements SessionEngine {
  readonly name = 'whatsapp-web.js';
  readonly #settings: WwebjsSettings;

  constructor(settings: WwebjsSettings) {
    this.#settings = settings;
  }

  async start(request: StartRequest): Promise<EngineRun> {
    request.signal.throwIfAborted();
    this.#requirePinnedVersion(request.webVersion);
    if (request.visible) requireScreen();
    const browser = await this.#settings.browsers.find(request.visible);
    // The library and its puppeteer take 35 MB: a service without a session does without them.
    const { tamedClient } = await import('./tamed-client.ts');
    const launched = Promise.withResolvers<WwebjsRun>();
    const env = await browserEnvironment();
    request.signal.throwIfAborted();
    const client = tamedClient(this.#clientOptions(request, browser, env), (life, wiring) => {
      launched.resolve(this.#takeOver(client, { life, wiring }, browser, request));
    });
    const initialized = client.initialize();
    initialized.catch((error: unknown) => launched.reject(error));
    try {
      // puppeteer's own deadline does not hold for a browser that starts and then says nothing on its pipe.
      const run = await withSignal(launched.promise, deadline(this.#settings.launchMs, request.signal));
      initialized.catch((error: unknown) => run.failed(error));
      return run;
    } catch (error) {
      await this.#abandon(launched.promise, request.profileDir);
      throw request.signal.aborted ? request.signal.reason : await this.#explain(error, browser, request);
    }
  }

  #clientOptions(request: StartRequest, browser: BrowserFound, env: NodeJS.ProcessEnv): ClientOptions {
    const settings = this.#settings;
    return {
      webVersion: request.webVersion ?? LIVE_VERSION,
      webVersionCache: { type: 'local', path: settings.webCacheDir },
      userAgent: userAgent(browser.major),
      authTimeoutMs: settings.loadMs,
      puppeteer: {
        executablePath: browser.path,
        userDataDir: request.profileDir,
        headless: request.visible ? false : browser.kind === 'headless-shell' ? 'shell' : true,
        args: this.#flags(request, browser),
        env,
        // The pipe dies with this process, and the browser with the pipe (facts, Chromium 8).
        pipe: true,
        timeout: settings.launchMs,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        defaultViewport: null,
      },
    };
  }

  #takeOver(
    client: TamedClient,
    page: { life: PageLife; wiring: PageWiring },
    browser: BrowserFound,
    request: StartRequest,
  ): WwebjsRun {
    const pid = client.pupBrowser?.process()?.pid;
    const identity = pid === undefined ? null : identify(pid);
    if (identity === null || client.pupBrowser === undefined || client.pupPage === undefined) {
      throw new Error('the browser ended as it started');
    }
    outliveLateAnswers(client.pupBrowser);
    request.onLaunched({
      pid: identity.pid,
      startTicks: identity.startTicks,
      product: browser.kind,
      version: browser.version,
    });
    const run = new WwebjsRun({
      client,
      browser: client.pupBrowser,
      page: client.pupPage,
      ...page,
      // The library answers exactly this address with the pinned page (whatsapp-web-2026, 7.4).
      isPinned: (url) => request.webVersion !== null && url === PAGE_URL,
      identity,
      profileDir: request.profileDir,
      runtime: {
        browser: browser.kind,
        browserVersion: browser.version,
        pid: identity.pid,
        startedAt: new Date().toISOString(),
        webVersion: null,
        pssBytes: null,
      },
      monitor: this.#monitorSettings(),
      onEvent: (event: EngineEvent) => request.onEvent(event),
    });
    run.begin();
    return run;
  }

  #monitorSettings(): MonitorSettings {
    const { probeMs, qrRounds, loadMs } = this.#settings;
    return {
      startingMs: Math.min(300, probeMs),
      probeMs,
      lookDeadlineMs: Math.max(1_000, probeMs / 2),
      forgottenAfterMs: 600,
      settle: { newDocumentMs: 2_000, sameDocumentMs: 10_000 },
      linking: { qrRounds, linkingMs: loadMs },
      connection: { downGraceMs: Math.min(3_000, probeMs), reloadStepMs: 60_000, reloadCapMs: 180_000 },
    };
  }

  async #explain(error: unknown, browser: BrowserFound, request: StartRequest): Promise<unknown> {
    if (error instanceof LeadMasterError) return error;
    const why = isOverdue(error)
      ? `it did not answer for ${this.#settings.launchMs / 1000} s`
      : (await lastWords(browser.path, this.#flags(request, browser))) || errorText(error);
    return new LeadMasterError(
      'browser_failed',
      `${browser.path} did not start: ${why.slice(0, 2_000)}`,
      `Try "${browser.path} --headless --version" as the service's user; set CHROME_PATH to another browser if it does not answer.`,
      { cause: error },
    );
  }

  #flags(request: StartRequest, browser: BrowserFound): string[] {
    return browserFlags({
      visible: request.visible,
      root: process.getuid?.() === 0,
      userAgent: userAgent(browser.major),
      extra: this.#settings.chromeArgs,
    });
  }

  /** A pin that cannot be honoured must not silently become the live version. */
  #requirePinnedVersion(webVersion: string | null): void {
    const { webCacheDir } = this.#settings;
    if (webVersion === null || existsSync(join(webCacheDir, `${webVersion}.html`))) return;
    throw new LeadMasterError(
      'web_version_missing',
      `WEB_VERSION pins ${webVersion}, and ${webCacheDir} holds no such page`,
      'Pin a version that this data folder has seen (the file names there, without ".html"), or unset WEB_VERSION.',
    );
  }

  /**
   * Gives a launch up. Its browser may not even be there yet: what comes of it is ended as it shows, until the launch
   * itself has come to an end, so that none is left behind unknown.
   */
  async #abandon(launched: Promise<WwebjsRun>, profileDir: string): Promise<void> {
    let over = false;
    const settled = launched
      .then((run) => run.kill())
      .catch(() => undefined)
      .finally(() => {
        over = true;
      });
    const until = performance.now() + this.#settings.launchMs;
    while (!over && performance.now() < until) {
      await this.#endLeftovers(profileDir);
      await within(50, settled, null);
    }
    await this.#endLeftovers(profileDir);
  }

  /** A launch that failed half-way has told us no pid; its browser is a child of ours that names the profile. */
  async #endLeftovers(profileDir: string): Promise<void> {
    const ours = browsersOn(profileDir).filter(({ ppid }) => ppid === process.pid);
    for (const left of ours) await endGroup(left, { termMs: 0, killMs: 5_000 });
  }
}
