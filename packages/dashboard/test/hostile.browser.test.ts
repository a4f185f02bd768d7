import { ADMIN_KEY } from '@leadmaster/testkit';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { tooWideOf } from '../../central-hub/test/page-browser.ts';
import { en } from '../src/words/en.ts';
import { es } from '../src/words/es.ts';
import { DIST } from './build.ts';
import { type Hostile, hostile } from './hostile-world.ts';
import { ALL_EVIL, faultsIn, pressAll } from './inert.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();

/** Every view. */
const VIEWS = [
  ...['/', '/new', '/sessions/ventas', '/sessions/wrong', '/sessions/error', '/sessions/nueva', '/sessions/timeless'],
  ...['/sessions/constructor.constructor', '/tenants', '/tenants/new'],
  ...['/machines', '/machines/new', '/keys', '/keys/new', '/audit'],
];

/** Addresses with texts of others in them, and such that are none. */
const ADDRESSES = [
  '/?q=%E2%80%AE%3Cscript%3Ewindow.ran%3D1%3C%2Fscript%3E&tenant=%E2%80%AEx&machine=%E2%80%AEx',
  '/audit?session=%E2%80%AE%3Cimg%20src%3Dx%3E&tenant=%E2%80%AEx',
  '/sessions/%E2%80%AE%3Cimg%20src%3Dx%20onerror%3Dwindow.ran%3D1%3E',
  '/keys?tenant=constructor',
  '/sign-in?next=javascript:window.ran=1#code=%3Cscript%3E',
  '/nothing/%3Cscript%3E',
];

/** The page of a reader: its words, how wide it is, and in which views every button is pressed. */
const READERS = [
  { words: en, width: 1440, presses: VIEWS },
  { words: es, width: 360, presses: ['/', '/sessions/ventas', '/machines', '/tenants', '/keys'] },
];

test('texts of WhatsApp, of machines, tenants and operators are text in every view and dialog, in both languages, also where no policy holds them back', async () => {
  const world = await hostile();
  const page = await open({ bypassCSP: true });
  const beyond = watched(page, world.url);
  const { headers } = await world.hub.ask('/v1/sign-in', { key: null, body: { key: ADMIN_KEY } });
  const [, value = ''] = /^leadmaster=(\w+)/.exec(headers['set-cookie']?.[0] ?? '') ?? [];
  await page.context().addCookies([{ name: 'leadmaster', value, url: world.url, httpOnly: true, sameSite: 'Strict' }]);
  const faults: Record<string, string[]> = {};
  for (const reader of READERS) {
    await page.setViewportSize({ width: reader.width, height: 900 });
    await page.goto(world.url);
    await page.evaluate(`localStorage.setItem('leadmaster-language', '${reader.words.language}')`);
    await page.reload();
    await page.locator('.row .name').first().waitFor();
    for (const view of [...VIEWS, ...ADDRESSES]) {
      const found = await faultsOf(page, world, { ...reader, view });
      if (found.length > 0) faults[`${reader.words.language} ${view}`] = found;
    }
  }
  expect([faults, beyond]).toEqual([{}, []]);
}, 240_000);

