import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageReport, UsageReport } from '@leadmaster/protocol';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { shows } from '../../central-hub/test/phone-browser.ts';
import { inOrder, like } from './readers.ts';
import { walks } from './walk.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();
const walk = walks(open);

walk(
  'a snapshot is taken, proven, restored and deleted; the page says what a restore loses, and why one is refused',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { snapshots, session } = words;
    await world.given('ventas', 'READY');
    await world.enter(page, '/sessions/ventas');
    const section = page.getByRole('region', { name: session.sections.snapshots });
    await section.getByText(snapshots.none).waitFor();
    await press(button(snapshots.take, section));
    await section.getByText(snapshots.notProven, { exact: true }).waitFor();
    await press(button(snapshots.verify, section));
    await section.getByText(snapshots.verified).waitFor();
    await section.getByText(like(snapshots.proven)).waitFor();
    await press(button(snapshots.restore, section));
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toMatch(like(snapshots.lost));
    expect(await dialog.innerText()).toContain(snapshots.kept);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    world.manager.stage.takeLogins();
    await press(button(snapshots.restore, section));
    await press(button(snapshots.restore, dialog));
    await dialog.getByText(snapshots.restored).waitFor();
    await world.until('ventas', 'READY');
    await press(button(words.app.close, dialog).last());

    await world.manager.damageVault();
    // What was there before the restore was kept as another snapshot.
    const restores = button(snapshots.restore, section);
    await expect.poll(() => restores.count()).toBe(2);
    await press(restores.first());
    await press(button(snapshots.restore, dialog));
    const refusal = dialog.getByRole('alert');
    await refusal.waitFor();
    const said = words.told?.errors.snapshot_damaged ?? 'damaged';
    expect(await refusal.innerText()).toMatch(inOrder(said, 'snapshot_damaged', words.problem.what));
    await press(button(words.app.cancel, dialog));

    await press(section.getByText(words.parts.snapshotMore.more).first());
    await press(button(snapshots.delete, section).first());
    await dialog.getByText(snapshots.deleteText).waitFor();
    await press(button(snapshots.delete, dialog));
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => restores.count()).toBe(1);

    (await world.manager.engine.runOf('ventas')).tell({ type: 'unlinked', reason: 'LOGOUT' });
    await page.locator('.summary').getByText(words.list.notLinked).waitFor();
    await press(restores.first());
    await dialog.getByText(snapshots.unlinked).waitFor();
  },
);

walk('a session is noted, and deleted only once its name was typed; the page tells what is kept', async (walker) => {
  const { world, page, words, press, button } = walker;
  const { metadata, danger } = words;
  await world.given('ventas', 'READY');
  await world.enter(page, '/sessions/ventas');
  const notes = page.getByRole('region', { name: words.parts.settings.notes });
  await press(notes.getByText(metadata.add));
  await notes.getByLabel(metadata.key).fill('cliente');
  await notes.getByLabel(metadata.value).fill('4711');
  await press(button(metadata.save, notes));
  await notes.getByText('4711').waitFor();
  expect((await world.ask('/v1/sessions/ventas')).json.metadata).toEqual({ cliente: '4711' });
  await press(button(metadata.remove('cliente'), notes));
  await notes.getByText(metadata.none).waitFor();

  const zone = page.getByRole('region', { name: words.session.sections.danger });
  await zone.getByText(like(words.parts.trash.keeps)).waitFor();
  await press(button(danger.delete, zone));
  const dialog = page.getByRole('dialog');
  await dialog.getByText(danger.deleteText).waitFor();
  await page.getByLabel(danger.type('ventas')).fill('venta');
  await page.keyboard.press('Enter');
  expect((await world.ask('/v1/sessions/ventas')).status).toBe(200);
  await page.getByLabel(danger.type('ventas')).fill('ventas');
  await press(button(danger.delete, dialog));
  await page.getByRole('heading', { name: words.empty.title }).waitFor();
  expect((await world.ask('/v1/sessions/ventas')).status).toBe(404);
});

walk(
  'an account that is not the own one is settled by a decision that is asked for, and the timeline tells how it came',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { actions, states } = words;
    await world.given('ventas', 'WRONG_ACCOUNT');
    await world.enter(page);
    await press(button(actions.settle));
    const part = page.getByRole('region', { name: actions.settle });
    expect(await part.innerText()).toMatch(inOrder(words.linking.wrongIs('+'), words.linking.rightIs('+')));
    const isMarked = (): Promise<boolean> => part.evaluate((it) => it.matches(':focus'));
    await expect.poll(isMarked).toBe(true);
    await page.getByRole('region', { name: words.session.sections.danger }).focus();
    await press(button(actions.settle));
    await expect.poll(isMarked).toBe(true);
    await press(button(actions.accept));
    const dialog = page.getByRole('dialog');
    await dialog.getByText(words.linking.accepts).waitFor();
    await press(button(actions.accept, dialog));
    await page.locator('.summary').getByText(states.READY, { exact: true }).waitFor();
    const timeline = page.getByRole('region', { name: words.session.sections.timeline });
    const changes = timeline.getByRole('listitem');
    await changes.filter({ hasText: states.WRONG_ACCOUNT }).waitFor();
    expect(await changes.count()).toBe(8);
    await press(button(words.timeline.showAll, timeline));
    await changes.filter({ hasText: states.RECONNECTING }).first().waitFor();
    expect(await changes.count()).toBeGreaterThan(8);
  },
);

