import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyEvent, errorText, LeadMasterError, type Message } from '@leadmaster/protocol';
import { of, qrToScan } from '@leadmaster/testkit/asking';
import type { World } from '@leadmaster/whatsapp-standin';
import { withProofFixture } from '../service/proof-fixture.ts';
import type { ServiceProcess } from '../service/service-process.ts';
import { type DriftCase, inForce } from './cases.ts';
import { needsLogin, type Outcome, restOf, STEPS, type Step } from './wants.ts';

const NAME = 'ventas';
const PHONE = '5491100000001';
/** Writes to the session, so that the chat with it is known. */
const PARTNER = '5491100000002';
const STRANGER = '5491100000003';
/** Five minutes of the page in five seconds: it reloads itself while the steps continue. */
const SPEED = 60;
const TOLD_MS = 20_000;
const FATE_MS = 30_000;
/** How a text is refused before anything is asked of the page. */
const REFUSED: readonly string[] = ['feature_unavailable', 'account_restricted'];

export interface CaseResult {
  outcomes: Record<Step, Outcome>;
  /** What a step that went wrong said. */
  notes: string[];
  /** Lies: told otherwise than it is at the stand-in, or twice. */
  lies: string[];
}

/** One case: a stand-in with that page, a service of its own, and every step in its turn. */
export async function runCase(which: DriftCase): Promise<CaseResult> {
  const asked = inForce(which);
  const fromTheStart = asked.filter((drift) => drift.startsWith('-') || !needsLogin(drift));
  const standin = { page: { date: which.page, drifts: fromTheStart, speed: SPEED } };
  const env = { LOAD_DEADLINE_S: '25', SYNC_DEADLINE_S: '20' };
  return withProofFixture({ name: 'drift', standin, env }, async ({ world, service }) => {
    await service.start();
    return new CaseRun(which, asked, world, service).run();
  });
}

class CaseRun {
  readonly #case: DriftCase;
  readonly #asked: readonly string[];
  readonly #world: World;
  readonly #service: ServiceProcess;
  readonly #accepted: { to: string; text: string; id: string }[] = [];
  readonly #incoming: string[] = [];
  readonly #elsewhere: string[] = [];
  readonly #notes: string[] = [];

  constructor(which: DriftCase, asked: readonly string[], world: World, service: ServiceProcess) {
    this.#case = which;
    this.#asked = asked;
    this.#world = world;
    this.#service = service;
  }

  async run(): Promise<CaseResult> {
    const outcomes = {} as Record<Step, Outcome>;
    let isOver = false;
    for (const step of STEPS) {
      outcomes[step] = isOver ? '-' : await this.#take(step);
      isOver ||=
        outcomes[step] === 'at rest' || (outcomes[step] === 'wrong' && (step === 'link' || step === 'restart'));
    }
    return { outcomes, notes: this.#notes, lies: await this.#lies() };
  }

  async #take(step: Step): Promise<Outcome> {
    try {
      return await this.#steps[step]();
    } catch (error) {
      this.#notes.push(`${step}: ${errorText(error).slice(0, 400)}`);
      return 'wrong';
    }
  }

