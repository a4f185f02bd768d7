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
import { withSignal } from '@leadmaster/service-kit/wait';
import type { Browser, Page } from 'puppeteer-core';
import type { Client, ContactId } from 'whatsapp-web.js';
import { memoryOf } from '../../process/memory.ts';
import { ProcessorTime } from '../../process/processor-time.ts';
import { takeCensus } from '../census.ts';
import type {
  CatchUpFrom,
  CatchUpPart,
  ChatReader,
  EngineEvent,
  EngineRun,
  MessageSender,
  RunUsage,
} from '../engine.ts';
import type { PageProbe } from '../page-probe.ts';
import { recordedPageOf } from '../recorded-page.ts';
import { unreachableFrom } from '../unreachable.ts';
import { catchUp } from './catch-up.ts';
import { WwebjsChats } from './chats.ts';
import { WwebjsSender } from './messages.ts';
import { readOwnIdentity } from './page/account.ts';
import { findForRecording } from './page/recording.ts';
import { PageLoad } from './page-load.ts';
import { type MonitorSettings, PageMonitor } from './page-monitor.ts';
import { runProbe } from './page-probing.ts';
import { watchReach } from './page-reach.ts';
import { FINAL_STATES } from './page-verdicts.ts';
import type { PageWiring } from './page-wiring.ts';
import { RunVoice } from './run-voice.ts';
import { SeenMessages } from './seen-messages.ts';
import type { PageLife } from './tamed-client.ts';
import { WhatsAppClock } from './whatsapp-clock.ts';

/** How long WhatsApp lets a pairing code stand. */
const PAIRING_CODE_MS = 180_000;
/**
 * The library asks WhatsApp for another code at this interval, in the page, until the session is linked: the longest
 * there is, so that no code is asked for but by order.
 */
const NEXT_CODE_MS = 2 ** 31 - 1;
const KILL_MS = 5_000;
/** How long the page may take to list its databases for a recording, which continues without them. */
const DATABASES_MS = 3_000;

/** One browser with one page of WhatsApp, from the moment its process exists to the proof that it is gone. */
export class WwebjsRun implements EngineRun {
  readonly messages: MessageSender;
  readonly chats: ChatReader;
  readonly #client: Client;
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #group: BrowserGroup;
  readonly #processor = new ProcessorTime();
  readonly #identity: ProcessIdentity;
  readonly #profileDir: string;
  readonly #life: PageLife;
  readonly #load: PageLoad;
  readonly #monitor: PageMonitor;
  readonly #voice: RunVoice;
  readonly #wiring: PageWiring;
  readonly #seen: SeenMessages;
  readonly #clock = new WhatsAppClock();
  #runtime: Runtime;
  #watching: Promise<void> = Promise.resolve();

