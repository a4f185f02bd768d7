import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';

/** Shorter tasks are no work that anyone waits for. */
const SHORT_MS = 1;
const LOOKS = 6;
const LOOK_MS = 500;
const CATEGORIES = ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'];
const TASKS: ReadonlySet<string> = new Set(['RunTask', 'ThreadControllerImpl::RunTask']);

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** How long it was, in µs. */
  dur?: number;
  /** How long the processor was at it, in µs. */
  tdur?: number;
  args?: { name?: string };
}

/** Processor time of each task of the page's main thread, in milliseconds, while something is done with it. */
export async function tasksDuring(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, ph, pid, tid }) => ph === 'X' && TASKS.has(name) && threads.has(`${pid} ${tid}`))
    .map(({ tdur, dur = 0 }) => (tdur ?? dur) / 1000)
    .filter((ms) => ms >= SHORT_MS);
}

/** What the page holds once its garbage was collected. */
export interface Heap {
  mb: number;
  nodes: number;
}

/** The least of several looks: at any one, answers of the hub may be under way. */
export async function heapOf(devtools: CDPSession): Promise<Heap> {
  const looks: Heap[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    await devtools.send('HeapProfiler.collectGarbage');
    const metric = await metricsOf(devtools);
    looks.push({ mb: Math.round(metric('JSHeapUsedSize') / 100_000) / 10, nodes: metric('Nodes') });
    await sleep(LOOK_MS);
  }
  return { mb: Math.min(...looks.map(({ mb }) => mb)), nodes: Math.min(...looks.map(({ nodes }) => nodes)) };
}

/** Seconds that the page's main thread has worked so far. */
export async function busySeconds(devtools: CDPSession): Promise<number> {
  return (await metricsOf(devtools))('TaskDuration');
}

async function metricsOf(devtools: CDPSession): Promise<(name: string) => number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return (name) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
}

/** A percentile, with one decimal; 0 of nothing. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(10 * (sorted[Math.ceil(part * sorted.length) - 1] ?? 0)) / 10;
}