test('a page of another address that opens a link to sign in signs no one in by itself', async () => {
  const hub = await hubOver([], { dashboard: DIST, wrongKeyWaitMs: 0 });
  const { url } = (await hub.ask('/v1/sign-in-codes', { method: 'POST' })).json;
  const page = await open();
  await page.setContent(`<a href="${url}">Our photos</a>`);
  await page.getByRole('link').click();
  await page.getByRole('heading', { name: 'Sign in by this link?' }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  expect(new URL(page.url()).hash).toBe('');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.who-is-in').getByText('Operator').waitFor();
});

test('a page that the browser has kept for a step back shows nothing to the one who comes after a sign-out', async () => {
  const hub = await hubOver([], { dashboard: DIST, wrongKeyWaitMs: 0 });
  const page = await open();
  await page.goto((await hub.ask('/v1/sign-in-codes', { method: 'POST' })).json.url);
  await page.locator('.who-is-in').waitFor();
  await page.context().clearCookies();
  const isLoaded = page.waitForEvent('load');
  await page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`);
  await isLoaded;
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

interface Reader {
  words: typeof en;
  view: string;
  presses: string[];
}

const NOTHING = { faults: [], opened: [] };
/** At least so many open behind the buttons of a view. */
const DIALOGS: Readonly<Record<string, number>> = {
  '/': 6,
  '/sessions/ventas': 6,
  '/machines': 3,
  '/tenants': 3,
  '/keys': 1,
};

/** What is wrong with one view, as it is shown first and after each of its buttons. */
async function faultsOf(page: Page, { manager }: Hostile, { words, view, presses }: Reader): Promise<string[]> {
  await visit(page, view);
  const head = page.locator('h1, .calm, .problem').first();
  const isThere = await head.waitFor({ timeout: 10_000 }).then(
    () => true,
    () => false,
  );
  if (!isThere) return ['nothing is shown'];
  if (view.startsWith('/sessions/ventas')) {
    await page.getByText(words.app.line.live, { exact: true }).waitFor();
    await manager.stage.hear('ventas', ALL_EVIL);
    await page.getByText('message.received').first().waitFor();
  }
  await expect.poll(() => page.getByText(words.app.loading, { exact: true }).count()).toBe(0);
  await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
  const found = await faultsIn(page);
  const pressed = presses.includes(view) ? await pressAll(page, PRESSING[words.language]) : NOTHING;
  const beyond = await tooWideOf(page);
  if (pressed.opened.length < (DIALOGS[view] ?? 0)) found.push(`it opens ${pressed.opened.join(' | ')}`);
  return [...found, ...pressed.faults, ...(beyond > 0 ? [`it is ${beyond} px too wide`] : [])];
}

/** A refusal with texts of others in each of its parts; one language has words for its code, the other has none. */
function refusal(code: string): object {
  const action = { kind: 'adopt', path: ALL_EVIL, session: ALL_EVIL };
  const more = { action, furtherActions: [{ kind: 'constructor' }, { kind: 'place_accept', sessions: [ALL_EVIL] }] };
  return { type: 'x', title: ALL_EVIL, status: 409, code, detail: ALL_EVIL, hint: ALL_EVIL, ...more };
}

const CHECKS = [{ name: ALL_EVIL, feature: 'constructor', ok: false, detail: ALL_EVIL }];
const NO_LIMITS = { tenant: null, sessions: null, addresses: null, expiresAt: null, lastUsedAt: null };
const MADE = { id: 'x', name: ALL_EVIL, key: ALL_EVIL, scopes: ['send'], createdAt: new Date().toISOString() };

/** What is found, made or left in the words of others, where an order is done. */
const ANSWERS = [
  ['POST .*/verify$', 200, { ok: false, checks: CHECKS }],
  ['POST .*/v1/keys$', 201, { ...MADE, ...NO_LIMITS }],
  ['POST .*/drain$', 200, { emptied: { moved: [], left: [{ session: 'x', code: ALL_EVIL, detail: ALL_EVIL }] } }],
  ['POST .*/links$', 201, { id: 'x', url: ALL_EVIL, expiresAt: new Date().toISOString(), state: 'waiting' }],
] as const;

const PRESSING = {
  en: { problem: refusal(ALL_EVIL), answers: ANSWERS, word: 'constructor' },
  es: { problem: refusal('wrong_state'), answers: ANSWERS, word: 'constructor' },
};

/** Goes to another view as a step back does. A link that signs in is read when the page is loaded. */
async function visit(page: Page, view: string): Promise<void> {
  if (view.includes('#')) await page.goto(new URL(view, page.url()).href);
  else
    await page.evaluate(
      `history.pushState(null, '', ${JSON.stringify(view)}); dispatchEvent(new PopStateEvent('popstate'));`,
    );
}

/** Dialogs that opened, and requests to other addresses. */
function watched(page: Page, url: string): string[] {
  const found: string[] = [];
  page.on('dialog', (dialog) => {
    found.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url) found.push(request.url());
  });
  page.on('popup', () => found.push('a window'));
  return found;
}
