import { setTimeout as sleep } from 'node:timers/promises';
import { findBrowser } from '@leadmaster/session-manager/browser';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startHub } from '../../../central-hub/test/start-hub.ts';
import { buildPage, DIST } from '../../test/build.ts';
import { busySeconds, type Heap, heapOf, percentile, tasksDuring } from './measures.ts';
import { PlayedFleet } from './played-fleet.ts';

const TASK_MS = 50;
/** By how much the memory may differ between the first and the last third: what the engine keeps of compiled code and caches. */
const GROWTH = 1.1;
/** Minutes at the beginning in which caches fill. */
const WARM_MINUTES = 2;
const THERE_MS = 120_000;
/** How long after the last event the page may take to show it. */
const CALM_MS = 60_000;
const TRACED_MS = 20_000;
const MINUTE_MS = 60_000;

export interface CrowdOptions {
  sessions: number;
  /** Events in a second. */
  rate: number;
  minutes: number;
  seed: number;
  onProgress: (line: string) => void;
}

export interface CrowdReport {
  events: number;
  eventsPerSecond: number;
  /** Processor time of tasks of at least 1 ms, in ms. */
  tasks: { count: number; p50: number; p99: number; max: number };
  busyPercent: number;
  /** After each minute. */
  heap: Heap[];
  faults: string[];
}

/** A page of a large fleet in motion, scrolled and filtered all the time: how much it works, what it keeps, and whether it shows what is. */
export async function proveCrowd(options: CrowdOptions): Promise<CrowdReport> {
  buildPage();
  const found = await findBrowser({ chromePath: null, visible: false });
  const hub = await startHub({ dashboard: DIST, ratePerSecond: 100 });
  const fleet = new PlayedFleet(hub, options.sessions, options.seed);
  const browser = await chromium.launch({ executablePath: found.path });
  try {
    await fleet.start();
    const page = await enter(browser, hub.port);
    await page.getByText(`${options.sessions} sessions`, { exact: true }).waitFor({ timeout: THERE_MS });
    return await watch(browser, page, fleet, options);
  } finally {
    await browser.close();
    await hub.close();
    await fleet.close();
  }
}

async function enter(browser: Browser, port: number): Promise<Page> {
  const url = `http://127.0.0.1:${port}`;
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.getByLabel('Key', { exact: true }).fill(ADMIN_KEY);
  await page.keyboard.press('Enter');
  return page;
}

async function watch(browser: Browser, page: Page, fleet: PlayedFleet, options: CrowdOptions): Promise<CrowdReport> {
  const { rate, minutes, onProgress } = options;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const ending = new AbortController();
  const began = performance.now();
  const moving = fleet.move(rate, ending.signal);
  const tasks: number[] = [];
  const heap: Heap[] = [];
  const busyBefore = await busySeconds(devtools);
  for (let minute = 1; minute <= minutes; minute += 1) {
    const end = began + minute * MINUTE_MS;
    tasks.push(...(await tasksDuring(browser, page, () => useFor(page, TRACED_MS))));
    await useFor(page, end - performance.now());
    const held = await heapOf(devtools);
    heap.push(held);
    onProgress(`minute ${minute}: ${held.mb} MB, ${held.nodes} nodes, p99 so far ${percentile(tasks, 0.99)} ms`);
  }
  const seconds = (performance.now() - began) / 1000;
  const busy = (await busySeconds(devtools)) - busyBefore;
  ending.abort();
  await moving;
  const measured = {
    tasks: {
      count: tasks.length,
      p50: percentile(tasks, 0.5),
      p99: percentile(tasks, 0.99),
      max: percentile(tasks, 1),
    },
    heap,
  };
  return {
    events: fleet.written,
    eventsPerSecond: Math.round(fleet.written / seconds),
    busyPercent: Math.round((100 * busy) / seconds),
    ...measured,
    faults: [...faultsOf(measured), ...(await differences(page, fleet, options.sessions))],
  };
}

/** As an operator who looks for something: down, up, a search, a kind of state, and all again. */
async function useFor(page: Page, ms: number): Promise<void> {
  const end = performance.now() + ms;
  const search = page.getByRole('searchbox');
  await page.mouse.move(700, 500);
  for (let turn = 0; performance.now() < end; turn += 1) {
    for (let step = 0; step < 20; step += 1) {
      await page.mouse.wheel(0, step < 14 ? 900 : -700);
      await sleep(50);
    }
    if (turn % 3 === 0) await search.pressSequentially(`phone-0${turn % 5}`, { delay: 60 });
    if (turn % 3 === 1) await page.getByRole('button', { name: /^Needs you/ }).click();
    if (turn % 3 === 2) await page.mouse.wheel(0, 1_000_000);
    await sleep(400);
    await search.fill('');
    if (turn % 3 === 1) await page.getByRole('button', { name: /^Needs you/ }).click();
    await page.mouse.wheel(0, -1_000_000);
  }
}

function faultsOf({ tasks, heap }: Pick<CrowdReport, 'tasks' | 'heap'>): string[] {
  const warm = heap.slice(WARM_MINUTES).map(({ mb }) => mb);
  const third = Math.ceil(warm.length / 3);
  const [first, last] = [percentile(warm.slice(0, third), 0.5), percentile(warm.slice(-third), 0.5)];
  return [
    ...(tasks.p99 > TASK_MS ? [`a task takes ${tasks.p99} ms at the 99th percentile, more than ${TASK_MS}`] : []),
    ...(last > first * GROWTH ? [`the memory of the page grew from ${first} to ${last} MB`] : []),
  ];
}

/** What the page shows other than the fleet has, once it is calm. */
async function differences(page: Page, fleet: PlayedFleet, sessions: number): Promise<string[]> {
  const ready = fleet.counted().get('READY') ?? 0;
  const shown = page.getByRole('button', { name: `Ready ${ready}`, exact: true });
  const isRight = await shown.waitFor({ timeout: CALM_MS }).then(
    () => true,
    () => false,
  );
  const all = await page.getByText(`${sessions} sessions`, { exact: true }).count();
  return [
    ...(isRight ? [] : [`${ready} sessions are READY, and the page shows ${await page.locator('.chips').innerText()}`]),
    ...(all === 1 ? [] : ['the page does not show all sessions']),
  ];
}