walk(
  'long work is shown as it goes, also by a page that was loaded since; a snapshot is drilled, and exported as a file',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { captures } = world.manager;
    const { snapshots, parts } = words;
    const { exporting, snapshotMore, work } = parts;
    await world.given('ventas', 'READY');
    await world.enter(page, '/sessions/ventas');
    const section = page.getByRole('region', { name: words.session.sections.snapshots });
    captures.hold();
    await press(button(snapshots.take, section));
    const bar = section.getByRole('progressbar', { name: work.kinds.snapshot });
    await bar.waitFor();
    await page.reload();
    await bar.waitFor();
    captures.release();
    await section.getByText(snapshots.notProven, { exact: true }).waitFor();
    await bar.waitFor({ state: 'detached' });

    await press(section.getByText(snapshotMore.more));
    await press(button(snapshotMore.drill, section));
    await section.getByText(snapshotMore.drilled).waitFor();
    await press(button(exporting.action, section));
    const phrase = page.getByLabel(exporting.passphrase);
    const again = page.getByLabel(exporting.again);
    await phrase.fill('one that is long enough');
    await again.fill('another one');
    await page.getByText(exporting.differ).waitFor();
    await again.fill('one that is long enough');
    const saved = page.waitForEvent('download');
    await press(button(exporting.download));
    const file = await saved;
    const [snapshot] = (await world.ask('/v1/sessions/ventas/snapshots')).json.items;
    expect(file.suggestedFilename()).toBe(`ventas-${snapshot.id}.lmx`);
    expect((await readFile(await file.path())).length).toBeGreaterThan(500);

    await page.keyboard.press('Escape');
    captures.hold();
    await press(button(snapshots.take, section));
    await bar.waitFor();
    await press(page.getByRole('link', { name: words.app.back }));
    world.manager.blobs.plan({ what: 'fail', times: 1_000 });
    captures.release();
    await press(page.getByRole('link', { name: 'ventas' }));
    await page.getByText(work.elsewhere).waitFor();
    await page.getByRole('alert').getByText('store_unreachable').first().waitFor();
  },
);

walk(
  'a tenant makes a link for a phone, which is shown once and revoked; by another one its client links the phone',
  async (walker) => {
    const { world, page, words, screen, press, button } = walker;
    const { links, settings, trash } = words.parts;
    const key = await world.tenant('acme', ['read', 'send', 'control']);
    await world.given('acme.ventas', 'QR_REQUIRED');
    await world.enter(page, '/sessions/ventas', key);
    const linking = page.getByRole('region', { name: words.session.sections.linking });
    await linking.getByText(links.none).waitFor();
    await press(button(links.make, linking));
    await linking.getByRole('img', { name: links.qrAlt('ventas') }).waitFor();
    await linking.getByText(links.notClaimed).waitFor();
    await press(button(links.revoke, linking));
    await linking.getByText(links.none).waitFor();
    await press(button(links.make, linking));
    const address = await linking.locator('.made code').innerText();
    const client = await walker.open();
    await client.goto(address);
    await press(client.locator('main form button'));
    (await world.manager.engine.runOf('acme.ventas')).showQr(2);
    await linking.getByText(like(links.claimed)).waitFor();
    await page.reload();
    await linking.getByText(like(links.claimed)).waitFor();
    expect(await page.locator('body').innerText()).not.toContain(address);
    // On a phone it asks for the number: there is no second phone to point at a QR.
    await shows(client, screen === 'phone' ? 'number' : 'qr');
    await world.manager.stage.scan('acme.ventas');
    await shows(client, 'linked');
    await page.locator('.summary').getByText(words.states.READY, { exact: true }).waitFor();

    await press(button(settings.turnOff));
    await press(button(settings.turnOff, page.getByRole('dialog')));
    await page.getByText(settings.wantsAdmin).waitFor();
    await page.getByText(trash.unknown).waitFor();
    expect(await page.getByRole('region', { name: words.parts.machine.title }).count()).toBe(0);
    expect(await page.locator('body').innerText()).not.toMatch(/acme\.|m1/);
  },
);

