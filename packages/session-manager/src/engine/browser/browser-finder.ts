import { stat } from 'node:fs/promises';
import { type BrowserFound, findBrowser } from './find.ts';

/** Remembers which browser was found, and asks again once its binary has changed (an update while the service runs). */
export class BrowserFinder {
  readonly #chromePath: string | null;
  readonly #found = new Map<boolean, { browser: BrowserFound; mtimeMs: number }>();

  constructor(chromePath: string | null) {
    this.#chromePath = chromePath;
  }

  /** @throws LeadMasterError `browser_missing` */
  async find(visible: boolean): Promise<BrowserFound> {
    const known = this.#found.get(visible);
    if (known !== undefined && (await changedAt(known.browser.path)) === known.mtimeMs) return known.browser;
    const browser = await findBrowser({ chromePath: this.#chromePath, visible });
    this.#found.set(visible, { browser, mtimeMs: (await changedAt(browser.path)) ?? 0 });
    return browser;
  }
}

async function changedAt(path: string): Promise<number | null> {
  // A binary that was removed is looked for again, and the search says what is missing.
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
