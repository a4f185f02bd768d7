import type { TestManagerOptions } from '@leadmaster/testkit';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { tooWideOf } from '../../central-hub/test/page-browser.ts';
import { READERS, type Reader } from './readers.ts';
import { type Place, place, type useBrowser } from './world.ts';

/** One reader on the way through the page, in a world of their own. */
export interface Walker extends Pick<Reader, 'words' | 'screen' | 'language'> {
  world: Place;
  page: Page;
  /** Another browser of the same reader. */
  open: () => Promise<Page>;
  /** Presses as the reader does, where nothing is wider than the window. */
  press: (target: Locator) => Promise<void>;
  /** A button of the page, or of a part of it, by what it says. */
  button: (name: string, within?: Page | Locator) => Locator;
}

interface Setting {
  /** The machines; the first has the sessions. */
  machines?: readonly string[];
  played?: TestManagerOptions;
}

/** Declares a walk through the page, written once, as a test for each reader. */
export function walks(open: ReturnType<typeof useBrowser>) {
  return (name: string, steps: (walker: Walker) => Promise<void>, { machines, played }: Setting = {}): void => {
    test.for(READERS)(`${name} ($language, $screen)`, async ({ words, screen, language, window, press }) => {
      const world = await place(machines, played);
      const page = await open(window);
      await steps({
        ...{ world, page, words, screen, language },
        open: () => open(window),
        async press(target) {
          await fits(target.page());
          await press(target);
        },
        button: (called, within = page) => within.getByRole('button', { name: called, exact: true }),
      });
      await fits(page);
    });
  };
}

async function fits(page: Page): Promise<void> {
  expect(await tooWideOf(page), `pixels that ${page.url()} is too wide`).toBeLessThanOrEqual(0);
}
