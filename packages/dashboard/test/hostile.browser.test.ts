import { ADMIN_KEY, SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { DIST } from './build.ts';
import { hostileMachine } from './hostile-machine.ts';
import { ALL_EVIL, EVIL, faultsIn, marked } from './inert.ts';
import { useBrowser } from './world.ts';

const open = useBrowser();

/** Every view, and addresses that are none. */
const VIEWS = [
  ...['/', '/new', '/sessions/ventas', '/sessions/wrong', '/sessions/error', '/sessions/acme.soporte'],
  ...['/machines', '/machines/new', '/tenants', '/tenants/new', '/keys', '/keys/new', '/audit'],
  '/?q=%E2%80%AE%3Cscript%3Ewindow.ran%3D1%3C%2Fscript%3E&tenant=%E2%80%AEx&machine=%E2%80%AEx',
  '/audit?session=%E2%80%AE%3Cimg%20src%3Dx%3E&tenant=%E2%80%AEx',
  '/sessions/%E2%80%AE%3Cimg%20src%3Dx%20onerror%3Dwindow.ran%3D1%3E',
  '/sign-in?next=javascript:window.ran=1#code=%3Cscript%3E',
  '/nothing/%3Cscript%3E',
];

/** A hub over a machine that tells anything, with sessions, tenants, keys and messages that are named by those who want to harm. */
async function hostile() {
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  const hub = await hubOver([], { dashboard: DIST, wrongKeyWaitMs: 0 });
  const port = await hostileMachine(manager, ALL_EVIL);
  const done = async (path: string, body: object, method = 'POST'): Promise<void> => {
    const { status, text } = await hub.ask(path, { method, body });
    expect([path, status < 300, text]).toEqual([path, true, text]);
  };
  await done('/v1/machines', { name: 'm1', url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN });
  await manager.given('ventas', 'READY');
  await manager.given('wrong', 'WRONG_ACCOUNT');
  await manager.given('error', 'ERROR');
  for (const name of ['ventas', 'wrong']) {
    const account = { ...manager.stage.accountOf(name), name: ALL_EVIL };
    (await manager.engine.runOf(name)).tell({ type: 'ready', account, webVersion: '2.3000.1' });
  }
  await manager.take('ventas');
  await hub.until('ventas', 'READY');
  const notes = Object.fromEntries(EVIL.map((text, at) => [marked(`${at} ${text}`.slice(0, 60)), marked(text)]));
  await done('/v1/sessions/ventas', { metadata: notes }, 'PATCH');
  await done('/v1/sessions/ventas/messages', { to: '5491122334455', text: ALL_EVIL });
  await done('/v1/tenants', { name: 'acme', title: '' });
  await done('/v1/sessions', { name: 'acme.soporte', start: false });
  await done('/v1/tenants/acme', { title: marked('\u202e<script>window.ran=1</script>') }, 'PATCH');
  await done('/v1/keys', { name: marked('\u202e<img src=x onerror=window.ran=1>'), scopes: ['read'] });
  return { hub, manager, url: `http://127.0.0.1:${hub.port}` };
}

test('texts of WhatsApp, of machines, tenants and operators are text in every view, also where no policy holds them back', async () => {
  const { hub, manager, url } = await hostile();
  const page = await open({ bypassCSP: true });
  const beyond = watched(page, url);
  const { headers } = await hub.ask('/v1/sign-in', { key: null, body: { key: ADMIN_KEY } });
  const [, value = ''] = /^leadmaster=(\w+)/.exec(headers['set-cookie']?.[0] ?? '') ?? [];
  await page.context().addCookies([{ name: 'leadmaster', value, url, httpOnly: true, sameSite: 'Strict' }]);
  const faults: Record<string, string[]> = {};
  for (const view of VIEWS) {
    await page.goto(`${url}${view}`);
    await page.locator('h1, .calm, .problem').first().waitFor();
    if (view.startsWith('/sessions/ventas')) {
      await page.getByText('Live', { exact: true }).waitFor();
      await manager.stage.hear('ventas', ALL_EVIL);
      await page.getByText('message.received').first().waitFor();
    }
    await expect.poll(() => page.getByText(/^Loading$/).count()).toBe(0);
    if (view === '/new') await refused(page);
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
    faults[view] = await faultsIn(page);
  }
  expect([faults, beyond]).toEqual([Object.fromEntries(VIEWS.map((view) => [view, []])), []]);
});

/** Has the machine refuse something, in its own words. */
async function refused(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('ventas');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
}

/** Dialogs that opened, and requests to other addresses. */
function watched(page: Page, url: string): string[] {
  const found: string[] = [];
  page.on('dialog', (dialog) => {
    found.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== url) found.push(request.url());
  });
  page.on('popup', () => found.push('a window'));
  return found;
}
