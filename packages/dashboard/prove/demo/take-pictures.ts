import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pack } from './png.ts';
import type { DemoService } from './service.ts';
import { type Look, openWindow, settled } from './window.ts';

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };

/** A picture of one view of the dashboard. `shows`: what is there once the view stands. */
interface View {
  file: string;
  look: Look;
  path: string;
  shows: string;
}

const VIEWS: readonly View[] = [
  { file: 'sessions.png', look: light('en', WIDE), path: '/', shows: '.row .name' },
  { file: 'sessions-es.png', look: light('es', WIDE), path: '/', shows: '.row .name' },
  { file: 'sessions-dark.png', look: dark('en', WIDE), path: '/', shows: '.row .name' },
  { file: 'sessions-narrow.png', look: dark('en', NARROW), path: '/', shows: '.row .name' },
  { file: 'session.png', look: light('en', WIDE), path: '/sessions/pedidos', shows: '.summary' },
  { file: 'session-es.png', look: light('es', WIDE), path: '/sessions/pedidos', shows: '.summary' },
  { file: 'linking.png', look: light('en', WIDE), path: '/sessions/ventas', shows: '.qr svg' },
  { file: 'linking-es.png', look: light('es', WIDE), path: '/sessions/ventas', shows: '.qr svg' },
];

/** The client's page: by its language. */
const LINKS = [
  { file: 'link.png', look: light('en', NARROW) },
  { file: 'link-es.png', look: light('es', NARROW) },
] as const;

export interface Picture {
  file: string;
  bytes: number;
}

/** Takes every picture, one after the other, into a folder. */
export async function* takePictures(from: {
  demo: DemoService;
  browser: Browser;
  into: string;
}): AsyncGenerator<Picture> {
  const { demo, browser, into } = from;
  const storageState = await signedIn(browser, demo);
  for (const { file, look, path, shows } of VIEWS) {
    const page = await openWindow(browser, look, { storageState });
    await page.goto(`${demo.url}${path}`);
    await page.locator(shows).first().waitFor();
    await settled(page);
    yield await taken(page, into, file);
  }
  for (const { file, look } of LINKS) {
    const page = await openWindow(browser, look);
    await page.goto(await linkFor(demo, 'ventas', look.language));
    await page.locator('form button').first().click();
    await page.locator('.qr svg, .qr img, img.qr').first().waitFor();
    await settled(page);
    yield await taken(page, into, file);
  }
}

async function signedIn(
  browser: Browser,
  demo: DemoService,
): Promise<Awaited<ReturnType<BrowserContext['storageState']>>> {
  const page = await openWindow(browser, light('en', WIDE));
  await page.goto(demo.link);
  // All clients of the demo stand: two of them are well, and the third has its trouble.
  await page.locator('.row .name').nth(2).waitFor();
  const state = await page.context().storageState();
  await page.context().close();
  return state;
}

async function linkFor(demo: DemoService, session: string, language: string): Promise<string> {
  const answer = await fetch(`${demo.url}/v1/sessions/${session}/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language }),
  });
  const made: unknown = await answer.json();
  if (typeof made === 'object' && made !== null && 'url' in made) return String(made.url);
  throw new Error(`There is no link: ${JSON.stringify(made)}`);
}

/** Takes what the window shows, and closes it. */
async function taken(page: Page, into: string, file: string): Promise<Picture> {
  const picture = pack(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  await page.context().close();
  writeFileSync(join(into, file), picture);
  return { file, bytes: picture.length };
}

function light(language: Look['language'], viewport: Look['viewport']): Look {
  return { language, colorScheme: 'light', viewport };
}

function dark(language: Look['language'], viewport: Look['viewport']): Look {
  return { language, colorScheme: 'dark', viewport };
}
