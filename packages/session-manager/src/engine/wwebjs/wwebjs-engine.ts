import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { ClientOptions } from 'whatsapp-web.js';
import { browsersOn, endGroup, identify } from '../../process/browser-group.ts';
import type { BrowserFinder } from '../browser/browser-finder.ts';
import type { BrowserFound } from '../browser/find.ts';
import { browserFlags, userAgent } from '../browser/flags.ts';
import type { EngineEvent, EngineRun, SessionEngine, StartRequest } from '../engine.ts';
import type { MonitorSettings } from './page-monitor.ts';
import { LIVE_VERSION, type TamedClient, tamedClient } from './tamed-client.ts';
import { withSignal } from './with-signal.ts';
import { WwebjsRun } from './wwebjs-run.ts';

export interface WwebjsSettings {
  browsers: BrowserFinder;
  chromeArgs: readonly string[];
  webVersion: string | null;
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
    this.#requirePinnedVersion();
    const browser = await this.#settings.browsers.find(request.visible);
    const launched = Promise.withResolvers<WwebjsRun>();
    const client = tamedClient(this.#clientOptions(request, browser), () => {
      launched.resolve(this.#takeOver(client, browser, request));
    });
    const initialized = client.initialize();
    initialized.catch((error: unknown) => launched.reject(error));
    try {
      const run = await withSignal(launched.promise, request.signal);
      initialized.catch((error: unknown) => run.failed(error));
      return run;
    } catch (error) {
      await this.#endLeftovers(request.profileDir);
      throw launchError(error, browser);
    }
  }

  #clientOptions(request: StartRequest, browser: BrowserFound): ClientOptions {
    const settings = this.#settings;
    return {
      webVersion: settings.webVersion ?? LIVE_VERSION,
      webVersionCache: { type: 'local', path: settings.webCacheDir },
      userAgent: userAgent(browser.major),
      authTimeoutMs: settings.loadMs,
      puppeteer: {
        executablePath: browser.path,
        userDataDir: request.profileDir,
        headless: request.visible ? false : browser.kind === 'headless-shell' ? 'shell' : true,
        args: browserFlags({
          visible: request.visible,
          root: process.getuid?.() === 0,
          userAgent: userAgent(browser.major),
          extra: settings.chromeArgs,
        }),
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

  #takeOver(client: TamedClient, browser: BrowserFound, request: StartRequest): WwebjsRun {
    const pid = client.pupBrowser?.process()?.pid;
    const identity = pid === undefined ? null : identify(pid);
    if (identity === null || client.pupBrowser === undefined || client.pupPage === undefined) {
      throw new Error('the browser ended as it started');
    }
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
    const { probeMs, qrRounds } = this.#settings;
    return {
      startingMs: Math.min(300, probeMs),
      probeMs,
      lookDeadlineMs: Math.max(1_000, probeMs / 2),
      downGraceMs: Math.min(3_000, probeMs),
      forgottenAfterMs: 600,
      qrRounds,
    };
  }

  /** A pin that cannot be honoured must not silently become the live version. */
  #requirePinnedVersion(): void {
    const { webVersion, webCacheDir } = this.#settings;
    if (webVersion === null || existsSync(join(webCacheDir, `${webVersion}.html`))) return;
    throw new LeadMasterError(
      'web_version_missing',
      `WEB_VERSION pins ${webVersion}, and ${webCacheDir} holds no such page`,
      'Pin a version that this data folder has seen (the file names there, without ".html"), or unset WEB_VERSION.',
    );
  }

  /** A launch that failed half-way has told us no pid; its browser is a child of ours that names the profile. */
  async #endLeftovers(profileDir: string): Promise<void> {
    const ours = browsersOn(profileDir).filter(({ ppid }) => ppid === process.pid);
    for (const left of ours) await endGroup(left, { termMs: 0, killMs: 5_000 });
  }
}

function launchError(error: unknown, browser: BrowserFound): unknown {
  if (error instanceof LeadMasterError || (error instanceof Error && error.name === 'AbortError')) return error;
  return new LeadMasterError(
    'browser_failed',
    `${browser.path} did not start: ${errorText(error).slice(0, 2_000)}`,
    `Try "${browser.path} --headless --version" as the service's user; set CHROME_PATH to another browser if it does not answer.`,
    { cause: error },
  );
}
