import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';
import { expect, test } from 'vitest';
import { axeFaultsOf } from '../../central-hub/test/page-browser.ts';
import { demo } from '../../cli/test/e2e/demo-service.ts';
import { exitOf } from '../../cli/test/launch/fake-checkout.ts';
import { DIST } from './build.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();

/** What the last line of each step says, but of the last one, which takes about two minutes: builds are tried in their own tests. */
const SEEN = [
  'READY: the login is proven to be on the disk',
  'READY again, without a QR',
  'Proven: every byte was read again',
  'READY: the login is back from the snapshot',
  'READY on server-2, without a QR',
];
/** Nothing here takes longer than some seconds, but on a machine that others keep busy. */
const STEP_MS = 120_000;

test('the tour of the demo, as a newcomer takes it, and the phone at the side', async () => {
  const { folder, start } = await demo();
  const service = start('start', '--demo');
  await expect.poll(service.said, { timeout: STEP_MS }).toMatch(/sign-in#code=\w+/);
  const [link = ''] = /http:\S+sign-in#code=\w+/.exec(service.said()) ?? [];
  const page = await open();
  await page.goto(link);

  const steps = page.locator('.tour > ol > li');
  await page.locator('.row', { hasText: 'ventas' }).getByText('Show QR').waitFor({ timeout: STEP_MS });
  await expect.poll(() => page.locator('.row', { hasText: 'Ready' }).count(), { timeout: STEP_MS }).toBe(2);
  expect(await page.locator('.row', { hasText: 'ventas' }).innerText()).not.toContain('last snapshot failed');
  expect(await axeFaultsOf(page, 'demo')).toEqual([]);
  for (const [i, last] of SEEN.entries()) {
    if (i === 2) await page.reload();
    await steps.nth(i).getByRole('button').click();
    const failed = steps.nth(i).getByRole('alert');
    await page.locator('.tour > ol > li.done').nth(i).or(failed).waitFor({ timeout: STEP_MS });
    expect(await failed.allInnerTexts(), `step ${i + 1}`).toEqual([]);
    expect(await steps.nth(i).locator('.saw > li > span:first-child').last().innerText()).toMatch(last);
  }
  await steps.nth(SEEN.length).getByRole('button').click();
  await steps.nth(SEEN.length).locator('.saw > li').first().waitFor();

  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByRole('tab', { name: 'Teléfono' }).click();
  await page.getByLabel('Teléfono de').selectOption('soporte');
  expect(await axeFaultsOf(page, 'demo')).toEqual([]);
  await page.getByRole('button', { name: 'Suspender la cuenta' }).click();
  await page.getByText('Suspendido por WhatsApp').waitFor();
  await page.getByRole('button', { name: 'Levantar la suspensión' }).click();
  await page.getByText('Suspendido por WhatsApp').waitFor({ state: 'detached' });

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
