import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@leadmaster/client';
import { errorText, LeadMasterError, type SessionState } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import type { Machine } from './machine.ts';
import { faultOf, type Order, outcomeOf } from './orders.ts';

/** Sessions that get texts and no other order: they must not notice anything. */
export const STEADY: readonly string[] = ['steady-1', 'steady-2', 'steady-3'];
/** How often a session of a worker is stopped and started before it is deleted. */
const CYCLES = 2;
const AGAIN_MS = 50;
/** The number that all texts go to. */
export const TO = '5491100000001';

/** How much a machine is asked to do. */
export interface LoadSize {
  /** Workers that make, stop, start and delete sessions of their own, which log in by themselves. */
  busy: number;
  /** Between two texts of one session. */
  pauseMs: number;
}

/** Orders that are given through hubs all the time, each with how it ended. */
export class Load {
  readonly orders: Order[] = [];
  readonly faults: string[] = [];
  readonly #hubs: readonly Client[];
  readonly #machine: Machine;
  readonly #ending = new AbortController();
  #workers: Promise<void>[] = [];
  #asked = 0;

  /** `machine`: asked how sessions stand, since a hub may tell what it knew last. */
  constructor(hubs: readonly Client[], machine: Machine) {
    this.#hubs = hubs;
    this.#machine = machine;
  }

  /** How many orders were carried out so far. */
  get done(): number {
    return this.orders.filter(({ outcome }) => outcome === 'done').length;
  }

  /** Makes the steady sessions, and begins. */
  async start(): Promise<void> {
    for (const name of STEADY) await this.#repeat({ kind: 'create', session: name, outcome: 'unknown' });
    for (const name of STEADY) await this.#machine.link(name);
    for (const name of STEADY) await this.#until(name, 'READY');
    const busy = Array.from({ length: this.#machine.load.busy }, (_, at) => this.#work(() => this.#busy(`busy-${at}`)));
    const texts = STEADY.map((name) => this.#work(() => this.#texts(name)));
    this.#workers = [...busy, ...texts];
  }

  /** Ends after the orders that are under way. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#workers);
  }

  async #work(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (!this.#isEnding) this.faults.push(`a worker of the load ended: ${errorText(error)}`);
    }
  }

  get #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async #texts(session: string): Promise<void> {
    for (let at = 1; !this.#isEnding; at += 1) {
      const order: Order = { kind: 'text', session, outcome: 'unknown', text: `${session} ${at}` };
      await (at % 2 === 0 ? this.#repeat(order) : this.#once(order));
      await this.#pause(this.#machine.load.pauseMs);
    }
  }

  async #busy(prefix: string): Promise<void> {
    for (let at = 1; !this.#isEnding; at += 1) {
      const session = `${prefix}-${at}`;
      const made: Order = { kind: 'create', session, outcome: 'unknown' };
      await this.#once(made);
      if (made.outcome === 'done') await this.#useUp(session);
      else await this.#pause(AGAIN_MS);
    }
  }

  /**
   * Stops and starts a session that is there, and deletes it. Once the load ends nothing more is begun: after a start that came to
   * nothing, a stop would be answered as done with nothing to stop.
   */
  async #useUp(session: string): Promise<void> {
    await this.#until(session, 'READY');
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      for (const [kind, state] of [
        ['stop', 'STOPPED'],
        ['start', 'READY'],
      ] as const) {
        if (this.#isEnding) return;
        await this.#repeat({ kind, session, outcome: 'unknown' });
        await this.#until(session, state);
      }
    }
    if (!this.#isEnding) await this.#repeat({ kind: 'delete', session, outcome: 'unknown' });
  }

  /** Gives an order again until it is carried out, or the load ends. A message goes under one idempotency key. */
  async #repeat(order: Order): Promise<void> {
    const isNew = !this.orders.includes(order);
    if (isNew) this.orders.push(order);
    let isUnsure = false;
    for (;;) {
      await this.#give(order);
      if (order.outcome === 'done') return;
      isUnsure ||= order.outcome === 'unknown';
      if (isUnsure) order.outcome = 'unknown';
      if (this.#isEnding) return;
      await this.#pause(AGAIN_MS);
    }
  }

  async #once(order: Order): Promise<void> {
    this.orders.push(order);
    await this.#give(order);
  }

  async #give(order: Order): Promise<void> {
    const hub = this.#hubs[this.#asked++ % this.#hubs.length] as Client;
    const wasUnknown = order.why !== undefined;
    try {
      await send(hub, order);
      order.outcome = 'done';
    } catch (error) {
      const fault = faultOf(error);
      if (fault !== null) this.faults.push(fault);
      order.outcome = outcomeOf(error);
      if (wasUnknown && isSettledBefore(order, error)) order.outcome = 'done';
      order.why = errorText(error);
    }
  }

  async #until(session: string, state: SessionState): Promise<void> {
    while (!this.#isEnding) {
      const now = await this.#machine.program.client
        .call('getSession', of(session), { timeoutMs: 5_000 })
        .catch(() => null);
      if (now?.state === state) return;
      await this.#pause(AGAIN_MS);
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }
}

async function send(hub: Client, order: Order): Promise<void> {
  const { kind, session, text = '' } = order;
  if (kind === 'create') await hub.call('createSession', { body: { name: session } });
  if (kind === 'start') await hub.call('startSession', of(session));
  if (kind === 'stop') await hub.call('stopSession', of(session));
  if (kind === 'delete') await hub.call('deleteSession', of(session));
  if (kind !== 'text') return;
  const headers = { 'idempotency-key': text };
  const { id } = await hub.call('sendMessage', { ...of(session), body: { to: TO, text }, headers });
  order.message = id;
}

/** Whether a repeated order is refused for what it has done itself. */
function isSettledBefore({ kind }: Order, error: unknown): boolean {
  if (!(error instanceof LeadMasterError)) return false;
  return (
    (kind === 'create' && error.code === 'session_exists') || (kind === 'delete' && error.code === 'session_not_found')
  );
}
