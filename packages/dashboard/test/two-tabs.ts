import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { LeadMasterEvent } from '@leadmaster/protocol';
import { ADMIN_KEY, QUICK_DISK, SERVICE_TOKEN, startTestManager, type TestManager } from '@leadmaster/testkit';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { type Answer, type Ask, type RunningHub, send, startHub } from '../../central-hub/test/start-hub.ts';
import { tampered } from '../../central-hub/test/store/fixtures.ts';
import { DIST } from './build.ts';
import { type CutLine, lineTo } from './cut-line.ts';

/** A hub that can be restarted at one address, over one machine, and two tabs of one browser that look at it. */
export interface TwoTabs {
  manager: TestManager;
  line: CutLine;
  ask: (path: string, ask?: Ask) => Promise<Answer>;
  /** Ends the hub; answers what starts it again. `between`: a command to its database meanwhile. */
  stop: () => Promise<(between?: readonly string[]) => Promise<void>>;
  /** Shows the list of sessions. */
  list: Page;
  /** Shows the session `ventas`. */
  one: Page;
  /** Makes something happen of each kind that is shown. Names are of this `round`. */
  happens: (round: string) => Promise<void>;
  /** Both tabs show what the hub tells, soon. `after`: the event that the page has shown the later ones of; null: it shows the newest. */
  converge: (after: number | null) => Promise<void>;
  newestEvent: () => Promise<number>;
}

export async function twoTabs(open: () => Promise<Page>): Promise<TwoTabs> {
  const dataDir = mkdtempSync(join(QUICK_DISK, 'leadmaster-hub-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const started = (): Promise<RunningHub> => startHub({ dataDir, dashboard: DIST, wrongKeyWaitMs: 0 });
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  let hub = await started();
  onTestFinished(() => hub.close());
  const ask: TwoTabs['ask'] = (path, asked) => send(hub.port, path, asked);
  const body = { name: 'm1', url: `http://127.0.0.1:${manager.port}`, token: SERVICE_TOKEN };
  expect((await ask('/v1/machines', { body })).status).toBe(201);
  await manager.given('ventas', 'READY');
  await ask('/v1/sessions', { body: { name: 'resto', start: false } });
  await expect.poll(async () => (await ask('/v1/sessions/ventas')).json.state).toBe('READY');

  const line = await lineTo(() => hub.port);
  const url = `http://127.0.0.1:${line.port}`;
  const list = await open();
  await list.context().clock.install();
  const signedIn = await send(line.port, '/v1/sign-in', { key: null, body: { key: ADMIN_KEY } });
  const [, value = ''] = /^leadmaster=(\w+)/.exec(signedIn.headers['set-cookie']?.[0] ?? '') ?? [];
  await list.context().addCookies([{ name: 'leadmaster', value, url, httpOnly: true, sameSite: 'Strict' }]);
  const one = await list.context().newPage();
  await list.goto(url);
  await one.goto(`${url}/sessions/ventas`);
  for (const page of [list, one]) await live(page);
  await one.locator('.timeline li').first().waitFor();

  return {
    ...{ manager, line, ask, list, one },
    async stop() {
      await hub.close();
      return async (between = []) => {
        for (const sql of between) await tampered({ url: null, dataDir }, sql);
        hub = await started();
      };
    },
    happens: (round) => happens({ manager, round }),
    converge: (after) => converge({ ask, list, one, after }),
    newestEvent: async () => (await ask('/v1/events?after=0&limit=500')).json.cursor,
  };
}

export async function live(page: Page): Promise<void> {
  await page.getByText('Live', { exact: true }).waitFor();
}

/** By the machine alone, which goes on while the hub is away. */
async function happens({ manager, round }: { manager: TestManager; round: string }): Promise<void> {
  const mine = <T>(path: string, asked?: Ask): Promise<T> =>
    send(manager.port, path, asked).then(({ status, text, json }) => {
      expect(status, text).toBeLessThan(300);
      return json as T;
    });
  await manager.given(`made-${round}`, 'QR_REQUIRED');
  await mine('/v1/sessions/ventas', { method: 'PATCH', body: { metadata: { round } } });
  await mine('/v1/sessions/ventas/messages', { body: { to: `54911000000${round}`, text: `hello ${round}` } });
  await manager.stage.hear('ventas', `heard ${round}`);
  await mine('/v1/sessions/ventas/restart', { method: 'POST' });
  await manager.given('ventas', 'READY');
  await mine('/v1/sessions/resto', { method: 'DELETE' });
  await manager.given('resto', Number(round) % 2 === 0 ? 'READY' : 'QR_REQUIRED');
}

interface Looked {
  ask: TwoTabs['ask'];
  list: Page;
  one: Page;
  after: number | null;
}

async function converge({ ask, list, one, after }: Looked): Promise<void> {
  const told = async () => {
    const [{ json: all }, { json: changes }, { json: sent }, { json: log }] = await Promise.all([
      ask('/v1/sessions?limit=500'),
      ask('/v1/sessions/ventas/transitions?limit=100'),
      ask('/v1/sessions/ventas/messages?limit=10'),
      ask(`/v1/sessions/ventas/events?after=${after ?? 0}&limit=500`),
    ]);
    const names = all.items.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`);
    return {
      names: names.sort(),
      round: all.items.find(({ name }: { name: string }) => name === 'ventas').metadata.round,
      timeline: changes.items.slice(0, 8).map(({ to }: { to: string }) => to),
      messages: sent.items.map(({ to, state }: { to: string; state: string }) => `+${to.replace(/@.*/, '')} ${state}`),
      events: log.items.map(({ data }: LeadMasterEvent) => JSON.stringify(data)).reverse(),
    };
  };
  const shown = async () => {
    const names = await list.locator('.row').evaluateAll((rows) =>
      rows.map((row) => {
        const name = row.querySelector('.name')?.textContent;
        return `${name} ${row.querySelector('.state')?.getAttribute('title')}`;
      }),
    );
    return {
      names: names.sort(),
      round: (await one.locator('#metadata dd').first().innerText()).trim(),
      timeline: await one.locator('.timeline li').evaluateAll((found) => found.map(({ className }) => className)),
      messages: await one
        .locator('ul.messages li')
        .evaluateAll((found) => found.map((row) => `${row.querySelector('span')?.textContent} ${row.className}`)),
      events: (await one.locator('.events pre').allTextContents()).map((text) => JSON.stringify(JSON.parse(text))),
    };
  };
  // Compared as a whole, so that what differs is told.
  await expect
    .poll(async () => ({ shown: await shown(), told: await told() }), { timeout: 20_000 })
    .toSatisfy(({ shown: seen, told: so }) => {
      const events = after === null ? so.events.slice(0, seen.events.length) : so.events;
      return isDeepStrictEqual(seen, { ...so, events });
    });
  expect(await one.getByRole('alert').count()).toBe(0);
}
