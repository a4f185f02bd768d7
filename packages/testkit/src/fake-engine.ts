import { EventEmitter, once } from 'node:events';
import type { Census, Chat, Contact, PairingCode, RecordedPage, Runtime } from '@leadmaster/protocol';
import { addressOf } from '@leadmaster/protocol';
import {
  type CatchUpFrom,
  type CatchUpPart,
  type ChatReader,
  type EngineEvent,
  type EngineRun,
  type Handover,
  type Listed,
  type ListPart,
  type MessageSender,
  NotSent,
  type PageMessage,
  type RunUsage,
  type SessionEngine,
  type StartRequest,
} from '../../session-manager/src/engine/engine.ts';
import type { PageProbe } from '../../session-manager/src/engine/page-probe.ts';
import { recordedPageOf } from '../../session-manager/src/engine/recorded-page.ts';

/** How long a test waits for a browser to be started. */
const RUN_MS = 10_000;

/** An engine whose browsers are made of nothing: a test decides what each run says and how it ends. */
export class FakeEngine implements SessionEngine {
  readonly name = 'fake';
  /** Every run that was started, in order. */
  readonly runs: FakeRun[] = [];
  /** How a launch ends; the default succeeds at once. */
  onStart: (request: StartRequest) => Promise<void> = async () => undefined;
  /** Sets a run up before anything is asked of it. */
  onRun: (run: FakeRun) => void = () => undefined;
  readonly #launches = new EventEmitter().setMaxListeners(0);

  async start(request: StartRequest): Promise<EngineRun> {
    await this.onStart(request);
    request.signal.throwIfAborted();
    const run = new FakeRun(request, this.runs.length + 1);
    request.onLaunched({ pid: run.runtime.pid, startTicks: run.runtime.pid, product: 'fake', version: '156.0.0.0' });
    this.onRun(run);
    this.runs.push(run);
    this.#launches.emit('launch');
    return run;
  }

  /** The run that a session has now, or its next one. */
  async runOf(session: string): Promise<FakeRun> {
    const signal = AbortSignal.timeout(RUN_MS);
    for (;;) {
      const run = this.alive.findLast((each) => each.session === session);
      if (run !== undefined) return run;
      await once(this.#launches, 'launch', { signal });
    }
  }

  /** The newest run. */
  get run(): FakeRun {
    const run = this.runs.at(-1);
    if (run === undefined) throw new Error('nothing was started');
    return run;
  }

  /** Runs whose browser would be alive now. */
  get alive(): FakeRun[] {
    return this.runs.filter((run) => !run.isStopped);
  }
}

export class FakeRun implements EngineRun {
  readonly runtime: Runtime;
  readonly process: EngineRun['process'];
  readonly messages: MessageSender;
  readonly chats: ChatReader;
  readonly #request: StartRequest;
  #handed = 0;
  /** Whose it is, and the build that it was to open. */
  readonly session: string;
  readonly profileDir: string;
  readonly webVersion: string | null;
  isStopped = false;
  isLoggedOut = false;
  /** What a flush does; the default succeeds. */
  onFlush: (signal: AbortSignal) => Promise<void> = async () => undefined;
  /** What a stop does; the default succeeds. A throw is a browser that would not die. */
  onStop: () => Promise<void> = async () => undefined;
  /** What a look at the chats finds, unless `onCatchUp` says otherwise. */
  missed: PageMessage[] = [];
  /** What a look at the chats comes to. A throw is a page that does not answer. */
  onCatchUp: (from: CatchUpFrom) => CatchUpPart[] = () => [{ messages: this.missed, failed: [], waiting: 0 }];
  /** Every look that was asked for. */
  readonly looks: CatchUpFrom[] = [];
  /** WhatsApp's clock; this machine's unless a test sets it. */
  now: Date | null = null;
  /** Whether a text opens a new chat. */
  opensChat: boolean | null = null;
  /** How a text fares once its id is known; the default journals it and takes it. */
  onSend = async (
    { to, text, journal }: Handover,
    whatsappId: string,
  ): Promise<{ whatsappId: string; ack: number }> => {
    await journal(whatsappId);
    this.sent.push({ to, text });
    this.acks.set(whatsappId, 0);
    return { whatsappId, ack: 0 };
  };
  /** What a probe finds. */
  page: PageProbe = { build: '2.3000.1', isQuiet: true, checks: [], canJournal: true, databases: {} };
  /** How often it was probed, and how a probe ends; the default finds the page as it is. */
  probes = 0;
  onProbe: () => Promise<PageProbe> = async () => this.page;
  /** What a look for a recording finds in the page, raw. */
  findings: unknown = { hasLoader: true };
  /** What the page's own books say. */
  readonly acks = new Map<string, number>();
  readonly sent: { to: string; text: string }[] = [];
  /** What the page knows of chats and people; a chat has its messages by its id, the latest first. */
  chatList: Chat[] = [];
  readonly chatMessages = new Map<string, PageMessage[]>();
  contactList: Contact[] = [];
  /** Every number that was asked for, and those that are on WhatsApp. */
  readonly numbersAsked: string[] = [];
  readonly numbers = new Set<string>();
  /** What a look at chats and people waits for; the default finds the page at rest. A throw is a page that fails. */
  onLook: (signal: AbortSignal) => Promise<void> = async () => undefined;
  /** Whether the page was allowed to load earlier messages, at each look at a chat. */
  readonly loadedEarlier: boolean[] = [];
  /** What the browser uses. */
  usage: RunUsage = { memoryBytes: null, processorMs: null };
  /** Every number for which a code was asked. */
  readonly pairings: string[] = [];

