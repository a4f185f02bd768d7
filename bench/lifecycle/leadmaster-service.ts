import { setTimeout as sleep } from 'node:timers/promises';
import type { EventPage } from '@leadmaster/protocol';
import type { World } from '@leadmaster/whatsapp-standin';
import type { Child } from './child.ts';
import type { Linked, Running } from './side.ts';

/** One run of the service. */
export class Service {
  readonly child: Child<never>;
  readonly #url: string;
  readonly #key: string;
  readonly #readyMs: number;

  constructor(child: Child<never>, url: string, key: string, readyMs: number) {
    this.child = child;
    this.#url = url;
    this.#key = key;
    this.#readyMs = readyMs;
  }

  /** Waits until it answers at all. */
  async answers(): Promise<void> {
    const until = performance.now() + this.#readyMs;
    while (
      !(await fetch(`${this.#url}/health`).then(
        (answer) => answer.ok,
        () => false,
      ))
    ) {
      if (!this.child.runs || performance.now() > until) {
        await this.child.end();
        throw new Error(`LeadMaster: the service does not answer\n${this.child.complaint}`);
      }
      await sleep(20);
    }
  }

  running(back: Promise<number>): Running {
    return {
      pid: this.child.pid,
      spawnedAt: this.child.spawnedAt,
      back,
      start: async (sessions) => {
        const cursor = await this.#cursor();
        const asked = performance.now();
        await Promise.all(sessions.map((name) => this.#call('POST', `/v1/sessions/${name}/start`)));
        return { asked, ready: await this.ready(sessions, cursor) };
      },
      stop: async (sessions) => {
        await Promise.all(sessions.map((name) => this.#call('POST', `/v1/sessions/${name}/stop`)));
      },
      close: () => this.child.end(),
    };
  }

  async link(world: World, { session, number }: Linked): Promise<void> {
    const cursor = await this.#cursor();
    await this.#call('POST', '/v1/sessions', { name: session, start: true });
    const until = performance.now() + this.#readyMs;
    let qr: string | null = null;
    while (qr === null) {
      try {
        qr = (await this.#call<{ qr: string }>('GET', `/v1/sessions/${session}/qr`)).qr;
      } catch (error) {
        // It is refused until there is one.
        if (performance.now() > until) throw new Error(`LeadMaster: no QR for ${session}`, { cause: error });
        await sleep(100);
      }
    }
    await world.phone(number).scan(qr);
    await this.ready([session], cursor);
  }

  /** When the last of these was told READY, by the events after the cursor. */
  async ready(sessions: readonly string[], cursor: number): Promise<number> {
    const missing = new Set(sessions);
    const until = performance.now() + this.#readyMs * Math.max(1, sessions.length);
    let after = cursor === 0 ? await this.#startOfThisRun(missing) : cursor;
    while (missing.size > 0) {
      if (performance.now() > until) throw new Error(`LeadMaster: not READY in time: ${[...missing].join(' ')}`);
      const page = await this.#call<EventPage>('GET', `/v1/events?after=${after}&limit=1000&wait=5`);
      for (const event of page.items) {
        if (event.type === 'session.state' && event.session !== null && data(event).to === 'READY')
          missing.delete(event.session);
      }
      after = page.cursor;
    }
    return performance.now();
  }

  /** Events of earlier runs are kept: this run begins where a session says that the service started. */
  async #startOfThisRun(missing: Set<string>): Promise<number> {
    const cursor = await this.#cursor();
    for (const name of [...missing]) {
      const { state } = await this.#call<{ state: string }>('GET', `/v1/sessions/${name}`);
      if (state === 'READY') missing.delete(name);
    }
    return cursor;
  }

  async #cursor(): Promise<number> {
    let after = 0;
    while (true) {
      const page = await this.#call<EventPage>('GET', `/v1/events?after=${after}&limit=1000`);
      if (page.items.length === 0) return page.cursor;
      after = page.cursor;
    }
  }

  async #call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#readyMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

function data(event: EventPage['items'][number]): { to?: unknown } {
  return event.data as { to?: unknown };
}
