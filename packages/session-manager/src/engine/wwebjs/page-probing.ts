import { withSignal } from '@leadmaster/service-kit/wait';
import type { Page } from 'puppeteer-core';
import type { PageProbe } from '../page-probe.ts';
import * as calls from './page/check-calls.ts';
import { type CheckedPage, runChecks } from './page/checks.ts';
import { PROBE_ROWS, type ProbeRow } from './probe-rows.ts';

/** Modules are quiet when none came for 750 ms; waited for 20 s at most (whatsapp-web-2026, 3.1). */
const TIMES = { quietMs: 750, capMs: 20_000, eachMs: 5_000 };

/**
 * Looks at what the page can do: one evaluate, nothing sent, the server asked nothing. Rejects when the page does not answer
 * before the signal, or reloads itself meanwhile.
 */
export async function runProbe(
  page: Page,
  signal: AbortSignal,
  rows: readonly ProbeRow[] = PROBE_ROWS,
  times: typeof TIMES = TIMES,
): Promise<PageProbe> {
  const functions = Object.entries(calls).map(([name, call]) => `${name}: ${call.toString()}`);
  const text = `(${runChecks.toString()})(${JSON.stringify(rows)}, {${functions.join(',')}}, ${JSON.stringify(times)})`;
  const { results, ...looked } = (await withSignal(page.evaluate(text), signal)) as CheckedPage;
  return {
    ...looked,
    checks: rows.flatMap(({ name, feature, isNeeded }, at) => {
      const found = results[at];
      return found === undefined ? [] : [{ name: `${feature}: ${name}`, feature, isNeeded, ...found }];
    }),
  };
}
