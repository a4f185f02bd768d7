import { readFile } from 'node:fs/promises';
import type { StorageReport, UsageReport } from '@leadmaster/protocol';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Browser } from '../../central-hub/test/link-browser.ts';
import { place, useBrowser } from './world.ts';

const open = useBrowser();

test('a snapshot is taken, proven and restored, and the page says what a restore loses', async () => {
  const world = await place();
  await world.given('ventas', 'READY');
  const page = await open();
  await world.enter(page, '/sessions/ventas');
  const section = page.getByRole('region', { name: 'Snapshots' });
  await section.getByText('There is no snapshot yet').waitFor();
  await section.getByRole('button', { name: 'Take a snapshot' }).click();
  await section.getByText('Not proven yet').waitFor();
  await section.getByRole('button', { name: 'Verify' }).click();
  await section.getByText('Every byte is there.').waitFor();
  await section.getByText(/Proven .* ago/).waitFor();
  await section.getByRole('button', { name: 'Restore' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.innerText()).toMatch(
    /messages from after the snapshot are missing[\s\S]*goes to the trash first/,
  );
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  world.manager.stage.takeLogins();
  await section.getByRole('button', { name: 'Restore' }).click();
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await dialog.getByText('Restored.').waitFor();
  await world.until('ventas', 'READY');
});

test('what the hub refuses is told with its code, its cause and what to do', async () => {
  const world = await place();
  await world.given('ventas', 'READY');
  await world.manager.take('ventas');
  await world.manager.damageVault();
  const page = await open({ locale: 'es-AR' });
  await world.enter(page, '/sessions/ventas');
  await page.getByRole('button', { name: 'Restaurar' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restaurar', exact: true }).click();
  const refusal = page.getByRole('dialog').getByRole('alert');
  await refusal.waitFor();
  expect(await refusal.innerText()).toMatch(/La copia está dañada[\s\S]*snapshot_damaged[\s\S]*Qué hacer/);
});

test('a session is deleted only once its name was typed, and the page tells what is kept', async () => {
  const world = await place();
  await world.given('ventas', 'READY');
  const page = await open();
  await world.enter(page, '/sessions/ventas#danger');
  const zone = page.getByRole('region', { name: 'Danger zone' });
  await zone.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.innerText()).toMatch(/goes to the trash[\s\S]*snapshots stay/);
  await page.getByLabel('Type ventas to confirm').fill('venta');
  await page.keyboard.press('Enter');
  expect((await world.ask('/v1/sessions/ventas')).status).toBe(200);
  await page.getByLabel('Type ventas to confirm').fill('ventas');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Link the first WhatsApp account' }).waitFor();
  expect((await world.ask('/v1/sessions/ventas')).status).toBe(404);
});

test('an account that is not the own one is settled by a decision that is asked for', async () => {
  const world = await place();
  await world.given('ventas', 'WRONG_ACCOUNT');
  const page = await open();
  await world.enter(page);
  await page.getByRole('button', { name: 'Settle the account' }).click();
  const part = page.getByRole('region', { name: 'Settle the account' });
  expect(await part.innerText()).toMatch(/Linked now: \+\d+[\s\S]*The session belongs to: \+\d+/);
  const marked = page.locator('#linking:focus');
  await marked.waitFor();
  await page.getByRole('region', { name: 'Danger zone' }).focus();
  await marked.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Settle the account' }).click();
  await marked.waitFor();
  await page.getByRole('button', { name: 'Keep this account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The session belongs to this account from now on').waitFor();
  await dialog.getByRole('button', { name: 'Keep this account' }).click();
  await page.getByText('Ready', { exact: true }).first().waitFor();
});

test('notes are added and removed', async () => {
  const world = await place();
  await world.given('ventas', 'STOPPED');
  const page = await open();
  await world.enter(page, '/sessions/ventas');
  const notes = page.getByRole('region', { name: 'Notes' });
  await notes.getByText('Add a note').click();
  await notes.getByLabel('Name').fill('cliente');
  await notes.getByLabel('Value').fill('4711');
  await notes.getByRole('button', { name: 'Save' }).click();
  await notes.getByText('4711').waitFor();
  expect((await world.ask('/v1/sessions/ventas')).json.metadata).toEqual({ cliente: '4711' });
  await notes.getByRole('button', { name: 'Remove cliente' }).click();
  await notes.getByText('Nothing is noted').waitFor();
});

test('long work is shown as it goes, also by a page that was loaded since; a snapshot is drilled, and exported as a file', async () => {
  const world = await place();
  const { captures } = world.manager;
  await world.given('ventas', 'READY');
  const page = await open();
  await world.enter(page, '/sessions/ventas');
  const section = page.getByRole('region', { name: 'Snapshots' });
  captures.hold();
  await section.getByRole('button', { name: 'Take a snapshot' }).click();
  const bar = section.getByRole('progressbar', { name: 'Taking a snapshot' });
  await bar.waitFor();
  await page.reload();
  await bar.waitFor();
  captures.release();
  await section.getByText('Not proven yet').waitFor();
  await bar.waitFor({ state: 'detached' });

  await section.getByText('Details, drill').click();
  await section.getByRole('button', { name: 'Drill' }).click();
  await section.getByText('A browser has opened it').waitFor();
  await section.getByRole('button', { name: 'Export' }).click();
  await page.getByLabel('Passphrase').fill('one that is long enough');
  await page.getByLabel('The same once more').fill('another one');
  await page.getByText('The two are not the same.').waitFor();
  await page.getByLabel('The same once more').fill('one that is long enough');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const file = await saved;
  const [snapshot] = (await world.ask('/v1/sessions/ventas/snapshots')).json.items;
  expect(file.suggestedFilename()).toBe(`ventas-${snapshot.id}.lmx`);
  expect((await readFile(await file.path())).length).toBeGreaterThan(500);

  await page.keyboard.press('Escape');
  captures.hold();
  await section.getByRole('button', { name: 'Take a snapshot' }).click();
  await bar.waitFor();
  await page.getByRole('link', { name: 'All sessions' }).click();
  world.manager.blobs.plan({ what: 'fail', times: 1_000 });
  captures.release();
  await page.getByRole('link', { name: 'ventas' }).click();
  await page.getByText('An order that you gave has failed:').waitFor();
  await page.getByRole('alert').getByText('store_unreachable').first().waitFor();
});

test('a link for the phone is shown once, tells that it was opened, and is revoked; a tenant sees its half of the session', async () => {
  const world = await place();
  const key = await world.tenant('acme', ['read', 'send', 'control']);
  await world.given('acme.ventas', 'QR_REQUIRED');
  const page = await open();
  await world.enter(page, '/sessions/ventas', key);
  const linking = page.getByRole('region', { name: 'Link the phone' });
  await linking.getByText('No link waits to be used.').waitFor();
  await linking.getByRole('button', { name: 'Make a link' }).click();
  await linking.getByRole('img', { name: 'QR code of the page that links ventas' }).waitFor();
  await linking.getByText('not opened yet').waitFor();
  const address = await linking.locator('.made code').innerText();
  expect((await new Browser(world, address).claim()).status).toBeLessThan(400);
  (await world.manager.engine.runOf('acme.ventas')).showQr(2);
  await linking.getByText(/^opened .* ago$/).waitFor();
  await page.reload();
  await linking.getByText(/^opened .* ago$/).waitFor();
  expect(await page.locator('body').innerText()).not.toContain(address);
  await linking.getByRole('button', { name: 'Revoke' }).click();
  await linking.getByText('No link waits to be used.').waitFor();
  await page.getByRole('button', { name: 'Only listen' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Only listen' }).click();
  await page.getByText('A key with the scope admin can switch it on.').waitFor();
  await page.getByText('is for the operator to say').waitFor();
  expect(await page.getByRole('region', { name: 'Machine' }).count()).toBe(0);
  expect(await page.locator('body').innerText()).not.toMatch(/acme\.|m1/);
});

test('a session is bound, only listens, and moves to another machine; what a level above holds off is told', async () => {
  const world = await place(['m1', 'm2']);
  const { m2 } = world.managers;
  await world.tenant('acme');
  await world.given('acme.ventas', 'READY');
  const { phone } = world.manager.stage.accountOf('acme.ventas');
  if (m2 !== undefined) m2.engine.onRun = (run) => void setImmediate(() => run.login(phone));
  const page = await open();
  await pastDay(page);
  await world.enter(page, '/sessions/acme.ventas');
  await page.getByRole('img', { name: /Memory and processor over the last 24 h.*Memory: 420 MB now/ }).waitFor();
  await page.getByRole('img', { name: /Size over the last month.*at this rate it warns in 27 d/ }).waitFor();
  await page.getByRole('img', { name: 'The folders of the profile' }).getByText('300 MB', { exact: true }).waitFor();
  await expect.poll(() => page.locator('.canvas canvas').count()).toBe(2);
  await page.unrouteAll({ behavior: 'wait' });

  const settings = page.getByRole('region', { name: 'Settings' });
  await settings.getByText('Bind a number').click();
  await settings.getByLabel('Number, with country code').fill('12');
  await page.keyboard.press('Enter');
  await settings.getByRole('alert').getByText('invalid_request').waitFor();
  await settings.getByLabel('Number, with country code').fill(`+${phone}`);
  await page.keyboard.press('Enter');
  await settings.getByText(`Only +${phone} can be linked.`).waitFor();
  expect((await world.ask('/v1/tenants/acme', { method: 'PATCH', body: { sending: 'off' } })).status).toBe(200);
  await settings.getByText('It is off for the whole tenant').waitFor();
  await page.getByText('The session only listens: sending is off').waitFor();
  expect(await settings.getByRole('button', { name: 'Switch sending on' }).count()).toBe(0);

  const machine = page.getByRole('region', { name: 'Machine', exact: true });
  await world.ask('/v1/machines/m2/drain', { body: {} });
  await machine.getByRole('button', { name: 'Move' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await dialog.getByRole('alert').getByText('machine_draining').waitFor();
  await world.ask('/v1/machines/m2/drain', { body: { draining: false } });
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await machine.getByText('It lives on m2.').waitFor({ timeout: 60_000 });
  await dialog.waitFor({ state: 'detached' });
});

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
