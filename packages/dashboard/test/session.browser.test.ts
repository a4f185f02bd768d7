import { expect, test } from 'vitest';
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
