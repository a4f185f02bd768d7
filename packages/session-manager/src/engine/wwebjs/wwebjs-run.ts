import { join } from 'node:path';
import { flushLocalStorage } from '@leadmaster/capture/flush';
import { BrowserGroup, endGroup, type ProcessIdentity } from '@leadmaster/capture/processes';
import {
  type Account,
  type Census,
  errorText,
  LeadMasterError,
  type PairingCode,
  RECORDED_MODULES,
  type RecordedPage,
  type Runtime,
} from '@leadmaster/protocol';
import type { Browser, Page } from 'puppeteer-core';
import type { Client, Message, MessageAck } from 'whatsapp-web.js';
import { treeMemory } from '../../process/memory.ts';
import { takeCensus } from '../census.ts';
import type { CatchUpFrom, CatchUpPart, EngineEvent, EngineRun, MessageSender } from '../engine.ts';
import type { PageProbe } from '../page-probe.ts';
import { recordedPageOf } from '../recorded-page.ts';
import { withSignal } from '../with-signal.ts';
import { catchUp, receivedLive, WwebjsSender } from './messages.ts';
import { findForRecording } from './page/recording.ts';
import { FINAL_STATES, type MonitorSettings, PageMonitor } from './page-monitor.ts';

/** How long WhatsApp lets a pairing code stand: the library asks for a new one after three minutes. */
const PAIRING_CODE_MS = 180_000;
/** WhatsApp shows the first QR for a minute, the others for twenty seconds (facts: worth playing faithfully). */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QRS_PER_ROUND = 6;
const KILL_MS = 5_000;
/** How long the page may take to list its databases for a recording, which goes on without them. */
const DATABASES_MS = 3_000;

/** One browser with one page of WhatsApp, from the moment its process exists to the proof that it is gone. */
export class WwebjsRun implements EngineRun {
  readonly messages: MessageSender;
  readonly #client: Client;
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #group: BrowserGroup;
  readonly #identity: ProcessIdentity;
  readonly #profileDir: string;
  readonly #monitor: PageMonitor;
  #runtime: Runtime;
  #listener: ((event: EngineEvent) => void) | null;
  #watching: Promise<void> = Promise.resolve();
  #qrs = 0;

  constructor(input: RunInput) {
    this.#client = input.client;
    this.#browser = input.browser;
    this.#page = input.page;
    this.#identity = input.identity;
    this.#group = new BrowserGroup(input.identity);
    this.#profileDir = input.profileDir;
    this.#runtime = input.runtime;
    this.#listener = input.onEvent;
    this.messages = new WwebjsSender(input.client);
    this.#monitor = new PageMonitor(input.page, (event) => this.#tell(event), input.monitor);
  }

