import { findBrowser } from '@leadmaster/session-manager/browser';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const WAIT_MS = 120_000;

export type Language = 'en' | 'es';

export interface Look {
  language: Language;
  colorScheme: 'light' | 'dark';
  viewport: { width: number; height: number };
}

/** The machine's own browser, as sessions have it. */
export async function launchBrowser(): Promise<Browser> {
  const { path } = await findBrowser({ chromePath: null, visible: false });
  return chromium.launch({ executablePath: path });
}

/** A window that stands still: nothing moves or blinks in it. */
export async function openWindow(browser: Browser, look: Look, more: BrowserContextOptions = {}): Promise<Page> {
  const { language, colorScheme, viewport } = look;
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-AR' : 'en-GB',
    timezoneId: 'America/Argentina/Buenos_Aires',
    colorScheme,
    viewport,
    reducedMotion: 'reduce',
    // Playwright hides the caret by a style of its own.
    bypassCSP: true,
    ...more,
  });
  context.setDefaultTimeout(WAIT_MS);
  return context.newPage();
}

/** Waits until everything that was asked for is shown. */
export async function settled(page: Page): Promise<void> {
  await page
    .getByText(/^(Loading|Cargando)$/)
    .first()
    .waitFor({ state: 'hidden' });
  await page.waitForLoadState('load');
  await page.evaluate('document.fonts.ready.then(() => true)');
}
