import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type HubWorld, hubOver, tampered } from './hub.ts';
import { useBrowser } from './page-browser.ts';
import { faultsOf, PHONE, shows } from './phone-browser.ts';

const open = useBrowser(PHONE);

const DESK = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0', isMobile: false, hasTouch: false };

/** A session that does not run, and the address of a link to it. */
async function linkTo(world: HubWorld, name: string): Promise<{ id: string; url: string }> {
  await world.ask('/v1/sessions', { body: { name, start: false } });
  const made = await world.ask(`/v1/sessions/${name}/links`, { body: {} });
  expect(made.status, made.text).toBe(201);
  return made.json;
}

async function press(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('main form button').click();
}

/** What came over the network for a page: in how many requests, and how many bytes, packed and with headers. */
function loaded(page: Page): Promise<{ requests: number; bytes: number }> {
  return page.evaluate(`(() => {
    const all = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
    const sent = all.map(({ transferSize }) => transferSize).filter((size) => size > 0);
    return { requests: sent.length, bytes: sent.reduce((sum, size) => sum + size, 0) };
  })()`);
}

test('on a phone the page asks for the number, gives a code, and keeps where it is in the other language', async () => {
  const world = await hubOver(['one'], { name: 'Pizzería Güerrín' });
  const { url } = await linkTo(world, 'ventas');
  const faults: string[] = [];
  const page = await open();
  await page.goto(url);
  expect(await page.locator('h1').innerText()).toBe('Pizzería Güerrín le pide vincular su WhatsApp.');
  const first = await loaded(page);
  expect(first.requests).toBe(3);
  expect(first.bytes).toBeLessThan(8_000);

  await page.locator('main form button').click();
  await shows(page, 'waiting');
  // The page itself and what it asks for: its files are there already.
  expect((await loaded(page)).bytes).toBeLessThan(5_000);
  await (await world.managers.one?.engine.runOf('ventas'))?.showQr();
  expect(await shows(page, 'number')).toBe('¿Cuál es su número de WhatsApp?');
  expect(await page.locator('#phone').inputValue()).toBe('+54 9 ');
  for (const lacking of ['123', '11 2345 6789', '011 15 2345-6789', '+54 9 011 2345 6789']) {
    await page.locator('#phone').fill(lacking);
    await page.locator('#code-form button').click();
    await page.getByText('Escriba el número entero').waitFor();
  }
  faults.push(...(await faultsOf(page, 'number')));

  // The seconds stand there with the QR, not at the next tick.
  const seconds = await page.evaluate(
    `document.querySelector('[data-part="number"][data-go="qr"]').click(), document.getElementById('qr-left').textContent`,
  );
  expect(seconds).toMatch(/^[1-5]?\d$/);
  await shows(page, 'qr');
  faults.push(...(await faultsOf(page, 'qr')));
  await page.locator('section[data-part="qr"] [data-go="code"]').click();
  await page.locator('#phone').fill('+54 9 +54 9 11 2345 6789');
  await page.locator('#code-form button').click();
  expect(await shows(page, 'code')).toBe('Escriba este código en WhatsApp');
  expect(await page.locator('#code-for').innerText()).toMatch(/^Es para el número \+54 9 11 2345 6789\. /);
  expect(await page.locator('section[data-part="code"] li').count()).toBe(5);
  expect(await page.locator('#said').innerText()).toMatch(/^Escriba este código en WhatsApp: (\w ){4}- (\w ?){4}$/);

  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('section[data-part="code"] [data-go="again"]').click();
  await page.locator('#lang').click();
  expect(await shows(page, 'again')).toBe('What is your WhatsApp number?');
  expect(await page.locator('#phone').inputValue()).toBe('+54 9 +54 9 11 2345 6789');
  await page.locator('#phone').fill('+1');
  expect(page.url()).toBe(`${url}?language=en`);
  await page.locator('[data-part="again"][data-go="code"]').click();
  await shows(page, 'code');
  await expect.poll(() => page.locator('#code-left').innerText()).toMatch(/^\d:\d\d$/);
  expect(await page.locator('#code-phone').innerText()).toBe('+54 9 11 2345 6789');
  faults.push(...(await faultsOf(page, 'code')));
  await tampered(world, 'UPDATE onboarding_links SET code = NULL');
  await page.locator('#code-over').waitFor();
  expect(await shows(page, 'number')).toBe('What is your WhatsApp number?');

  await press(await open(), url);
  expect(await shows(page, 'elsewhere')).toBe('This link is open somewhere else');
  await page.locator('section[data-part="elsewhere"] button').click();
  await shows(page, 'number');
  await world.managers.one?.stage.scan('ventas');
  expect(await shows(page, 'linked')).toBe('Done. Your WhatsApp is linked.');
  expect(page.url()).toBe(`${url}?language=en`);
  faults.push(...(await faultsOf(page, 'linked')));
  expect(faults).toEqual([]);
}, 240_000);

test('on another screen the page shows the QR first, and each end in words', async () => {
  const world = await hubOver(['one'], { wrongKeyWaitMs: 0 });
  const faults: string[] = [];
  const page = await open({ ...DESK, locale: 'en-GB', colorScheme: 'dark' });
  const { given, stage } = world.managers.one ?? expect.unreachable();
  const wrong = await linkTo(world, 'wrong');
  await given('wrong', 'WRONG_ACCOUNT');
  await press(page, wrong.url);
  expect(await shows(page, 'wrong_account')).toBe('This number cannot be linked here');
  faults.push(...(await faultsOf(page, 'wrong_account')));
  await world.ask(`/v1/sessions/wrong/links/${wrong.id}`, { method: 'DELETE' });
  expect(await shows(page, 'revoked')).toBe('This link is no longer valid');

  const asked = await linkTo(world, 'asked');
  await given('asked', 'PASSKEY_REQUIRED');
  await press(page, asked.url);
  expect(await shows(page, 'passkey')).toBe('WhatsApp asks for one more check');
  await tampered(world, `UPDATE onboarding_links SET expires_at = 1 WHERE id = '${asked.id}'`);
  expect(await shows(page, 'expired')).toBe('This link has expired');
  faults.push(...(await faultsOf(page, 'expired')));
  for (const [address, told] of [
    [asked.url, 'This link has expired'],
    [`${asked.url}x`, 'This link does not exist'],
  ]) {
    await page.goto(String(address));
    expect(await page.locator('h1').innerText()).toBe(told);
  }

  stage.showQrs();
  await press(page, (await linkTo(world, 'shown')).url);
  expect(await shows(page, 'qr')).toBe('Scan this square with WhatsApp');
  expect(faults).toEqual([]);
}, 240_000);
