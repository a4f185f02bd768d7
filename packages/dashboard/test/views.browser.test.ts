import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFaultsOf, tooWideOf } from '../../central-hub/test/page-browser.ts';
import { READERS } from './readers.ts';
import { type Place, place, useBrowser } from './world.ts';

const open = useBrowser();

const VIEWS = [
  ...['/', '/?q=none-of-the-kind', '/new', '/sessions/ready', '/sessions/qr', '/sessions/wrong'],
  ...['/machines', '/tenants', '/keys', '/keys/new', '/audit'],
];

test.for(READERS)(
  'every view is fit for a screen reader and as wide as its window, and asks this hub for everything ($language, $screen)',
  async ({ window, words }) => {
    const world = await place();
    await fill(world);
    const page = await open(window);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(world.url).host) elsewhere.push(request.url());
    });
    await page.goto(world.url);
    await page.locator('input[name=key]').waitFor();
    const findings = [await faultsOf(page, 'sign-in')];
    await world.enter(page);
    await page.locator('.row .name').first().waitFor();
    for (const view of VIEWS) {
      await page.goto(`${world.url}${view}`);
      await page.locator('h1, .calm').first().waitFor();
      await expect.poll(() => page.getByText(words.app.loading, { exact: true }).count()).toBe(0);
      findings.push(await faultsOf(page, view));
    }
    expect([findings.flat(), elsewhere]).toEqual([[], []]);
  },
);

async function fill(world: Place): Promise<void> {
  const { manager } = world;
  await world.tenant('acme');
  await world.given('ready', 'READY');
  await manager.take('ready');
  await world.given('qr', 'QR_REQUIRED');
  await world.given('wrong', 'WRONG_ACCOUNT');
  await world.given('error', 'ERROR');
  await world.given('stopped', 'STOPPED');
  const body = { to: '5491122334455', text: 'hola' };
  expect((await world.ask('/v1/sessions/ready/messages', { body })).status).toBe(202);
}

/** What axe finds, and whether anything is wider than the window. */
async function faultsOf(page: Page, view: string): Promise<string[]> {
  const faults = await axeFaultsOf(page, view);
  const wider = await tooWideOf(page);
  return wider > 0 ? [...faults, `${view}: ${wider} pixels too wide`] : faults;
}