  constructor(input: RunInput) {
    this.#client = input.client;
    this.#browser = input.browser;
    this.#page = input.page;
    this.#identity = input.identity;
    this.#group = new BrowserGroup(input.identity);
    this.#profileDir = input.profileDir;
    this.#runtime = input.runtime;
    this.#life = input.life;
    this.#voice = new RunVoice((event) => this.#life.documents.unbound(() => input.onEvent(event)));
    this.#wiring = input.wiring;
    const emit = (event: EngineEvent) => this.#tell(event);
    this.#seen = new SeenMessages(emit);
    this.messages = new WwebjsSender(input.client, input.page, input.life.documents, input.wiring.tickets);
    this.chats = new WwebjsChats(input.page);
    this.#load = new PageLoad(input.page, this.#life.documents, input.isPinned, emit);
    this.#monitor = new PageMonitor(input.page, {
      emit,
      settings: input.monitor,
      whatsappNow: () => this.whatsappNow(),
      isInjecting: () => this.#life.isInjecting(),
    });
  }

  /** The library's own client on this page, for what the engine does not cover. */
  get library(): Client {
    return this.#client;
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
    this.#page.on('response', (response) => this.#clock.hear(response));
    watchReach(this.#page, {
      unreachable: (found) => this.#tell({ type: 'unreachable', found }),
      refused: (found) => {
        this.#tell({ type: 'unreachable', found });
        this.#lost('page_unreachable', found.detail);
      },
    });
    const { documents } = this.#life;
    documents.onNew((url) => this.#monitor.navigated(url, this.#life.wasLogoutHeard()));
    this.#life.onVersion = (version) => void this.#load.said(version);
    this.#life.onSignal = (name, value) => this.#monitor.signal(name, value);
    client.on('qr', (qr: string) => this.#monitor.qr(qr));
    client.on('ready', () => void this.#onReady());
    client.on('loading_screen', (percent: string | number) => this.#monitor.progress(Number(percent)));
    client.on('disconnected', (reason: string) => this.#onDisconnected(reason));
    client.on('change_state', () => this.#monitor.hurry());
    this.#wiring.onEvent = (event) => this.#seen.live(event);
    this.#browser.on('disconnected', () => this.#lost('browser_died', 'the browser process ended'));
    this.#page.on('error', (error: Error) => this.#lost('renderer_died', errorText(error)));
    this.#watching = this.#monitor.watch();
  }

  /** The library gave up before the page was there. */
  failed(error: unknown): void {
    const text = errorText(error);
    const found = unreachableFrom(text);
    if (found !== null) this.#tell({ type: 'unreachable', found });
    this.#lost(/net::ERR_/.test(text) ? 'page_unreachable' : 'page_failed', text);
  }

  async requestPairingCode(phone: string, signal: AbortSignal): Promise<PairingCode> {
    const code = await withSignal(this.#client.requestPairingCode(phone, true, NEXT_CODE_MS), signal);
    return { code, expiresAt: new Date(Date.now() + PAIRING_CODE_MS).toISOString() };
  }

  flushLogin(signal: AbortSignal): Promise<void> {
    return flushLocalStorage(this.#page, join(this.#profileDir, 'Default', 'Local Storage', 'leveldb'), signal);
  }

  catchUp(from: CatchUpFrom, signal: AbortSignal): AsyncIterable<CatchUpPart> {
    return catchUp(this.#page, this.#seen, from, signal);
  }

  whatsappNow(): Date {
    return this.#clock.now();
  }

  probe(signal: AbortSignal): Promise<PageProbe> {
    return runProbe(this.#page, signal);
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
    const speakAgain = this.#voice.hush();
    await withSignal(this.#page.evaluate('window.require("WAWebSocketModel").Socket.logout()'), signal).catch(
      (error: unknown) => {
        // A page that leaves for the login screen takes the answer with it: that is what success looks like.
        if (/context|detached|navigat/i.test(errorText(error))) return;
        // The session continues, and new messages are received again.
        speakAgain();
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

  async measureUsage(): Promise<RunUsage> {
    const members = this.#group.members();
    const { bytes } = await memoryOf(members);
    this.#runtime = { ...this.#runtime, pssBytes: bytes };
    return { memoryBytes: bytes, processorMs: await this.#processor.upTo(members) };
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

  /** From here on the run reports nothing: late callbacks have no effect. */
  #silence(): void {
    this.#voice.hush();
    this.#monitor.stop();
  }

  #tell(event: EngineEvent): void {
    this.#voice.tell(event);
  }

  #lost(reason: 'browser_died' | 'renderer_died' | 'page_unreachable' | 'page_failed', detail: string): void {
    this.#tell({ type: 'lost', reason, detail });
  }

  async #onReady(): Promise<void> {
    const document = this.#life.documents.current;
    try {
      const webVersion = await this.#client.getWWebVersion();
      this.#monitor.ready();
      this.#runtime = { ...this.#runtime, webVersion };
      const { lid, device } = await this.#page.evaluate(readOwnIdentity);
      this.#tell({ type: 'ready', account: accountOf(this.#client, lid, device), webVersion });
    } catch (error) {
      // The page has reloaded itself since; the library says READY again for the next document.
      if (!this.#life.documents.isGone(document)) this.failed(error);
    }
  }

  /** The library's own word for an end. Of a logout it knows less than the monitor, which sees how the page leaves. */
  #onDisconnected(reason: string): void {
    if (reason === 'LOGOUT' || reason === 'UNPAIRED' || reason === 'UNPAIRED_IDLE') this.#monitor.hurry();
    else this.#tell(FINAL_STATES[reason] ?? { type: 'lost', reason: 'page_failed', detail: `WhatsApp said ${reason}` });
  }
}

export interface RunInput {
  client: Client;
  browser: Browser;
  page: Page;
  life: PageLife;
  wiring: PageWiring;
  /** Whether an address is answered with a kept page. */
  isPinned: (url: string) => boolean;
  identity: ProcessIdentity;
  profileDir: string;
  runtime: Runtime;
  monitor: MonitorSettings;
  onEvent: (event: EngineEvent) => void;
}

function accountOf(client: Client, lid: string | null, device: number | null): Account {
  const id = textOfWid(client.info?.wid);
  if (id === null) {
    throw new LeadMasterError(
      'engine_failed',
      'WhatsApp did not say which account is linked',
      'It is tried again by itself.',
    );
  }
  const known = { id, phone: client.info.wid.user, name: client.info.pushname ?? '' };
  return { ...known, ...(lid === null ? {} : { lid }), ...(device === null ? {} : { device }) };
}

/** The text of the operator's id, also where the page names the field of it otherwise. */
function textOfWid(wid: Partial<ContactId> | null | undefined): string | null {
  if (typeof wid?._serialized === 'string') return wid._serialized;
  return typeof wid?.user === 'string' && typeof wid.server === 'string' ? `${wid.user}@${wid.server}` : null;
}
