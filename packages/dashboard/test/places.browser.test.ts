import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { tampered } from '../../central-hub/test/hub.ts';
import { place, useBrowser } from './world.ts';

const open = useBrowser();

test('a machine is tried before it is added, emptied, and removed once its name was typed; one that is silent says since when and why', async () => {
  const world = await place(['m1', 'm2']);
  await world.given('ventas', 'READY');
  await world.ask('/v1/sessions/ventas/stop', { method: 'POST' });
  await world.until('ventas', 'STOPPED');
  const third = await startTestManager();
  onTestFinished(() => third.close());
  const page = await open();
  await world.enter(page);
  await page.getByRole('link', { name: 'Machines' }).click();
  await page.getByRole('link', { name: 'Add a machine' }).click();
  await page.getByLabel('Name').fill('m3');
  await page.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${third.port}`);
  await page.getByLabel('Key').fill('another-key');
  await page.keyboard.press('Enter');
  const refusal = page.getByRole('alert');
  await refusal.waitFor();
  expect(await refusal.innerText()).toMatch(/token is not valid there[\s\S]*machine_refused[\s\S]*service\.token/);
  await page.getByLabel('Key').fill(SERVICE_TOKEN);
  await page.keyboard.press('Enter');
  const row = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
  await row('m3').getByText('Up', { exact: true }).waitFor();
  await third.stop();
  const dialog = page.getByRole('dialog');

  await row('m1').getByRole('switch', { name: 'Sending' }).click();
  expect(await dialog.innerText()).toMatch(/only listen[\s\S]*queued fail/);
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await row('m1').getByText('only listens').waitFor();
  expect((await world.ask('/v1/sessions/ventas')).json.sending).toBe('off');

  await row('m1').getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Type m1 to confirm').fill('m1');
  await page.keyboard.press('Enter');
  await dialog.getByText('machine_has_sessions').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Remove');

  await row('m1').getByRole('button', { name: 'Empty' }).click();
  await dialog.getByText('Its session moves to the other machines').waitFor();
  await dialog.getByRole('button', { name: 'Empty' }).click();
  await dialog.getByText('1 session has moved.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await row('m1').getByText('has none left: it can be removed').waitFor();
  await row('m2').getByRole('link', { name: '1', exact: true }).click();
  expect(page.url()).toBe(`${world.url}/?machine=m2`);
  await page.getByRole('link', { name: 'ventas' }).waitFor();
  await page.goBack();
  await row('m1').getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Type m1 to confirm').fill('m1');
  await page.keyboard.press('Enter');
  await row('m1').waitFor({ state: 'detached' });

  await expect
    .poll(async () => (await world.ask('/v1/machines')).json.items.at(-1).state, { timeout: 10_000 })
    .toBe('down');
  await page.getByRole('button', { name: 'Ask the hub again' }).click();
  await row('m3').getByText('Not reachable').waitFor();
  expect(await row('m3').innerText()).toMatch(/for \d+ s[\s\S]*ECONNREFUSED[\s\S]*service_unreachable/);
}, 60_000);

test('a tenant is added, limited and silenced; it is deleted once it has no session; an account in two sessions is told', async () => {
  const world = await place(['m1', 'm2'], { firstPhone: 5491100000001 });
  const page = await open({ viewport: { width: 360, height: 740 } });
  await world.enter(page, '/tenants');
  await page.getByText('There is no tenant yet').waitFor();
  await page.getByRole('link', { name: 'Add a tenant' }).last().click();
  await page.getByLabel('Name').fill('Acme!');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('invalid_request').waitFor();
  await page.getByLabel('Name').fill('acme');
  await page.getByLabel('Sessions at most').fill('2');
  await page.keyboard.press('Enter');
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'acme' }) });
  await row.getByText('0 of 2').waitFor();
  // What happens to sessions is told live.
  await world.given('ventas', 'READY');
  await world.managers.m2?.given('acme.ventas', 'READY');
  await row.getByRole('link', { name: '1 of 2' }).waitFor();
  await page.getByRole('button', { name: 'Ask the hub again' }).click();
  const double = page.getByRole('region', { name: 'One account in several sessions' });
  expect(await double.innerText()).toMatch(/acme\.ventas \(m2\), ventas \(m1\)/);

  await row.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('Acme Muebles');
  await dialog.getByLabel('Sessions at most').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText('Acme Muebles').waitFor();
  expect((await world.ask('/v1/tenants/acme')).json.limits.sessions).toBe(null);
  await row.getByRole('switch').click();
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await row.getByText('only listens').waitFor();

  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel('Type acme to confirm').fill('acme');
  await page.keyboard.press('Enter');
  await dialog.getByText('tenant_has_sessions').waitFor();
  expect((await world.ask('/v1/sessions/acme.ventas', { method: 'DELETE' })).status).toBe(204);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is no tenant yet').waitFor();
}, 60_000);

test('a developer goes from an empty page to a key and its first call; the key is shown once, and ends when it is revoked', async () => {
  const world = await place();
  await world.ask('/v1/tenants', { body: { name: 'acme' } });
  const page = await open();
  await world.enter(page);
  const call = page.locator('.empty code').last();
  expect(await call.innerText()).toContain(`curl ${world.url}/v1/sessions`);
  await page.getByRole('link', { name: 'Make a key' }).click();
  await page.getByLabel('What it is for').fill('shop');
  await page.getByLabel('Whose it is').selectOption('acme');
  await page.getByLabel('Control').uncheck();
  await page.getByLabel('What it is for').press('Enter');
  await page.getByRole('heading', { name: 'The key for shop' }).waitFor();
  const [key = '', list = '', send = '', listen = '', cli = ''] = await page
    .locator('main .copyable code')
    .allInnerTexts();
  expect((await world.ask('/v1/me', { key })).json).toMatchObject({ tenant: 'acme', scopes: ['read', 'send'] });
  expect(list).toBe(`curl -H 'Authorization: Bearer ${key}' ${world.url}/v1/sessions`);
  expect(send).toContain(`${world.url}/v1/sessions/ventas/messages`);
  expect(listen).toBe(
    `curl -N -H 'Authorization: Bearer ${key}' -H 'Accept: text/event-stream' ${world.url}/v1/events`,
  );
  expect(cli).toBe(`LEADMASTER_URL=${world.url} LEADMASTER_KEY=${key} ./leadmaster sessions`);
  await page.getByRole('link', { name: 'I have kept it' }).click();
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'shop' }) });
  await row.waitFor();
  expect(await page.content()).not.toContain(key);

  // The same key in another browser: its own half, and no hint of the rest.
  const other = await open();
  const asked: string[] = [];
  other.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await world.enter(other, '/keys', key);
  await other.getByText('There is no such page.').waitFor();
  expect(await other.getByRole('navigation').count()).toBe(0);
  expect(asked.filter((path) => /machines|tenants|v1\/keys|audit/.test(path))).toEqual([]);

  await row.getByRole('button', { name: 'Revoke' }).click();
  expect(await page.getByRole('dialog').innerText()).toMatch(/refused at once[\s\S]*is signed out/);
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.waitFor({ state: 'detached' });
  await expect.poll(async () => (await world.ask('/v1/me', { key })).status).toBe(401);
  await other.getByLabel('Key', { exact: true }).waitFor();
}, 60_000);

test('the audit shows the newest line first, narrowed by its address, and proves itself against a file that was kept', async () => {
  const world = await place();
  await world.tenant('acme');
  await world.given('ventas', 'STOPPED');
  for (let n = 0; n < 51; n += 1) await world.ask('/v1/sessions/ventas', { method: 'PATCH', body: { metadata: {} } });
  const page = await open();
  await world.enter(page, '/audit');
  const lines = page.locator('.lines tbody tr');
  await expect.poll(() => lines.count()).toBe(50);
  expect(await lines.first().innerText()).toMatch(/Admin key\s+Sign in\s+done\s+127\.0\.0\.1/);
  await page.getByRole('link', { name: 'Older lines' }).click();
  await lines.getByText('Add machine').waitFor();
  expect(page.url()).toMatch(/\/audit\?before=\d+$/);
  await page.getByLabel('What').selectOption('Make key');
  await expect.poll(() => lines.count()).toBe(1);
  expect(page.url()).toBe(`${world.url}/audit?action=createKey`);
  await page.reload();
  await expect.poll(() => lines.count()).toBe(1);
  await page.getByRole('textbox', { name: 'Tenant' }).fill('other');
  await page.keyboard.press('Enter');
  await page.getByText('There is no such line.').waitFor();
  await page.getByRole('link', { name: 'Show all' }).click();
  await lines.getByRole('link', { name: 'ventas' }).first().waitFor();

  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText(/The audit is whole: \d+ lines/).waitFor();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download all lines' }).click();
  const download = await downloading;
  const kept = join(world.dataDir, download.suggestedFilename());
  await download.saveAs(kept);
  const written = (await readFile(kept, 'utf8')).trim().split('\n');
  expect(JSON.parse(written.at(-1) ?? '').head.line).toBe(written.length - 1);
  const file = page.getByLabel('Verify against a kept file');
  await file.last().setInputFiles(kept);
  await page.getByText('Everything up to the head of the file is as it was.').waitFor();
  await writeFile(kept, 'something else\n');
  await file.last().setInputFiles(kept);
  await page.getByText('The file does not end with a head').waitFor();
  await tampered(world, "update audit set actor = 'key:another' where id = 2");
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('Line 2 was changed.').waitFor();
}, 60_000);
