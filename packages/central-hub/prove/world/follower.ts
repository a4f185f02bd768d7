import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@leadmaster/client';
import type { AnyEvent } from '@leadmaster/protocol';

const WAIT_S = 5;
const AGAIN_MS = 100;

/** One who follows a hub's log from its begin on, by cursor, and comes back to where it was after each failure. */
export class Follower {
  readonly events: AnyEvent[] = [];
  readonly #client: Client;
  readonly #ending = new AbortController();
  readonly #following: Promise<void>;
  #cursor: string | number = 0;

  constructor(client: Client) {
    this.#client = client;
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const isThere = await this.#next(signal).catch(() => false);
      if (!isThere) await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #next(signal: AbortSignal): Promise<true> {
    const query = { after: this.#cursor, limit: 500, wait: WAIT_S };
    const page = await this.#client.call('listEvents', { query }, { signal, timeoutMs: (WAIT_S + 5) * 1000 });
    this.events.push(...(page.items as AnyEvent[]));
    this.#cursor = `${page.cursor}@${page.logId}`;
    return true;
  }
}

/** The whole log of a service, from the oldest event on. */
export async function wholeLog(client: Client): Promise<AnyEvent[]> {
  const events: AnyEvent[] = [];
  for (let after = 0; ; ) {
    const { items, cursor } = await client.call('listEvents', { query: { after, limit: 500 } });
    if (items.length === 0) return events;
    events.push(...(items as AnyEvent[]));
    after = cursor;
  }
}
