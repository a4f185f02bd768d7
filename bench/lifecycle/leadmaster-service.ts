import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@leadmaster/client';
import { answers, endOfLog, of, qrToScan } from '@leadmaster/testkit/asking';
import type { World } from '@leadmaster/whatsapp-standin';
import type { Child } from './child.ts';
import type { Linked, Running } from './side.ts';

/** One run of the service. */
export class Service {
  readonly child: Child<never>;
  readonly #client: Client;
  readonly #readyMs: number;

  constructor(child: Child<never>, url: string, key: string, readyMs: number) {
    this.child = child;
    this.#client = new Client({ url, key: () => key, timeoutMs: readyMs });
    this.#readyMs = readyMs;
  }

  /** Waits until it answers at all. */
  async answers(): Promise<void> {
    const until = performance.now() + this.#readyMs;
    while (!(await answers(this.#client))) {
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
        const cursor = await endOfLog(this.#client);
        const asked = performance.now();
        await Promise.all(sessions.map((name) => this.#client.call('startSession', of(name))));
        return { asked, ready: await this.ready(sessions, cursor) };
      },
      stop: async (sessions) => {
        await Promise.all(sessions.map((name) => this.#client.call('stopSession', { ...of(name), query: { wait: 60 } })));
      },
      close: () => this.child.end(),
    };
  }

  async link(world: World, { session, number }: Linked): Promise<void> {
    const cursor = await endOfLog(this.#client);
    await this.#client.call('createSession', { body: { name: session } });
    const until = performance.now() + this.#readyMs;
    let shown = await qrToScan(this.#client, session);
    while (shown === null) {
      if (performance.now() > until) throw new Error(`LeadMaster: no QR for ${session}`);
      await sleep(100);
      shown = await qrToScan(this.#client, session);
    }
    await world.phone(number).scan(shown.qr);
    await this.ready([session], cursor);
  }

  /** When the last of these was told READY, by the events after the cursor. */
  async ready(sessions: readonly string[], cursor: number): Promise<number> {
    const missing = new Set(sessions);
    const until = performance.now() + this.#readyMs * Math.max(1, sessions.length);
    let after = cursor === 0 ? await this.#startOfThisRun(missing) : cursor;
    while (missing.size > 0) {
      if (performance.now() > until) throw new Error(`LeadMaster: not READY in time: ${[...missing].join(' ')}`);
      const page = await this.#client.call('listEvents', { query: { after, limit: 1000, wait: 5 } });
      for (const event of page.items) {
        if (event.type === 'session.state' && event.session !== null && event.data.to === 'READY')
          missing.delete(event.session);
      }
      after = page.cursor;
    }
    return performance.now();
  }

  /** Events of earlier runs are kept: this run begins where a session says that the service started. */
  async #startOfThisRun(missing: Set<string>): Promise<number> {
    const cursor = await endOfLog(this.#client);
    for (const name of [...missing]) {
      const { state } = await this.#client.call('getSession', of(name));
      if (state === 'READY') missing.delete(name);
    }
    return cursor;
  }
}
