import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pack } from './png.ts';
import type { DemoService } from './service.ts';
import { type Look, openWindow, settled } from './window.ts';

const WIDE = { width: 1360, height: 640 };
/** With room for the side of the demo. */
const WIDER = { width: 1640, height: 760 };
const TALL = { width: 1280, height: 860 };
const NARROW = { width: 390, height: 844 };

/** The clients of the demo: two are well, and one waits for its phone. */
const WELL = ['tienda-norte', 'soporte'];
const WAITING = 'ventas';
/** What the browser of an owner says of itself, and the number that the owner types. */
const ANDROID =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36';
const OWNER = '+54 9 11 5000-2003';
const SNAPSHOT_MS = 120_000;
const LOOK_MS = 500;

/** A picture of one view of the dashboard. */
interface View {
  file: string;
  look: Look;
  path: string;
  /** What is there once the view stands. */
  shows: string;
  /** With the side of the demo: its tour and its phones. */
  side?: true;
}

const LIST = { path: '/', shows: '.row .name' };
const SESSION = { path: `/sessions/${WELL[0]}`, shows: '.size-bar' };
const LINKING = { path: `/sessions/${WAITING}`, shows: '.qr svg' };

const MACHINES = { path: '/machines', shows: 'main h1 >> visible=true' };

const VIEWS: readonly View[] = [
  { file: 'sessions.png', look: light('en', WIDE), ...LIST },
  { file: 'sessions-es.png', look: light('es', WIDE), ...LIST },
  { file: 'session.png', look: light('en', TALL), ...SESSION },
  { file: 'session-es.png', look: light('es', TALL), ...SESSION },
  { file: 'machines.png', look: light('en', WIDE), ...MACHINES },
  { file: 'machines-es.png', look: light('es', WIDE), ...MACHINES },
  { file: 'linking.png', look: dark('en', WIDE), ...LINKING },
  { file: 'linking-es.png', look: dark('es', WIDE), ...LINKING },
  { file: 'narrow.png', look: dark('en', NARROW), ...LIST },
  { file: 'narrow-es.png', look: dark('es', NARROW), ...LIST },
  { file: 'demo.png', look: light('en', WIDER), ...LIST, side: true },
  { file: 'demo-es.png', look: light('es', WIDER), ...LIST, side: true },
];

/** The client's page on the phone itself, which gives a code: by its language. */
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
  for (const session of WELL) await proven(demo, session);
  for (const { file, look, path, shows, side } of VIEWS) {
    const page = await openWindow(browser, look, { storageState });
    await page.addInitScript(`localStorage.setItem('leadmaster-demo-side', '${side ? 'open' : 'closed'}')`);
    await page.goto(`${demo.url}${path}`);
    await page.locator(shows).first().waitFor();
    yield await taken(page, into, file);
  }
  for (const { file, look } of LINKS) {
    const page = await openWindow(browser, look, { userAgent: ANDROID });
    const { url } = await demo.ask(`/v1/sessions/${WAITING}/links`, { language: look.language });
    await page.goto(String(url));
    await page.locator('form button').first().click();
    await page.locator('#phone').fill(OWNER);
    await page.locator('#code-form button').click();
    await page.locator('#code').waitFor();
    yield await taken(page, into, file);
  }
}

/** Signs in, and waits until the clients of the demo stand. */
async function signedIn(browser: Browser, demo: DemoService): Promise<SignIn> {
  const page = await openWindow(browser, light('en', WIDE));
  await page.goto(demo.link);
  await page
    .locator('.row .state[title=READY]')
    .nth(WELL.length - 1)
    .waitFor();
  await page.locator('.row .state[title=QR_REQUIRED]').waitFor();
  const state = await page.context().storageState();
  await page.context().close();
  return state;
}

type SignIn = Awaited<ReturnType<BrowserContext['storageState']>>;

/** The proof of the newest snapshot, once there is one: each is taken soon after a login. */
async function proven(demo: DemoService, session: string): Promise<void> {
  const snapshots = `/v1/sessions/${session}/snapshots`;
  const deadline = Date.now() + SNAPSHOT_MS;
  for (;;) {
    const { items } = await demo.ask(snapshots);
    const [newest] = Array.isArray(items) ? items : [];
    if (newest !== undefined) return void (await demo.ask(`${snapshots}/${String(newest.id)}/verify`, {}));
    if (Date.now() > deadline) throw new Error(`${session} has no snapshot`);
    await sleep(LOOK_MS);
  }
}

/** Takes what the window shows, and closes it. What opens the side of the demo is no part of the dashboard. */
async function taken(page: Page, into: string, file: string): Promise<Picture> {
  await settled(page);
  const style = '.side-open { display: none }';
  const picture = pack(await page.screenshot({ animations: 'disabled', caret: 'hide', style }));
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
