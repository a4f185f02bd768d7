import { ADMIN_KEY } from '@leadmaster/testkit';
import type { Page, Request } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { startHub } from '../../central-hub/test/start-hub.ts';
import { PlayedFleet } from '../prove/crowd/played-fleet.ts';
import { DIST } from './build.ts';
import { inOrder, like } from './readers.ts';
import { walks } from './walk.ts';
import { place, useBrowser } from './world.ts';

const open = useBrowser();
const walk = walks(open);

walk('from an empty page to a message that was read', async ({ world, page, words, press, button }) => {
  const { manager } = world;
  const { create, linking, messages, session, states } = words;
  manager.stage.showQrs();
  await world.enter(page);
  await press(page.getByRole('link', { name: words.empty.create }));
  const name = page.getByLabel(create.name);
  await name.waitFor();
  // It has the focus.
  await page.keyboard.type('Ventas!');
  await press(button(create.submit));
  await page.getByText(create.badName).waitFor();
  await name.fill('ventas');
  await press(button(create.submit));
  const qr = page.getByRole('img', { name: linking.qrAlt('ventas') });
  await qr.waitFor();
  const first = await qr.locator('path').getAttribute('d');
  await page.getByText(like(linking.expires)).waitFor();
  (await manager.engine.runOf('ventas')).showQr(2);
  await expect.poll(() => qr.locator('path').getAttribute('d')).not.toBe(first);

  await press(page.getByText(linking.byCode));
  await page.getByLabel(linking.phone).fill('+54 9 11 0000-0001');
  await press(button(linking.getCode));
  await page.getByText('ABCD-1234').waitFor();
  expect((await manager.engine.runOf('ventas')).pairings).toEqual(['5491100000001']);

  await manager.stage.scan('ventas');
  await page.locator('.summary').getByText(states.READY, { exact: true }).waitFor();
  await qr.waitFor({ state: 'detached' });
  await page.getByLabel(messages.to, { exact: true }).fill('+54 9 11 2233-4455');
  await page.getByLabel(messages.text, { exact: true }).fill('hola');
  await press(button(messages.send));
  await page.getByText('+5491122334455').waitFor();
  const run = await manager.engine.runOf('ventas');
  expect(run.sent).toEqual([{ to: '5491122334455', text: 'hola' }]);
  const [whatsappId = ''] = run.acks.keys();
  run.tell({ type: 'ack', ids: [whatsappId], ack: 3 });
  await page.getByText(messages.states.READ, { exact: true }).waitFor();
  const changes = page.getByRole('region', { name: session.sections.timeline }).getByRole('listitem');
  const told = ['READY', 'AUTHENTICATED', 'QR_REQUIRED', 'INITIALIZING'] as const;
  expect(await changes.locator('> span:first-child').allInnerTexts()).toEqual(told.map((state) => states[state]));
});