  constructor(request: StartRequest, number: number) {
    this.#request = request;
    this.session = request.session;
    this.profileDir = request.profileDir;
    this.webVersion = request.webVersion;
    this.runtime = {
      browser: 'fake',
      browserVersion: '156.0.0.0',
      pid: 4_000_000 + number,
      startedAt: new Date().toISOString(),
      webVersion: null,
      pssBytes: null,
    };
    this.process = { pid: this.runtime.pid, startTicks: this.runtime.pid, pgid: this.runtime.pid };
    this.messages = {
      sendText: (handover) => {
        this.#handed += 1;
        return this.onSend(handover, `true_${handover.to}@c.us_${number}-${this.#handed}`);
      },
      ackOf: async (whatsappId) => this.acks.get(whatsappId) ?? null,
      opensNewChat: async () => this.opensChat,
    };
    this.chats = this.#reader();
  }

  #reader(): ChatReader {
    return {
      chats: async (part, signal) => this.#look(signal, () => partOf(this.chatList, ({ id }) => id, part)),
      contacts: async (part, signal) => this.#look(signal, () => partOf(this.contactList, ({ id }) => id, part)),
      messages: async (chat, { mayLoadEarlier, ...part }, signal) =>
        this.#look(signal, () => {
          this.loadedEarlier.push(mayLoadEarlier);
          const messages = this.chatMessages.get(chat);
          if (messages === undefined) return null;
          return { ...partOf(messages, ({ whatsappId }) => whatsappId, part), isWhole: mayLoadEarlier };
        }),
      number: async (phone, signal) =>
        this.#look(signal, () => {
          this.numbersAsked.push(phone);
          const isOnWhatsApp = this.numbers.has(phone);
          const address = isOnWhatsApp ? addressOf(phone) : null;
          return { phone, isOnWhatsApp, address, otherSpelling: null };
        }),
    };
  }

  async #look<T>(signal: AbortSignal, answer: () => T): Promise<T> {
    await this.onLook(signal);
    return answer();
  }

  /** Emits an event, also after the run should have fallen silent. */
  tell(event: EngineEvent): void {
    this.#request.onEvent(event);
  }

  /** Logs in as an account: what a saved login or a scanned QR leads to. */
  login(phone = '5491100000001'): void {
    this.tell({ type: 'authenticated' });
    this.tell({ type: 'ready', account: { id: `${phone}@c.us`, phone, name: 'Somebody' }, webVersion: '2.3000.1' });
  }

  showQr(attempt = 1): void {
    this.tell({ type: 'qr', qr: `ref-${attempt}`, expiresAt: new Date(Date.now() + 60_000), attempt });
  }

  async requestPairingCode(phone: string): Promise<PairingCode> {
    this.pairings.push(phone);
    return { code: 'ABCD1234', expiresAt: new Date(Date.now() + 60_000).toISOString() };
  }

  flushLogin(signal: AbortSignal): Promise<void> {
    return this.onFlush(signal);
  }

  async *catchUp(from: CatchUpFrom): AsyncIterable<CatchUpPart> {
    this.looks.push(from);
    yield* this.onCatchUp(from);
  }

  whatsappNow(): Date {
    return this.now ?? new Date();
  }

  async probe(): Promise<PageProbe> {
    this.probes += 1;
    return this.onProbe();
  }

  async record(signal: AbortSignal): Promise<RecordedPage> {
    signal.throwIfAborted();
    return recordedPageOf(this.findings);
  }

  async logout(): Promise<void> {
    this.isLoggedOut = true;
  }

  async census(): Promise<Census> {
    return { localStorage: 0, rows: {} };
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.alloc(0);
  }

  async measureUsage(): Promise<RunUsage> {
    return this.usage;
  }

  async stop(): Promise<void> {
    await this.onStop();
    this.isStopped = true;
  }

  async kill(): Promise<void> {
    this.isStopped = true;
  }
}

/** A part of a list, under cursors that name the entry before. */
function partOf<T>(all: readonly T[], idOf: (item: T) => string, { limit, after }: ListPart): Listed<T> {
  const begin = after === null ? 0 : all.findIndex((item) => `0.${idOf(item)}` === after) + 1;
  const items = all.slice(begin, begin + limit);
  const last = items.at(-1);
  return { items, cursor: last === undefined || begin + limit >= all.length ? null : `0.${idOf(last)}` };
}

/** A send to a number that has no WhatsApp. */
export function unknownNumber(): Promise<never> {
  return Promise.reject(new NotSent('recipient_unknown', 'the number has no WhatsApp'));
}

/** A send that the page takes, and that WhatsApp's server does not acknowledge. */
export async function unanswered(
  { journal }: Handover,
  whatsappId: string,
): Promise<{ whatsappId: string; ack: number }> {
  await journal(whatsappId);
  return { whatsappId, ack: 0 };
}
