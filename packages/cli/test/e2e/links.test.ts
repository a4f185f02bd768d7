import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from '@leadmaster/session-manager/browser';
import jsQR from 'jsqr';
import puppeteer, { type Page } from 'puppeteer-core';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Ask, send } from '../../../central-hub/test/hub.ts';
import { demo, needBrowser } from './demo-service.ts';

beforeEach(needBrowser);

const TIMEOUT = { timeout: 100_000 };
const ANDROID =
  'Mozilla/5.0 (Linux; Android 11; SM-A515F) AppleWebKit/537.36 Chrome/90.0.4430.210 Mobile Safari/537.36';
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** A page of a real browser in the size of a phone, and what its console complains about. */
async function phonePage(language: string): Promise<{ page: Page; complaints: string[] }> {
  const { path } = await findBrowser({ chromePath: null, visible: false });
  const args = [`--lang=${language}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const browser = await puppeteer.launch({ executablePath: path, args });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.setViewport(PHONE);
  await page.setUserAgent({ userAgent: ANDROID });
  await page.setExtraHTTPHeaders({ 'accept-language': language });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints };
}

function shows(page: Page, part: string): Promise<unknown> {
  return page.waitForSelector(`section[data-part~="${part}"]:not([hidden])`, TIMEOUT);
}

/** The pixels of the QR that the page shows. Runs in the page. */
const PIXELS = `(async () => {
  const picture = document.getElementById('qr');
  await picture.decode();
  const side = picture.clientWidth;
  const drawing = new OffscreenCanvas(side, side).getContext('2d');
  drawing.drawImage(picture, 0, 0, side, side);
  return { side, pixels: [...drawing.getImageData(0, 0, side, side).data] };
})()`;

/** The text of that QR, as a camera reads it. */
async function scanned(page: Page): Promise<string | null> {
  const { side, pixels } = (await page.evaluate(PIXELS)) as { side: number; pixels: number[] };
  return jsQR.default(Uint8ClampedArray.from(pixels), side, side)?.data ?? null;
}

test('the owner of a phone opens a link in a browser, presses its button, has the QR scanned, and reads that it is done', async () => {
  const { folder, start, cli, hubPort } = await demo();
  const service = start('start', '--demo', '--empty');
  await expect.poll(service.said, TIMEOUT).toContain('LeadMaster is running');
  const key = readFileSync(join(folder, 'data-demo/admin.key'), 'utf8').trim();
  const ask = (path: string, asked: Ask = {}) => send(hubPort, path, { key, ...asked });
  await cli('tenants', 'create', 'acme', '--title', 'Inmobiliaria Del Sur');
  expect((await ask('/v1/sessions', { body: { name: 'acme.ventas', start: false } })).status).toBe(201);
  const made = await cli('links', 'create', 'acme.ventas');
  const [url = ''] = made.text.split('\n');
  expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${hubPort}/link/`));

  const { page, complaints } = await phonePage('es-AR');
  await page.goto(url);
  expect(await page.$eval('main', ({ textContent }) => textContent)).toContain(
    'Inmobiliaria Del Sur le pide vincular su WhatsApp.',
  );
  expect((await ask('/v1/sessions/acme.ventas')).json.state).toBe('STOPPED');
  await page.tap('main form button');
  // On a phone the code comes first: this one has WhatsApp on another.
  await shows(page, 'number');
  await page.tap('[data-part="number"][data-go="qr"]');
  await shows(page, 'qr');
  // WhatsApp changes it all the time: both are looked at together.
  const qr = async () => (await ask('/v1/sessions/acme.ventas/qr')).json.qr;
  await expect.poll(async () => (await scanned(page)) === (await qr()), TIMEOUT).toBe(true);

  expect(await cli('phone', 'scan', 'acme.ventas')).toMatchObject({ code: 0 });
  await shows(page, 'linked');
  expect((await ask('/v1/sessions/acme.ventas')).json.state).toBe('READY');
  expect((await cli('links', 'list', 'acme.ventas')).text).toMatch(/^[a-z0-9]{12} +linked/m);
  expect(complaints).toEqual([]);
  await page.reload();
  expect(await page.$eval('h1', ({ textContent }) => textContent)).toBe('Listo. Su WhatsApp está vinculado.');
});
