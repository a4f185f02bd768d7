import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import type { Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { tampered } from '../../central-hub/test/hub.ts';
import { inOrder, like } from './readers.ts';
import { walks } from './walk.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();
const walk = walks(open);

/** What a view lists under a name. */
function rowOf(page: Page, name: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
}

walk(
  'a machine is tried before it is added, emptied, and removed once its name was typed; one that is silent says since when and why',
  async ({ world, page, words, press, button }) => {
    const { machines, places, danger } = words;
    const { form } = machines;
    await world.manager.given('ventas', 'LINKED');
    await world.until('ventas', 'STOPPED');
    const third = await startTestManager();
    onTestFinished(() => third.close());
    await world.enter(page);
    await press(page.getByRole('link', { name: places.names.machines }));
    await press(page.getByRole('link', { name: machines.add }));
    await page.getByLabel(form.name).fill('m3');
    await page.getByLabel(form.url, { exact: true }).fill(`http://127.0.0.1:${third.port}`);
    await page.getByLabel(form.token).fill('another-key');
    await press(button(form.submit));
    const refusal = page.getByRole('alert');
    await refusal.waitFor();
    const said = words.told?.errors.machine_refused ?? 'token is not valid there';
    expect(await refusal.innerText()).toMatch(inOrder(said, 'machine_refused', 'service.token'));
    await page.getByLabel(form.token).fill(SERVICE_TOKEN);
    await press(button(form.submit));
    const row = (name: string) => rowOf(page, name);
    await row('m3').getByText(machines.states.up, { exact: true }).waitFor();
    await third.stop();
    // Until the hub knows it, it may choose this machine for the sessions of another.
    await expect
      .poll(async () => (await world.ask('/v1/machines')).json.items.at(-1).state, { timeout: 60_000 })
      .toBe('down');
    const dialog = page.getByRole('dialog');

    await press(row('m1').getByRole('switch', { name: places.sending.label }));
    await dialog.getByText(places.sending.off).waitFor();
    await press(button(places.sending.switchOff, dialog));
    await row('m1').getByText(places.sending.onlyListens).waitFor();
    expect((await world.ask('/v1/sessions/ventas')).json.sending).toBe('off');

    await press(button(machines.remove, row('m1')));
    await page.getByLabel(danger.type('m1')).fill('m1');
    await press(button(machines.remove, dialog));
    await dialog.getByText('machine_has_sessions').waitFor();
    await press(button(words.app.cancel, dialog));
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(machines.remove);

    await press(button(machines.empty, row('m1')));
    await dialog.getByText(machines.emptyText(1)).waitFor();
    await press(button(machines.empty, dialog));
    await dialog.getByText(machines.moved(1)).waitFor();
    await press(button(words.app.close, dialog).last());
    await row('m1').getByText(machines.draining(0)).waitFor();
    await press(row('m2').getByRole('link', { name: '1', exact: true }));
    expect(page.url()).toBe(`${world.url}/?machine=m2`);
    await page.getByRole('link', { name: 'ventas' }).waitFor();
    await page.goBack();
    await press(button(machines.remove, row('m1')));
    await page.getByLabel(danger.type('m1')).fill('m1');
    await press(button(machines.remove, dialog));
    await row('m1').waitFor({ state: 'detached' });

    await press(button(places.reload));
    await row('m3').getByText(machines.states.down, { exact: true }).waitFor();
    const told = await row('m3').innerText();
    expect(told).toMatch(like(machines.since));
    expect(told).toMatch(inOrder('ECONNREFUSED', 'service_unreachable'));
  },
  { machines: ['m1', 'm2'] },
);

walk(
  'a tenant is added, limited and silenced; it is deleted once it has no session; an account in two sessions is told',
  async ({ world, page, words, press, button }) => {
    const { tenants, places } = words;
    const { form } = tenants;
    await world.enter(page, '/tenants');
    await page.getByText(tenants.none).waitFor();
    await press(page.getByRole('link', { name: tenants.add }).last());
    await page.getByLabel(form.name).fill('Acme!');
    await press(button(form.submit));
    await page.getByRole('alert').getByText('invalid_request').waitFor();
    await page.getByLabel(form.name).fill('acme');
    await page.getByLabel(form.sessions).fill('2');
    await press(button(form.submit));
    const row = rowOf(page, 'acme');
    await row.getByText(tenants.of(0, 2)).waitFor();
    // What happens to sessions is told live.
    await world.given('ventas', 'READY');
    await world.managers.m2?.given('acme.ventas', 'READY');
    await row.getByRole('link', { name: tenants.of(1, 2) }).waitFor();
    await press(button(places.reload));
    const double = page.getByRole('region', { name: places.doubles.title });
    expect(await double.innerText()).toMatch(/acme\.ventas \(m2\), ventas \(m1\)/);

    await press(button(places.change, row));
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(form.label).fill('Acme Muebles');
    await dialog.getByLabel(form.sessions).fill('');
    await press(button(places.save, dialog));
    await row.getByText('Acme Muebles').waitFor();
    expect((await world.ask('/v1/tenants/acme')).json.limits.sessions).toBe(null);
    await press(row.getByRole('switch'));
    await press(button(places.sending.switchOff, dialog));
    await row.getByText(places.sending.onlyListens).waitFor();

    await press(button(tenants.delete, row));
    await page.getByLabel(words.danger.type('acme')).fill('acme');
    await press(button(tenants.delete, dialog));
    await dialog.getByText('tenant_has_sessions').waitFor();
    expect((await world.ask('/v1/sessions/acme.ventas', { method: 'DELETE' })).status).toBe(204);
    await press(button(tenants.delete, dialog));
    await page.getByText(tenants.none).waitFor();
  },
  { machines: ['m1', 'm2'], played: { firstPhone: 5491100000001 } },
);

walk(
  'a developer goes from an empty page to a key and its first call; the key is shown once, and ends when it is revoked',
  async (walker) => {
    const { world, page, words, press, button } = walker;
    const { keys, empty } = words;
    const { form, made } = keys;
    await world.ask('/v1/tenants', { body: { name: 'acme' } });
    await world.enter(page);
    const call = page.locator('.empty code').last();
    expect(await call.innerText()).toContain(`curl ${world.url}/v1/sessions`);
    await press(page.getByRole('link', { name: empty.makeKey }));
    await page.getByLabel(form.name).fill('shop');
    await page.getByLabel(form.tenant).selectOption('acme');
    await press(page.getByRole('checkbox', { name: form.scope.control }));
    await press(button(form.submit));
    await page.getByRole('heading', { name: made.title('shop') }).waitFor();
    const lines = await page.locator('main .copyable code').allInnerTexts();
    const [key = '', list = '', send = '', listen = '', cli = ''] = lines;
    expect((await world.ask('/v1/me', { key })).json).toMatchObject({ tenant: 'acme', scopes: ['read', 'send'] });
    expect(list).toBe(`curl -H 'Authorization: Bearer ${key}' ${world.url}/v1/sessions`);
    expect(send).toContain(`${world.url}/v1/sessions/ventas/messages`);
    expect(listen).toBe(
      `curl -N -H 'Authorization: Bearer ${key}' -H 'Accept: text/event-stream' ${world.url}/v1/events`,
    );
    expect(cli).toBe(`LEADMASTER_URL=${world.url} LEADMASTER_KEY=${key} ./leadmaster sessions`);
    await press(page.getByRole('link', { name: made.done }));
    const row = rowOf(page, 'shop');
    await row.waitFor();
    expect(await page.content()).not.toContain(key);

    // The same key in another browser: its own half, and no hint of the rest.
    const other = await walker.open();
    const asked: string[] = [];
    other.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await world.enter(other, '/keys', key);
    await other.getByText(words.app.notHere).waitFor();
    expect(await other.getByRole('navigation').count()).toBe(0);
    expect(asked.filter((path) => /machines|tenants|v1\/keys|audit/.test(path))).toEqual([]);

    await press(button(keys.revoke, row));
    const dialog = page.getByRole('dialog');
    await dialog.getByText(keys.revokeText).waitFor();
    await press(button(keys.revoke, dialog));
    await row.waitFor({ state: 'detached' });
    await expect.poll(async () => (await world.ask('/v1/me', { key })).status).toBe(401);
    await other.getByLabel(words.signIn.key, { exact: true }).waitFor();
  },
);

walk(
  'the audit shows the newest line first, narrowed by its address, and proves itself against a file that was kept',
  async ({ world, page, words, press, button }) => {
    const { audit } = words;
    const { acts } = audit;
    await world.tenant('acme');
    await world.given('ventas', 'STOPPED');
    for (let n = 0; n < 51; n += 1) await world.ask('/v1/sessions/ventas', { method: 'PATCH', body: { metadata: {} } });
    await world.enter(page, '/audit');
    const lines = page.locator('.lines tbody tr');
    await expect.poll(() => lines.count()).toBe(50);
    const newest = inOrder(audit.actors.operator, acts.signIn, audit.results.ok, '127.0.0.1');
    expect(await lines.first().innerText()).toMatch(newest);
    await press(page.getByRole('link', { name: audit.older }));
    await lines.getByText(acts.addMachine).waitFor();
    expect(page.url()).toMatch(/\/audit\?before=\d+$/);
    await page.getByRole('combobox', { name: audit.filters.action }).selectOption(acts.createKey);
    await expect.poll(() => lines.count()).toBe(1);
    expect(page.url()).toBe(`${world.url}/audit?action=createKey`);
    await page.reload();
    await expect.poll(() => lines.count()).toBe(1);
    await page.getByRole('textbox', { name: audit.filters.tenant }).fill('other');
    await page.keyboard.press('Enter');
    await page.getByText(audit.noMatch).waitFor();
    await press(page.getByRole('link', { name: audit.clear }));
    await lines.getByRole('link', { name: 'ventas' }).first().waitFor();

    await press(button(audit.verify));
    await page.getByText(like(audit.whole)).waitFor();
    const downloading = page.waitForEvent('download');
    await press(button(audit.download));
    const download = await downloading;
    const kept = join(world.dataDir, download.suggestedFilename());
    await download.saveAs(kept);
    const written = (await readFile(kept, 'utf8')).trim().split('\n');
    expect(JSON.parse(written.at(-1) ?? '').head.line).toBe(written.length - 1);
    const verifyKept = async (): Promise<void> => {
      const choosing = page.waitForEvent('filechooser');
      await press(button(audit.verifyFile).first());
      await (await choosing).setFiles(kept);
    };
    await verifyKept();
    await page.getByText(audit.given.kept).waitFor();
    await writeFile(kept, 'something else\n');
    await verifyKept();
    await page.getByText(audit.noHead).waitFor();
    await tampered(world, "update audit set actor = 'key:another' where id = 2");
    await press(button(audit.verify));
    await page.getByText(audit.problems.line_changed(2)).waitFor();
  },
);
