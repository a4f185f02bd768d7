import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { live, twoTabs } from './two-tabs.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();

test('two tabs show what the hub tells after a cut line, a sleep, a freeze and restarts, nothing doubled and nothing lost', async () => {
  const world = await twoTabs(open);
  const { line, list, one } = world;
  const after = await world.newestEvent();

  // Live.
  await world.happens('1');
  await world.converge(after);

  // A line that is cut, and stays so for a while.
  line.cut();
  for (const page of [list, one]) await page.getByText('Connection lost').waitFor();
  await world.happens('2');
  line.mend();
  await world.converge(after);

  // One that takes connections and answers none: how long it lasts is not waited for.
  const taken = line.swallow();
  for (const page of [list, one]) await page.getByText('Connection lost').waitFor();
  await taken;
  await world.happens('3');
  line.mend();
  for (const page of [list, one]) await page.clock.fastForward(15_000);
  await world.converge(after);

  // A sleep: the clock has gone on, and the line is dead without a word of it.
  line.silence();
  await world.happens('4');
  for (const page of [list, one]) await page.clock.fastForward(45_000);
  await world.converge(after);

  // Tabs that the browser has frozen.
  for (const page of [list, one]) await freeze(page, true);
  await world.happens('5');
  for (const page of [list, one]) await freeze(page, false);
  await world.converge(after);

  // A hub that is restarted.
  const start = await world.stop();
  await world.happens('6');
  await start();
  await world.converge(after);
});

test('after a restart of the hub with another log, two tabs show what that tells, and no event of the one before twice', async () => {
  const world = await twoTabs(open);
  const after = await world.newestEvent();
  await world.happens('1');
  await world.converge(after);
  const start = await world.stop();
  await world.happens('2');
  // Its events are numbered from one again, as those are that the page has shown.
  await start(["update facts set value = 'feedfeedfeedfeed' where name = 'log'", 'delete from events', FROM_ONE]);
  await live(world.one);
  await world.happens('3');
  const heard = world.one.locator('.events pre').filter({ hasText: /heard/ });
  await expect
    .poll(async () => (await heard.allTextContents()).map((text) => JSON.parse(text).text))
    .toContain('heard 3');
  await world.converge(null);
});

const FROM_ONE = "delete from sqlite_sequence where name = 'events'";

test('a question that failed while the line stood is asked again', async () => {
  const world = await twoTabs(open);
  const { list, manager } = world;
  let failed = 0;
  await list.route('**/v1/sessions/ventas', (route) => {
    failed += 1;
    return failed === 1 ? route.abort() : route.continue();
  });
  (await manager.engine.runOf('ventas')).tell({ type: 'banned' });
  await expect.poll(() => failed).toBe(1);
  await manager.given('resto', 'QR_REQUIRED');
  await list.getByText('Banned by WhatsApp').waitFor();
  await expect.poll(() => list.getByRole('alert').count()).toBe(0);
});

test('a tab whose browser was signed in as someone else meanwhile shows that one, and nothing of the one before', async () => {
  const world = await twoTabs(open);
  const { list, one, ask } = world;
  await ask('/v1/tenants', { body: { name: 'acme' } });
  const { key } = (await ask('/v1/keys', { body: { name: 'test', tenant: 'acme', scopes: ['read'] } })).json;
  await ask('/v1/sessions', { body: { name: 'acme.soporte', start: false } });
  await list.getByRole('link', { name: 'acme.soporte' }).waitFor();
  await one.evaluate(
    `fetch('/v1/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"key":"${key}"}' })`,
  );
  await list.getByRole('link', { name: 'soporte', exact: true }).waitFor();
  await expect.poll(() => list.locator('.row .name').allInnerTexts()).toEqual(['soporte']);
  await list.locator('.who-is-in').getByText('acme', { exact: true }).waitFor();
  await one.getByText('This session is not here').waitFor();
});

async function freeze(page: Page, isFrozen: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' });
}