walk(
  'the size of a profile is shown, and a trim says before what it costs and after what it has freed',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { actions, storage, parts, session } = words;
    await world.manager.given('ventas', 'LINKED');
    await world.until('ventas', 'STOPPED');
    const caches = join(world.manager.dataDir, 'tokens/ventas/Default/Service Worker/CacheStorage');
    await mkdir(caches, { recursive: true });
    await writeFile(join(caches, 'one'), Buffer.alloc(3_000_000));
    await world.enter(page, '/sessions/ventas');
    const section = page.getByRole('region', { name: session.sections.storage });
    await section.getByText(storage.classes.optional).waitFor();
    await press(button(actions.trim, section));
    const dialog = page.getByRole('dialog');
    await dialog.getByText(parts.picture.costs).waitFor();
    expect(await dialog.innerText()).toMatch(/3 MB/);
    await press(button(actions.trim, dialog));
    await section.getByText(storage.trimmed('3 MB')).waitFor();
    await section.getByText(parts.picture.nothing).waitFor();
  },
);

walk(
  'a session is bound, only listens, and moves to another machine; what a level above holds off is told',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { usage, picture, settings, machine: texts } = words.parts;
    const { m2 } = world.managers;
    await world.tenant('acme');
    await world.given('acme.ventas', 'READY');
    const { phone } = world.manager.stage.accountOf('acme.ventas');
    if (m2 !== undefined) m2.engine.onRun = (run) => void setImmediate(() => run.login(phone));
    await pastDay(page);
    await world.enter(page, '/sessions/acme.ventas');
    const memory = `${usage.chart('24 h')}. ${usage.memory}: 420 MB ${usage.now}`;
    await page.getByRole('img', { name: memory }).waitFor();
    await page.getByRole('img', { name: inOrder(picture.overTime, picture.reaches('27 d')) }).waitFor();
    await page.getByRole('img', { name: picture.alt }).getByText('300 MB', { exact: true }).waitFor();
    await expect.poll(() => page.locator('.canvas canvas').count()).toBe(2);
    await page.unrouteAll({ behavior: 'wait' });

    const section = page.getByRole('region', { name: words.session.sections.settings });
    await press(section.getByText(settings.bind));
    await section.getByLabel(settings.phone).fill('12');
    const number = page.getByRole('region', { name: settings.number });
    await press(button(settings.save, number));
    await number.getByRole('alert').getByText('invalid_request').waitFor();
    await section.getByLabel(settings.phone).fill(`+${phone}`);
    await press(button(settings.save, number));
    await number.getByText(settings.onlyNumber(`+${phone}`)).waitFor();
    expect((await world.ask('/v1/tenants/acme', { method: 'PATCH', body: { sending: 'off' } })).status).toBe(200);
    await section.getByText(settings.offAbove.tenant).waitFor();
    await page.getByText(words.messages.onlyListens).waitFor();
    expect(await button(settings.turnOn, section).count()).toBe(0);

    const machine = page.getByRole('region', { name: texts.title, exact: true });
    await world.ask('/v1/machines/m2/drain', { body: {} });
    await press(button(texts.move, machine));
    const dialog = page.getByRole('dialog');
    await press(button(texts.move, dialog));
    await dialog.getByRole('alert').getByText('machine_draining').waitFor();
    await world.ask('/v1/machines/m2/drain', { body: { draining: false } });
    await press(button(texts.move, dialog));
    await machine.getByText(texts.here('m2')).waitFor({ timeout: 60_000 });
    await dialog.waitFor({ state: 'detached' });
  },
  { machines: ['m1', 'm2'] },
);

/** A day of samples and a month of sizes in the place of those of a session that has just begun. */
async function pastDay(page: Page): Promise<void> {
  const at = (ms: number): string => new Date(Date.now() - ms).toISOString();
  const items = Array.from({ length: 1_440 }, (_, n) => {
    return { at: at((1_440 - n) * 60_000), memoryBytes: n === 1_439 ? 420e6 : 300e6 + n * 50_000, processorMs: 2_400 };
  });
  await page.route('**/usage', (route) => route.fulfill({ json: { everySeconds: 60, items } satisfies UsageReport }));
  const sizes = Array.from({ length: 30 }, (_, n) => ({ at: at((30 - n) * 86_400_000), bytes: 200e6 + n * 10e6 }));
  const report = {
    ...{ path: '/data/tokens/acme.ventas', bytes: 500e6, warnBytes: 1_040e6, growthBytesPerDay: 20e6, sizes },
    classes: { critical: 80e6, important: 20e6, optional: 300e6, temporary: 100e6 },
    folders: [{ path: 'Default/Service Worker/CacheStorage', class: 'optional', bytes: 300e6, files: 900 }],
    measuredAt: at(0),
  } satisfies StorageReport;
  await page.route('**/storage', (route) => route.fulfill({ json: report }));
}
