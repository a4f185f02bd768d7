import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFaultsOf, tooWideOf } from '../../central-hub/test/page-browser.ts';
import { demo } from '../../cli/test/e2e/demo-service.ts';
import { exitOf } from '../../cli/test/launch/fake-checkout.ts';
import { en, type SideWords } from '../demo/words/en.ts';
import { es } from '../demo/words/es.ts';
import { DIST } from './build.ts';
import { READERS, type Reader } from './readers.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();

/** What the last line of each step says, but of the last one, which takes about two minutes: builds are tried in their own tests. */
const SEEN = {
  link: ({ ready }) => ready,
  kill: ({ back }) => back,
  snapshot: ({ proven }) => proven,
  restore: ({ restored }) => restored,
  move: ({ moved }) => moved('server-2'),
} satisfies Partial<Record<keyof Steps, (saw: SideWords['tour']['saw']) => string>>;
type Steps = SideWords['tour']['steps'];
const SIDE = { en, es };
/** Nothing here takes longer than some seconds, but on a machine that others keep busy. */
const STEP_MS = 120_000;

/** Changes who is in front of the page: another language, another screen. */
async function hand(page: Page, { words, language, window }: Reader): Promise<SideWords> {
  await page.setViewportSize(window.viewport ?? { width: 1280, height: 800 });
  // The page is drawn once its language is known.
  await page.getByRole('button', { name: /^(Español|English)$/ }).waitFor();
  if ((await page.locator('html').getAttribute('lang')) !== language)
    await page.getByRole('button', { name: words.language === 'es' ? 'Español' : 'English', exact: true }).click();
  // Where it would lie over the dashboard it begins closed.
  await page.locator('.side, .side-open').waitFor();
  if (await page.locator('.side-open').isVisible()) await page.locator('.side-open').click();
  return SIDE[language];
}

/** What is wrong with the page as it is shown. */
async function faultsOf(page: Page): Promise<string[]> {
  const wider = await tooWideOf(page);
  return [...(await axeFaultsOf(page, 'demo')), ...(wider > 0 ? [`${wider} pixels too wide`] : [])];
}

test('the tour of the demo, as a newcomer takes it, and the phone at the side; readers take turns, step by step', async () => {
  const { folder, start } = await demo();
  const service = start('start', '--demo');
  await expect.poll(service.said, { timeout: STEP_MS }).toMatch(/sign-in#code=\w+/);
  const [link = ''] = /http:\S+sign-in#code=\w+/.exec(service.said()) ?? [];
  const page = await open({ hasTouch: true });
  await page.goto(link);

  const steps = page.locator('.tour > ol > li');
  await page.locator('.row', { hasText: 'ventas' }).getByText('Show QR').waitFor({ timeout: STEP_MS });
  await expect.poll(() => page.locator('.row', { hasText: 'Ready' }).count(), { timeout: STEP_MS }).toBe(2);
  expect(await page.locator('.row', { hasText: 'ventas' }).innerText()).not.toContain('last snapshot failed');
  expect(await faultsOf(page)).toEqual([]);
  const turn = async (nth: number): Promise<Reader & { side: SideWords }> => {
    const reader = READERS[nth % READERS.length] ?? expect.unreachable();
    return { ...reader, side: await hand(page, reader) };
  };
  for (const [nth, [step, last]] of Object.entries(SEEN).entries()) {
    if (nth === 2) await page.reload();
    const { press, side } = await turn(nth);
    const { action } = side.tour.steps[step as keyof Steps];
    await press(steps.nth(nth).getByRole('button', { name: action }));
    const failed = steps.nth(nth).getByRole('alert').or(steps.nth(nth).locator('.saw .bad'));
    await page.locator('.tour > ol > li.done').nth(nth).or(failed).waitFor({ timeout: STEP_MS });
    expect(await failed.allInnerTexts(), `step ${nth + 1}`).toEqual([]);
    const seen = steps.nth(nth).locator('.saw > li > span:first-child').last();
    expect(await seen.innerText()).toBe(last(side.tour.saw));
  }
  const nth = Object.keys(SEEN).length;
  const { press, side } = await turn(nth);
  await press(steps.nth(nth).getByRole('button', { name: side.tour.steps.build.action }));
  await steps.nth(nth).locator('.saw > li').first().waitFor();

  await press(page.getByRole('tab', { name: side.tabs.phone }));
  await page.getByLabel(side.phone.of).selectOption('soporte');
  expect(await faultsOf(page)).toEqual([]);
  await press(page.getByRole('button', { name: side.phone.ban }));
  await page.getByRole('status').getByText(side.phone.banned).waitFor();
  const next = await turn(nth + 1);
  await next.press(page.getByRole('button', { name: next.side.phone.unban }));
  await page.getByRole('status').getByText(next.side.phone.banned).waitFor({ state: 'detached' });

  service.child.kill('SIGINT');
  expect(await exitOf(service.child)).toBe(0);
  expect(existsSync(join(folder, 'data-demo', 'demo.json'))).toBe(false);
}, 400_000);

test('nothing of the demo is in the page of a real service, nor of the machine that built it', () => {
  const assets = join(DIST, 'assets');
  const all = readdirSync(assets)
    .map((name) => readFileSync(join(assets, name), 'utf8'))
    .join('\n');
  expect(
    ['/demo/acts', 'leadmaster-demo', 'side-part', 'phone-screen', CHECKOUT].filter((trace) => all.includes(trace)),
  ).toEqual([]);
});
