import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventPage } from '@leadmaster/protocol';
import { VERSION } from '@leadmaster/session-manager';
import { findBrowser } from '@leadmaster/session-manager/browser';
import type { World } from '@leadmaster/whatsapp-standin';
import { Child } from './child.ts';
import type { ToldByService } from './leadmaster-program.ts';
import type { Linked, Running, Side } from './side.ts';

const PROGRAM = new URL('leadmaster-program.ts', import.meta.url);

/** Settings that may be given to the benchmark for the service, so that their effect can be measured. */
const PASSED_ON = ['START_CONCURRENCY', 'CHROME_PATH', 'LOG_LEVEL'];

/** LeadMaster's session manager with its defaults, in a process of its own, spoken to over HTTP. */
export function leadmasterSide(
  folder: string,
  world: World,
  readyMs: number,
  extraArgs = process.env.BENCH_CHROME_ARGS ?? '',
): Side {
  mkdirSync(folder, { recursive: true });
  const key = randomBytes(24).toString('hex');
  const given = PASSED_ON.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );

  async function serve(): Promise<Service> {
    const child = new Child<ToldByService>(PROGRAM, folder, {
      LEADMASTER_DATA_DIR: join(folder, 'data'),
      LEADMASTER_ENV_FILE: '/dev/null',
      LEADMASTER_ADMIN_KEY: key,
      SESSION_MANAGER_PORT: '0',
      CHROME_ARGS: `${world.chromeArgsText} ${extraArgs}`.trim(),
      ...Object.fromEntries(given),
    });
    const url = await child.hear(({ url }) => url, readyMs, 'LeadMaster: the service');
    return new Service(child, url, key, readyMs);
  }

  return {
    name: 'LeadMaster',
    async link(_world, linked) {
      const service = await serve();
      try {
        for (const { session, number } of linked) await service.link(world, { session, number });
      } finally {
        await service.child.end();
      }
    },
    async open(sessions) {
      const service = await serve();
      const back = service.ready(sessions, 0);
      back.catch(() => undefined);
      return service.running(back);
    },
    async facts() {
      const found = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
      return {
        LeadMaster: VERSION,
        browser: `${found.product} ${found.version}`,
        binary: found.path,
        ...Object.fromEntries(given),
        ...(extraArgs === '' ? {} : { extraArgs }),
      };
    },
  };
}

/** One run of the service. */
class Service {
  readonly child: Child<ToldByService>;
  readonly #url: string;
  readonly #key: string;
  readonly #readyMs: number;

  constructor(child: Child<ToldByService>, url: string, key: string, readyMs: number) {
    this.child = child;
    this.#url = url;
    this.#key = key;
    this.#readyMs = readyMs;
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
      if (performance.now() > until) throw new Error(`LeadMaster: no QR for ${session}`);
      qr = await this.#call<{ qr: string }>('GET', `/v1/sessions/${session}/qr`).then(
        (answer) => answer.qr,
        () => null,
      );
      if (qr === null) await sleep(100);
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