  get process(): ProcessIdentity {
    return this.#identity;
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  /** Begins to listen. The page is about to be loaded. */
  begin(): void {
    const client = this.#client;
    client.on('qr', (qr: string) => this.#onQr(qr));
    client.on('ready', () => void this.#onReady());
    client.on('loading_screen', (percent: string | number) =>
      this.#tell({ type: 'progress', percent: Number(percent) }),
    );
    client.on('disconnected', (reason: string) => this.#onDisconnected(reason));
    client.on('change_state', () => this.#monitor.hurry());
    client.on('message', (message: Message) => this.#tell({ type: 'message', message: receivedLive(message) }));
    client.on('message_ack', (message: Message, ack: MessageAck) =>
      this.#tell({ type: 'ack', ids: [message.id._serialized], ack }),
    );
    this.#browser.on('disconnected', () => this.#lost('browser_died', 'the browser process ended'));
    this.#page.on('error', (error: Error) => this.#lost('renderer_died', errorText(error)));
    this.#watching = this.#monitor.watch();
  }

  /** The library gave up before the page was there. */
  failed(error: unknown): void {
    const text = errorText(error);
    if (/net::ERR_/.test(text)) this.#lost('page_unreachable', text);
    else this.#lost('page_failed', text);
  }

  async requestPairingCode(phone: string, signal: AbortSignal): Promise<PairingCode> {
    const code = await withSignal(this.#client.requestPairingCode(phone), signal);
    return { code, expiresAt: new Date(Date.now() + PAIRING_CODE_MS).toISOString() };
  }

  flushLogin(signal: AbortSignal): Promise<void> {
    return flushLocalStorage(this.#page, join(this.#profileDir, 'Default', 'Local Storage', 'leveldb'), signal);
  }

  catchUp(from: CatchUpFrom, signal: AbortSignal): AsyncIterable<CatchUpPart> {
    return catchUp(this.#client, from, signal);
  }

  whatsappNow(): Date {
    return new Date();
  }

  async probe(): Promise<PageProbe> {
    return { build: this.#runtime.webVersion, isQuiet: false, checks: [], canJournal: false, databases: {} };
  }

  async record(signal: AbortSignal): Promise<RecordedPage> {
    const wish = { modules: RECORDED_MODULES, databasesMs: DATABASES_MS };
    return recordedPageOf(await withSignal(this.#page.evaluate(findForRecording, wish), signal));
  }

  /**
   * Asks WhatsApp itself to remove this device. The library's own `logout` closes the browser as well and waits for
   * nothing; here the browser stays until the supervisor stops it.
   */
  async logout(signal: AbortSignal): Promise<void> {
    const listener = this.#listener;
    this.#listener = null;
    await withSignal(this.#page.evaluate('window.require("WAWebSocketModel").Socket.logout()'), signal).catch(
      (error: unknown) => {
        // A page that leaves for the login screen takes the answer with it: that is what success looks like.
        if (/context|detached|navigat/i.test(errorText(error))) return;
        // The session goes on, and what comes in is heard again.
        this.#listener = listener;
        throw error;
      },
    );
  }

  census(signal: AbortSignal): Promise<Census> {
    return withSignal(takeCensus(this.#page), signal);
  }

  async screenshot(signal: AbortSignal): Promise<Buffer> {
    return Buffer.from(await withSignal(this.#page.screenshot(), signal));
  }

  async measureMemory(): Promise<number | null> {
    const { bytes } = await treeMemory(this.#identity);
    this.#runtime = { ...this.#runtime, pssBytes: bytes };
    return bytes;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#silence();
    // A member that outlives its leader is ours only if it was seen while the leader lived.
    const known = this.#group.members().map(({ pid, startTicks }) => ({ pid, startTicks }));
    // CDP's close writes out what Chromium still holds; a page that hangs must not hold it up, hence no page close first.
    const closed = this.#browser.close().catch(() => undefined);
    await Promise.race([closed, this.#group.gone(deadlineMs)]);
    await endGroup(this.#identity, { termMs: 1_000, killMs: KILL_MS, known });
    await this.#watching;
  }

  async kill(): Promise<void> {
    this.#silence();
    const known = this.#group.members().map(({ pid, startTicks }) => ({ pid, startTicks }));
    await endGroup(this.#identity, { termMs: 0, killMs: KILL_MS, known });
    await this.#watching;
  }

  /** From here on the run tells nobody anything: late callbacks are dead. */
  #silence(): void {
    this.#listener = null;
    this.#monitor.stop();
  }

  #tell(event: EngineEvent): void {
    this.#listener?.(event);
  }

  #lost(reason: 'browser_died' | 'renderer_died' | 'page_unreachable' | 'page_failed', detail: string): void {
    this.#tell({ type: 'lost', reason, detail });
  }

  #onQr(qr: string): void {
    this.#monitor.setQrOffered();
    const first = this.#qrs % QRS_PER_ROUND === 0;
    this.#qrs += 1;
    const expiresAt = new Date(Date.now() + (first ? FIRST_QR_MS : NEXT_QR_MS));
    this.#tell({ type: 'qr', qr, expiresAt, attempt: this.#qrs });
  }

  async #onReady(): Promise<void> {
    this.#monitor.setReady();
    try {
      const webVersion = await this.#client.getWWebVersion();
      this.#runtime = { ...this.#runtime, webVersion };
      this.#tell({ type: 'ready', account: accountOf(this.#client), webVersion });
    } catch (error) {
      this.failed(error);
    }
  }

  #onDisconnected(reason: string): void {
    if (reason === 'LOGOUT' || reason === 'UNPAIRED' || reason === 'UNPAIRED_IDLE')
      this.#tell({ type: 'unlinked', reason });
    else this.#tell(FINAL_STATES[reason] ?? { type: 'lost', reason: 'page_failed', detail: `WhatsApp said ${reason}` });
  }
}

export interface RunInput {
  client: Client;
  browser: Browser;
  page: Page;
  identity: ProcessIdentity;
  profileDir: string;
  runtime: Runtime;
  monitor: MonitorSettings;
  onEvent: (event: EngineEvent) => void;
}

function accountOf(client: Client): Account {
  const wid = client.info?.wid;
  if (wid === undefined || wid === null) {
    throw new LeadMasterError(
      'engine_failed',
      'WhatsApp did not say which account is linked',
      'It is tried again by itself.',
    );
  }
  return { id: wid._serialized, phone: wid.user, name: client.info.pushname ?? '' };
}
