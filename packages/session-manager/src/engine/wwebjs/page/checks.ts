import type { WhatsAppPage } from './globals.ts';

/** One line of the self-test: what is asked for, in which module. */
export interface CheckRow {
  name: string;
  feature: string;
  isNeeded: boolean;
  module: string;
  /** Paths in the module, parted by spaces; `a.b()` must be a function, `a.b` anything at all. */
  has: string;
  /** The name of the call that asks more than types. */
  call?: string;
}

export interface CheckResult {
  result: 'ok' | 'missing' | 'wrong' | 'unknown';
  detail: string;
}

/** True: as it was. A text: what is otherwise than it was. Null: there is nothing to try it with. */
export type CheckCall = (page: never) => boolean | string | null | Promise<boolean | string | null>;

export interface CheckedPage {
  build: string | null;
  isQuiet: boolean;
  results: CheckResult[];
  canJournal: boolean;
  databases: Record<string, number>;
}

/**
 * The self-test inside the page (whatsapp-web-2026, section 8): waits until no module was added for a while, then looks at
 * every row by itself; one that throws or never answers is `unknown` and stops no other. Details name modules and types,
 * never what is in them. Nothing is sent and the server is asked nothing.
 */
export async function runChecks(
  rows: readonly CheckRow[],
  calls: Record<string, CheckCall>,
  times: { quietMs: number; capMs: number; eachMs: number },
): Promise<CheckedPage> {
  const page = globalThis as unknown as WhatsAppPage & Record<string, unknown>;
  const { require } = page as { require?: (name: string) => unknown };
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const attempt = <T>(look: () => T): T | undefined => {
    try {
      return look();
    } catch {
      // What cannot be checked is missing in the answer.
      return undefined;
    }
  };
  const registered = () =>
    attempt(() => (require?.('__debug') as { modulesMap?: Record<string, unknown> } | undefined)?.modulesMap);

  const waitUntilQuiet = async (): Promise<boolean> => {
    const deadline = performance.now() + times.capMs;
    let count = -1;
    let since = performance.now();
    while (performance.now() < deadline) {
      const map = registered();
      const size = map === undefined ? -1 : Object.keys(map).length;
      if (size !== count) since = performance.now();
      else if (size >= 0 && performance.now() - since >= times.quietMs) return true;
      count = size;
      await sleep(Math.min(150, times.quietMs));
    }
    // A loader that does not list its modules is quiet by its age.
    return require !== undefined && registered() === undefined;
  };

  const at = (root: unknown, path: string): unknown =>
    path === ''
      ? root
      : path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], root);

  const look = async (row: CheckRow, map: Record<string, unknown> | undefined): Promise<CheckResult> => {
    if (require === undefined) return { result: 'unknown', detail: 'the page has no modules' };
    if (map !== undefined && row.module !== '' && !(row.module in map)) {
      return { result: 'missing', detail: `no module ${row.module}` };
    }
    const exports = row.module === '' ? page : require(row.module);
    for (const wanted of row.has.split(' ').filter((path) => path !== '')) {
      const isCall = wanted.endsWith('()');
      const type = typeof at(exports, wanted.replace('()', ''));
      if (type === 'undefined') return { result: 'missing', detail: `no ${row.module}.${wanted}` };
      if (isCall && type !== 'function')
        return { result: 'wrong', detail: `${row.module}.${wanted} is of type ${type}` };
    }
    const call = row.call === undefined ? undefined : calls[row.call];
    const answer = call === undefined ? true : await call(page as never);
    if (typeof answer === 'string') return { result: 'wrong', detail: answer };
    return answer === null ? { result: 'unknown', detail: 'nothing to try it with' } : { result: 'ok', detail: '' };
  };

  const inTime = async (row: CheckRow, map: Record<string, unknown> | undefined): Promise<CheckResult> => {
    const overdue: CheckResult = { result: 'unknown', detail: `no answer in ${times.eachMs} ms` };
    try {
      return await Promise.race([look(row, map), sleep(times.eachMs).then(() => overdue)]);
    } catch (error) {
      const text = String(error);
      // A loader that lists nothing gives the reason as a text.
      if (map === undefined && /unknown module/i.test(text)) {
        return { result: 'missing', detail: `no module ${row.module}` };
      }
      return { result: 'unknown', detail: `it threw ${error instanceof Error ? error.name : typeof error}` };
    }
  };

  const numbers = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const { name, version } of await page.indexedDB.databases()) {
      if (name !== undefined && version !== undefined && version % 10 === 0) found[name] = version / 10 - 1;
    }
    return found;
  };

  attempt(() => (page.ErrorGuard as { skipGuardGlobal(skip: boolean): void } | undefined)?.skipGuardGlobal(true));
  const isQuiet = await waitUntilQuiet();
  const map = registered();
  const handover = page.leadmaster as { canJournal?(): unknown } | undefined;
  return {
    build: page.Debug?.VERSION ?? null,
    isQuiet,
    results: await Promise.all(rows.map((row) => inTime(row, map))),
    canJournal: attempt(() => handover?.canJournal?.()) === true,
    databases: await Promise.race([numbers().catch(() => ({})), sleep(times.eachMs).then(() => ({}))]),
  };
}
