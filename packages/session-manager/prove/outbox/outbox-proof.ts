import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn } from '@leadmaster/capture/processes';
import type { World } from '@leadmaster/whatsapp-standin';
import { withProofFixture } from '../service/proof-fixture.ts';
import { seeded } from '../service/random.ts';
import type { ServiceProcess } from '../service/service-process.ts';
import { Chat, isOpen } from './chat.ts';
import { judgeChat } from './judge.ts';
import { Trace } from './trace.ts';

const CHATS_PER_SESSION = 5;
const VICTIMS = ['service', 'browser', 'both'] as const;
/** Some kills come at the very moment a message reaches the server, before anything can be heard of it. */
const AT_ARRIVAL = 0.4;
const LONGEST_PAUSE_MS = 6_000;
/** What came to no end by then is asked for again. */
const LAST_WORD_MS = 200_000;

export interface OutboxOptions {
  messages: number;
  sessions: number;
  seed: number;
  onProgress?: (line: string) => void;
}

export interface OutboxReport {
  seed: number;
  accepted: number;
  kills: Record<string, number>;
  states: Record<string, number>;
  /** Each UNCERTAIN message with what justifies it. */
  uncertain: string[];
  /** Looks at the database at the moment a message reached the server. */
  traced: number;
  seconds: number;
  faults: string[];
}

/** Messages over several sessions while service and browsers are killed with -9; afterwards every word is held against the stand-in. */
export function proveOutbox(options: OutboxOptions): Promise<OutboxReport> {
  return withProofFixture({ name: 'outbox-proof', standin: { seed: options.seed } }, ({ world, service, dataDir }) =>
    new OutboxProof(options, world, service, dataDir).run(),
  );
}

class OutboxProof {
  readonly #options: OutboxOptions;
  readonly #world: World;
  readonly #service: ServiceProcess;
  readonly #dataDir: string;
  readonly #random: () => number;
  readonly #kills: Record<string, number> = {};
  readonly #over = new AbortController();

  constructor(options: OutboxOptions, world: World, service: ServiceProcess, dataDir: string) {
    this.#options = options;
    this.#world = world;
    this.#service = service;
    this.#dataDir = dataDir;
    this.#random = seeded(options.seed);
  }

  async run(): Promise<OutboxReport> {
    const began = performance.now();
    await this.#service.start();
    const names = Array.from({ length: this.#options.sessions }, (_, i) => `s${i + 1}`);
    for (const [index, name] of names.entries()) await this.#link(name, `54911000${String(10_000 + index)}`);
    const trace = new Trace(join(this.#dataDir, 'session-manager.db'));
    const tracing = this.#onMessage((id, body) => trace.look(id, body));
    const chats = names.flatMap((name, i) => this.#chats(name, i));
    const perChat = Math.ceil(this.#options.messages / chats.length);
    const killing = this.#killUntilOver(names);
    const writing = Promise.all(chats.map((chat) => chat.write(perChat, this.#over.signal)));
    const lines = setInterval(() => this.#say(chats), 10_000);
    try {
      await Promise.race([writing, killing.then(() => writing)]);
    } finally {
      this.#over.abort();
      clearInterval(lines);
    }
    await killing;
    await this.#lastWords(chats);
    tracing();
    trace.close();
    return this.#judge(chats, trace, Math.round((performance.now() - began) / 1000));
  }

  #chats(session: string, index: number): Chat[] {
    return Array.from(
      { length: CHATS_PER_SESSION },
      (_, i) => new Chat(this.#service, session, `54922${index}00${String(1_000 + i)}`),
    );
  }

  async #link(name: string, phone: string): Promise<void> {
    const { qr } = await this.#service.firstQr(name);
    await this.#world.phone(phone).scan(qr);
    await this.#service.until(name, 'READY');
  }

  async #killUntilOver(names: readonly string[]): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await sleep(1_000 + this.#random() * LONGEST_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const victim = VICTIMS[Math.floor(this.#random() * VICTIMS.length)] ?? 'service';
      const name = names[Math.floor(this.#random() * names.length)] ?? '';
      const atArrival = this.#random() < AT_ARRIVAL;
      if (atArrival) await this.#atNextArrival(() => this.#kill(victim, name));
      else this.#kill(victim, name);
      const label = `${victim}${atArrival ? ' as a message arrives' : ''}`;
      this.#kills[label] = (this.#kills[label] ?? 0) + 1;
      if (victim === 'browser') continue;
      await this.#service.ended();
      await this.#service.start();
    }
  }

  #kill(victim: (typeof VICTIMS)[number], name: string): void {
    const browsers = browsersOn(join(this.#dataDir, 'tokens', name)).map(({ pid }) => pid);
    const service = this.#service.pid;
    const pids = [...(victim === 'service' ? [] : browsers), ...(victim === 'browser' || !service ? [] : [service])];
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  /** Acts within the arrival itself: the observation is told before the server has answered anything. */
  async #atNextArrival(act: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.#onMessage(() => {
      stop();
      act();
      resolve();
    });
    await Promise.race([promise, sleep(10_000)]);
    stop();
  }

  /** Calls back, within the arrival, for each message that a linked device hands to the server. */
  #onMessage(heard: (id: string, body: string) => void): () => void {
    return this.#world.watch(({ type, device, detail }) => {
      if (type === 'message' && device !== null) heard(String(detail.id), String(detail.body));
    });
  }

  async #lastWords(chats: readonly Chat[]): Promise<void> {
    if (!this.#service.isAlive) await this.#service.start();
    const deadline = performance.now() + LAST_WORD_MS;
    for (const chat of chats) {
      for (const { messages } of chat.sent) {
        for (const [index, message] of messages.entries()) {
          let now = await chat.ask(message.id);
          while ((isOpen(now) || now.state === 'UNCERTAIN') && performance.now() < deadline) {
            await sleep(500);
            now = await chat.ask(message.id);
          }
          messages[index] = now;
        }
      }
    }
  }

  #judge(chats: readonly Chat[], trace: Trace, seconds: number): OutboxReport {
    const report: OutboxReport = {
      seed: this.#options.seed,
      accepted: chats.reduce((sum, chat) => sum + chat.sent.length, 0),
      kills: this.#kills,
      states: {},
      uncertain: [],
      traced: trace.looks,
      seconds,
      faults: [...trace.faults],
    };
    for (const chat of chats) {
      const received = this.#world.phone(chat.to).inbox.map(({ body }) => body);
      const { faults, uncertain, states } = judgeChat(`${chat.session} to ${chat.to}`, chat, received);
      report.faults.push(...faults);
      report.uncertain.push(...uncertain);
      for (const [state, count] of Object.entries(states)) report.states[state] = (report.states[state] ?? 0) + count;
    }
    return report;
  }

  #say(chats: readonly Chat[]): void {
    const accepted = chats.reduce((sum, chat) => sum + chat.sent.length, 0);
    this.#options.onProgress?.(
      `${accepted} of ${this.#options.messages} accepted, kills: ${JSON.stringify(this.#kills)}`,
    );
  }
}
