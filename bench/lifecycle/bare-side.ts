import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findBrowser } from '@leadmaster/session-manager/browser';
import type { World } from '@leadmaster/whatsapp-standin';
import type { ToldByBare } from './bare-program.ts';
import { Child } from './child.ts';
import type { Linked, Running, Side } from './side.ts';

const PROGRAM = new URL('bare-program.ts', import.meta.url);
const DEBIAN = '/usr/bin/chromium';

/** whatsapp-web.js as its README shows it: LocalAuth, headless, the machine's Chromium. */
export function bareSide(folder: string, world: World, readyMs: number): Side {
  mkdirSync(folder, { recursive: true });
  const browser = existsSync(DEBIAN) ? DEBIAN : null;

  async function spawn(sessions: readonly string[]): Promise<Child<ToldByBare>> {
    // Chromium refuses to start as root with its sandbox on; nothing else is asked of it.
    const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...world.chromeArgs];
    const env = {
      BENCH_ARGS: JSON.stringify(args),
      BENCH_BROWSER: browser ?? (await findBrowser({ chromePath: null, visible: true })).path,
      BENCH_SESSIONS: JSON.stringify(sessions),
    };
    return new Child<ToldByBare>({ program: PROGRAM, folder, env, orderly: (child) => child.send({ do: 'close' }) });
  }

  function ready(child: Child<ToldByBare>, sessions: readonly string[], ms: number): Promise<number> {
    const missing = new Set(sessions);
    return child.hear(
      (message) => {
        if (message.t === 'ready') missing.delete(message.session);
        return missing.size === 0 ? performance.now() : null;
      },
      ms,
      `bare: ${sessions.join(' ')} READY`,
    );
  }

  async function open(sessions: readonly string[]): Promise<Running> {
    const child = await spawn(sessions);
    const { pid, spawnedAt } = child;
    const loaded = child.hear((message) => (message.t === 'loaded' ? true : null), readyMs, 'bare: the program');
    const back =
      sessions.length === 0 ? loaded.then(() => performance.now()) : ready(child, sessions, readyMs * sessions.length);
    back.catch(() => undefined);
    await loaded;
    return {
      pid,
      spawnedAt,
      back,
      async start(names) {
        const asked = performance.now();
        const done = ready(child, names, readyMs * names.length);
        child.tell({ do: 'start', sessions: names });
        return { asked, ready: await done };
      },
      async stop(names) {
        if (names.length === 0) return;
        const missing = new Set(names);
        const done = child.hear(
          (message) => {
            if (message.t === 'stopped') missing.delete(message.session);
            return missing.size === 0 ? true : null;
          },
          readyMs,
          'bare: stopping',
        );
        child.tell({ do: 'stop', sessions: names });
        await done;
      },
      close: () => child.end(),
    };
  }

  async function link(linked: readonly Linked[]): Promise<void> {
    const child = await spawn(linked.map(({ session }) => session));
    const pending = new Map(linked.map((entry) => [entry.session, entry.number]));
    const scans = child.hear(
      (message) => {
        if (message.t !== 'qr') return null;
        const number = pending.get(message.session);
        pending.delete(message.session);
        if (number !== undefined) void world.phone(number).scan(message.qr);
        return pending.size === 0 ? true : null;
      },
      readyMs * linked.length,
      'bare: linking',
    );
    try {
      await Promise.all([
        scans,
        ready(
          child,
          linked.map(({ session }) => session),
          readyMs * linked.length,
        ),
      ]);
    } finally {
      await child.end();
    }
  }

  return {
    name: 'bare',
    link: (_world, linked) => link(linked),
    open,
    async facts() {
      const found = await findBrowser({ chromePath: browser, visible: true });
      return { 'whatsapp-web.js': libraryVersion(), browser: `${found.product} ${found.version}`, binary: found.path };
    },
  };
}

function libraryVersion(): string {
  const file = createRequire(import.meta.url).resolve('whatsapp-web.js/package.json');
  return (JSON.parse(readFileSync(join(file), 'utf8')) as { version: string }).version;
}