walk('trouble stands first, in words and with its one step, and comes up by itself', async (walker) => {
  const { world, page, words, press, button } = walker;
  const { manager } = world;
  for (const name of ['calma', 'norte']) await world.given(name, 'READY');
  await world.given('sur', 'STOPPED');
  await world.enter(page);
  const names = page.locator('.row .name');
  await expect.poll(() => names.allInnerTexts()).toEqual(['calma', 'norte', 'sur']);
  (await manager.engine.runOf('norte')).tell({ type: 'banned' });
  await expect.poll(() => names.allInnerTexts()).toEqual(['norte', 'calma', 'sur']);
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  const hint = words.hint((await world.ask('/v1/sessions/norte')).json) ?? '';
  expect(await row('norte').innerText()).toMatch(inOrder(words.states.DISCONNECTED_BANNED, hint));
  await press(button(words.actions.start, row('sur')));
  await world.until('sur', 'INITIALIZING');
  await page.getByRole('heading', { name: `${words.groups.passing} 1` }).waitFor();

  // What is to run stands first and says that nothing new is known, without a reload; what is stopped misses nothing.
  await manager.stop();
  await page.getByRole('heading', { name: `${words.groups.trouble} 3` }).waitFor();
  const { silent, before, silentHint } = words.list;
  expect(await row('calma').innerText()).toMatch(inOrder(silent, before(words.states.READY), silentHint('m1')));
  await press(row('calma').getByRole('link', { name: 'calma' }));
  await page.getByRole('region', { name: words.session.sections.overview }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await press(button(words.actions.machines));
  await page.getByText('./leadmaster doctor').waitFor();
});

walk('search and filters stand in the address, and a filter that fits nothing says how to go on', async (walker) => {
  const { world, page, words, press, button } = walker;
  await world.tenant('acme');
  await world.given('acme.ventas', 'READY');
  await world.given('soporte', 'STOPPED');
  await world.enter(page);
  const names = page.locator('.row .name');
  await expect.poll(() => names.count()).toBe(2);
  await page.getByLabel(words.list.tenant).selectOption(words.list.ownTenant);
  await expect.poll(() => names.allInnerTexts()).toEqual(['soporte']);
  await page.getByLabel(words.list.tenant).selectOption('acme');
  await page.getByRole('searchbox', { name: words.list.search }).fill('VENT');
  await press(button(`${words.groups.ready} 1`));
  expect(new URL(page.url()).search).toBe('?tenant=acme&q=VENT&state=ready');
  await page.reload();
  await expect.poll(() => names.allInnerTexts()).toEqual(['acme.ventas']);
  await page.getByRole('searchbox').fill('nothing of the kind');
  await page.getByText(words.list.noMatch).waitFor();
  await press(button(words.list.clear));
  await expect.poll(() => names.count()).toBe(2);
});

walk(
  'an order for several says before what it passes over, and after what failed; the rest can be cancelled',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { bulk } = words;
    const { start } = bulk.orders;
    const stopped = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of stopped) await world.given(name, 'STOPPED');
    await world.given('ready', 'READY');
    await world.given('qr', 'QR_REQUIRED');
    const held: (() => void)[] = [];
    await page.route('**/v1/sessions/*/start', async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      if (!route.request().url().includes('/a/')) return route.continue();
      const told = { detail: 'The machine m1 does not answer.', hint: 'Look at it.' };
      return route.fulfill({ status: 503, json: { status: 503, code: 'machine_unreachable', ...told } });
    });
    await world.enter(page);
    await press(page.getByRole('checkbox', { name: bulk.pickAll(8) }));
    await page.getByRole('searchbox').fill('e');
    await page.getByText(bulk.picked(2)).waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByText(bulk.picked(8)).waitFor();
    await press(button(start.label, page.locator('.selection')));
    const dialog = page.getByRole('dialog', { name: bulk.asks(start.order(6)) });
    expect(await dialog.innerText()).toMatch(inOrder('a, b, c, d, e, f', bulk.passed(1), bulk.passed(1)));
    expect(held).toEqual([]);
    await press(button(start.order(6), dialog));
    await expect.poll(() => held.length).toBe(4);
    await press(button(bulk.cancelRest));
    for (const go of held) go();
    const progress = page.getByRole('region', { name: start.label, exact: true });
    await progress.getByText(bulk.progress({ all: 6, done: 3, failed: 1, left: 2 })).waitFor();
    expect(await progress.getByRole('alert').innerText()).toMatch(/machine_unreachable[\s\S]*\ba\b/);
    await world.until('d', 'INITIALIZING');
    expect((await world.ask('/v1/sessions/e')).json.state).toBe('STOPPED');
  },
);