  readonly #steps: Readonly<Record<Step, () => Promise<Outcome>>> = {
    link: () => this.#link(),
    in: () => this.#comesIn(),
    elsewhere: () => this.#sentElsewhere(),
    out: () => this.#send(PARTNER, 'hola'),
    'new chat': () => this.#send(STRANGER, 'buenas'),
    restart: () => this.#restart(),
    'while off': () => this.#whileOff(),
    kill: () => this.#kill(),
  };

  async #link(): Promise<Outcome> {
    await this.#service.call('createSession', { body: { name: NAME } });
    const scanned = this.#scanUntilLinked();
    const rest = this.#asked.some((drift) => drift === 'passkey') ? restOf(this.#case) : null;
    const outcome = await this.#restsOrReady(rest);
    await scanned;
    return outcome;
  }

  /** A page that shows QRs reloads itself: the phone scans the one that is shown until one scan took. */
  async #scanUntilLinked(): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (performance.now() < deadline) {
      const { state } = await this.#service.session(NAME);
      if (state !== 'INITIALIZING' && state !== 'QR_REQUIRED') return;
      const shown = await qrToScan(this.#service.client, NAME);
      const scan = shown === null ? null : this.#world.phone(PHONE).scan(shown.qr);
      await Promise.race([scan?.catch(() => null), sleep(3_000)]);
      await sleep(100);
    }
  }

  async #restsOrReady(rest: { state: string; reason: string } | null): Promise<Outcome> {
    const deadline = performance.now() + 90_000;
    for (;;) {
      const { state, reason } = await this.#service.session(NAME);
      if (rest !== null && state === rest.state && (rest.reason === '' || reason === rest.reason)) return 'at rest';
      if (rest !== null && (await this.#wentThrough(rest))) return 'at rest';
      if (rest === null && state === 'READY') return 'ok';
      if (performance.now() > deadline) throw new Error(`it stays ${state} (${reason})`);
      await sleep(100);
    }
  }

  /** The reason may be that of an earlier state on the way to rest (an unlink, then a QR). */
  async #wentThrough({ state, reason }: { state: string; reason: string }): Promise<boolean> {
    const path = await this.#service.transitions(NAME);
    const latest = path[0]?.to;
    return latest === state && path.slice(0, 6).some((step) => step.reason === reason);
  }

  async #comesIn(): Promise<Outcome> {
    const text = `in ${Date.now()}`;
    this.#incoming.push(text);
    await this.#world.phone(PARTNER).send(PHONE, text);
    return this.#told('message.received', text);
  }

  async #sentElsewhere(): Promise<Outcome> {
    const text = `elsewhere ${Date.now()}`;
    this.#elsewhere.push(text);
    await this.#world.phone(PHONE).send(PARTNER, text);
    return this.#told('message.sent', text);
  }

  async #told(type: string, text: string): Promise<Outcome> {
    const deadline = performance.now() + TOLD_MS;
    while (performance.now() < deadline) {
      if ((await this.#eventsWith(type, text)).length > 0) return 'ok';
      await sleep(100);
    }
    return 'not told';
  }

  async #eventsWith(type: string, text: string): Promise<AnyEvent[]> {
    const { items } = await this.#service.events(0);
    return items.filter((event: AnyEvent) => event.type === type && event.data.text === text);
  }

  async #send(to: string, body: string): Promise<Outcome> {
    const text = `${body} ${Date.now()}`;
    const made = await this.#handIn(to, text);
    return made === null ? 'refused' : this.#fate(made);
  }

  /** Null when it was refused before anything was asked of the page. */
  async #handIn(to: string, text: string): Promise<Message | null> {
    try {
      const made = await this.#service.call('sendMessage', { ...of(NAME), body: { to, text } });
      this.#accepted.push({ to, text, id: made.id });
      return made;
    } catch (error) {
      if (error instanceof LeadMasterError && REFUSED.includes(error.code)) return null;
      throw error;
    }
  }

  #message(id: string): Promise<Message> {
    return this.#service.call('getMessage', { params: { session: NAME, message: id } });
  }

  async #fate({ id }: Message): Promise<Outcome> {
    const deadline = performance.now() + FATE_MS;
    for (;;) {
      const { state, error } = await this.#message(id);
      if (['SENT', 'DELIVERED', 'READ'].includes(state)) return 'ok';
      if (state === 'FAILED') {
        this.#notes.push(`FAILED: ${error}`);
        return 'failed';
      }
      if (performance.now() > deadline) {
        if (state === 'UNCERTAIN') return 'uncertain';
        throw new Error(`the message stays ${state}`);
      }
      await sleep(100);
    }
  }

  async #restart(): Promise<Outcome> {
    this.#world.configure({ page: { drifts: [...this.#asked] } });
    await this.#service.end('SIGTERM');
    await this.#service.start();
    const isTerminal = this.#asked.some(needsLogin);
    return this.#restsOrReady(isTerminal ? restOf(this.#case) : null);
  }

  async #whileOff(): Promise<Outcome> {
    await this.#service.call('stopSession', { ...of(NAME), query: { wait: 20 } });
    const text = `while off ${Date.now()}`;
    this.#incoming.push(text);
    await this.#world.phone(PARTNER).send(PHONE, text);
    await this.#service.call('startSession', of(NAME));
    await this.#restsOrReady(null);
    return this.#told('message.received', text);
  }

  /** kill -9 of the service when the server has the text and has not acknowledged it. */
  async #kill(): Promise<Outcome> {
    await this.#world.faults.set({ messageAcks: 'none' });
    const text = `kill ${Date.now()}`;
    const arrived = Promise.withResolvers<void>();
    const stop = this.#world.watch(({ type, detail }) => {
      if (type === 'message' && detail.body === text) arrived.resolve();
    });
    const made = await this.#handIn(PARTNER, text);
    if (made === null) return this.#afterKill(stop, 'refused');
    await Promise.race([arrived.promise, sleep(5_000)]);
    await this.#service.end('SIGKILL');
    await this.#afterKill(stop, 'ok');
    await this.#service.start();
    await this.#restsOrReady(null);
    return this.#fate(made);
  }

  async #afterKill(stop: () => void, outcome: Outcome): Promise<Outcome> {
    stop();
    await this.#world.faults.set({ messageAcks: 'normal' });
    return outcome;
  }

  async #lies(): Promise<string[]> {
    if (!this.#service.isAlive) await this.#service.start();
    const lies: string[] = [];
    for (const { to, text, id } of this.#accepted) {
      const { state } = await this.#message(id);
      const times = this.#world.phone(to).inbox.filter(({ body, ack }) => body === text && ack >= 0).length;
      if (times > 1) lies.push(`"${text}" arrived ${times} times`);
      if (['SENT', 'DELIVERED', 'READ'].includes(state) && times === 0)
        lies.push(`"${text}" is told ${state} and is not there`);
      if (state === 'FAILED' && times > 0) lies.push(`"${text}" is told FAILED and is there`);
    }
    for (const text of this.#incoming) lies.push(...(await this.#tooOften('message.received', text)));
    for (const text of this.#elsewhere) lies.push(...(await this.#tooOften('message.sent', text)));
    return lies;
  }

  async #tooOften(type: string, text: string): Promise<string[]> {
    const times = (await this.#eventsWith(type, text)).length;
    return times > 1 ? [`"${text}" was told ${times} times`] : [];
  }
}
