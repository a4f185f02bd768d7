import type { Page } from 'playwright-core';
import { axeFaultsOf, tooWideOf } from './page-browser.ts';

export const ANDROID =
  'Mozilla/5.0 (Linux; Android 11; SM-A515F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.210 Mobile Safari/537.36';

/** A phone on which the pages of links are read. */
export const PHONE = {
  ...{
    locale: 'es-AR',
    timezoneId: 'America/Argentina/Cordoba',
    userAgent: ANDROID,
    viewport: { width: 320, height: 640 },
  },
  ...{ isMobile: true, hasTouch: true },
};

const LETTERS = 'document.documentElement.style.fontSize';

/** What axe finds in a page, and whether it is wider than its window, with letters of twice their size too. */
export async function faultsOf(page: Page, where: string): Promise<string[]> {
  const faults = await axeFaultsOf(page, where);
  const wider = await tooWideOf(page);
  await page.evaluate(`${LETTERS} = '200%'`);
  const widerLarge = await tooWideOf(page);
  await page.evaluate(`${LETTERS} = ''`);
  return [
    ...faults,
    ...(wider > 0 ? [`${where}: ${wider} pixels too wide`] : []),
    ...(widerLarge > 0 ? [`${where}: ${widerLarge} pixels too wide with large letters`] : []),
  ];
}

/** Waits until the page of a link shows a part; answers its heading. */
export async function shows(page: Page, part: string): Promise<string> {
  const section = page.locator(`section[data-part~="${part}"]`);
  await section.waitFor();
  return section.locator('h1').innerText();
}