test('of many sessions those in sight are in the page and tell their place, also while they change', async () => {
  const hub = await startHub({ dashboard: DIST });
  const fleet = new PlayedFleet(hub, 600, 1);
  const moving = new AbortController();
  onTestFinished(async () => {
    moving.abort();
    await hub.close();
    await fleet.close();
  });
  await fleet.start();
  const page = await open();
  await page.goto(`http://127.0.0.1:${hub.port}`);
  await page.getByLabel('Key', { exact: true }).fill(ADMIN_KEY);
  await page.keyboard.press('Enter');
  await page.getByText('600 sessions', { exact: true }).waitFor();
  const rows = page.getByRole('listitem');
  await page
    .getByRole('checkbox', { name: /^Select tenant/ })
    .first()
    .focus();
  await page.keyboard.press('Tab');
  const first = await page.evaluate('document.activeElement.textContent');
  await page.keyboard.press('End');
  const last = rows.last();
  await expect
    .poll(() => last.evaluate((row) => row.getAttribute('aria-posinset') === row.getAttribute('aria-setsize')))
    .toBe(true);
  await expect.poll(() => rows.count()).toBeLessThan(100);
  // The row that has the focus is kept, so that a key goes on from there.
  expect(await page.evaluate('document.activeElement.textContent')).toBe(first);
  const moved = fleet.move(200, moving.signal);
  await expect.poll(() => fleet.written).toBeGreaterThan(300);
  moving.abort();
  await moved;
  const ready = [...fleet.sessions.values()].filter(({ state }) => state === 'READY').length;
  await page.getByRole('button', { name: `Ready ${ready}`, exact: true }).waitFor();
});

test('a page whose line was cut shows what has happened meanwhile, without a reload', async () => {
  const world = await place();
  await world.given('ventas', 'READY');
  const page = await open();
  await world.enter(page);
  await page.getByText('Live', { exact: true }).waitFor();
  world.cut();
  await page.getByText('Connection lost').waitFor();
  await world.given('nueva', 'QR_REQUIRED');
  (await world.manager.engine.runOf('ventas')).tell({ type: 'banned' });
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'nueva' }).waitFor();
  await page.getByText('Banned by WhatsApp').waitFor();
});

test('a page that was hidden for long closes its stream, and reads on where it was when it is looked at again', async () => {
  const world = await place();
  await world.given('ventas', 'READY');
  const page = await open();
  await page.clock.install();
  await world.enter(page, '/sessions/ventas');
  await page.getByText('Live', { exact: true }).waitFor();
  const isStream = (request: Request): boolean => request.url().endsWith('/v1/events');
  let opened = 0;
  page.on('request', (request) => {
    if (isStream(request)) opened += 1;
  });
  await setHidden(page, true);
  await page.clock.fastForward(30_000);
  await page.getByText('Live', { exact: true }).waitFor();
  const closed = page.waitForEvent('requestfailed', isStream);
  await page.clock.fastForward(31_000);
  await closed;
  // One that was only broken would be taken up again.
  await page.clock.runFor(5_000);
  expect(opened).toBe(0);
  await world.manager.stage.hear('ventas', 'while it was hidden');
  await setHidden(page, false);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('message.received').waitFor();
  expect(opened).toBe(1);
});

/** Hides the page, or shows it, as another tab in front would. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));`);
}

test('texts of others are shown as they are, and none of them runs', async () => {
  const world = await place();
  const evil = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>"\'`{{1+1}}';
  await world.given('ventas', 'READY');
  (await world.manager.engine.runOf('ventas')).tell({
    type: 'ready',
    account: { id: '5491100000001@c.us', phone: '5491100000001', name: evil },
    webVersion: '2.3000.1',
  });
  const body = { metadata: { [evil.slice(0, 60)]: evil, url: 'javascript:window.ran=1' } };
  expect((await world.ask('/v1/sessions/ventas', { method: 'PATCH', body })).status).toBe(200);
  const page = await open();
  await world.enter(page);
  await page.getByRole('link', { name: 'ventas' }).click();
  await page.getByText(evil).first().waitFor();
  await world.manager.stage.hear('ventas', evil);
  await page.getByText('message.received').first().click();
  await page.locator('pre').getByText('onerror').waitFor();
  expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  expect(await page.locator('main img, main script').count()).toBe(0);
});
