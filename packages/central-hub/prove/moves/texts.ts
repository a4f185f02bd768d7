import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@leadmaster/client';
import { errorText } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { faultOf, type Order, outcomeOf } from '../world/orders.ts';
import { NAME } from './stage.ts';

const EVERY_MS = 40;
const TO = '5491100000001';

/** Texts that are sent through a hub all the time, each under a key of its own; every second one until it is accepted. */
export class Texts {
  readonly orders: Order[] = [];
  readonly faults: string[] = [];
  readonly #hub: Client;
  readonly #ending = new AbortController();
  #sending: Promise<void> = Promise.resolve();

  constructor(hub: Client) {
    this.#hub = hub;
  }

  start(): void {
    this.#sending = this.#send();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (let at = 1; !this.#ending.signal.aborted; at += 1) {
      const order: Order = { kind: 'text', session: NAME, outcome: 'unknown', text: `text ${at}` };
      this.orders.push(order);
      let isUnsure = false;
      do {
        await this.#once(order);
        isUnsure ||= order.outcome === 'unknown';
        if (isUnsure && order.outcome !== 'done') order.outcome = 'unknown';
        await sleep(EVERY_MS, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      } while (at % 2 === 0 && order.outcome !== 'done' && !this.#ending.signal.aborted);
    }
  }

  async #once(order: Order): Promise<void> {
    const { text = '' } = order;
    try {
      const headers = { 'idempotency-key': text };
      const { id } = await this.#hub.call('sendMessage', { ...of(NAME), body: { to: TO, text }, headers });
      order.message = id;
      order.outcome = 'done';
    } catch (error) {
      const fault = faultOf(error);
      if (fault !== null) this.faults.push(fault);
      order.outcome = outcomeOf(error);
      order.why = errorText(error);
    }
  }
}
