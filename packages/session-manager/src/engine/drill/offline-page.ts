import type { Browser, CDPSession, Page, Protocol } from 'puppeteer-core';
import { PAGE_URL } from '../page-url.ts';

const BLANK = Buffer.from('<!doctype html><title>drill</title>').toString('base64');

/**
 * A blank page at WhatsApp's origin, with everything a page may ask for answered here: the document itself by nothing
 * but its title, all else by a refusal. A service worker of the copy is passed by, and ended if it runs.
 *
 * Has no deadline of its own: its caller has one.
 */
export async function openOfflinePage(browser: Browser): Promise<Page> {
  const target = await browser.waitForTarget((known) => known.type() === 'page', { timeout: 0 });
  const page = await target.asPage();
  const session = await page.createCDPSession();
  await shutOff(session);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await page.goto(PAGE_URL, { waitUntil: 'domcontentloaded', timeout: 0 });
  return page;
}

async function shutOff(session: CDPSession): Promise<void> {
  session.on('Fetch.requestPaused', (event) => {
    // The page may be gone by then: the browser is being closed, and nothing more is asked.
    answer(session, event).catch(() => undefined);
  });
  await session.send('Network.enable');
  await session.send('Network.setBypassServiceWorker', { bypass: true });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
}

async function answer(session: CDPSession, event: Protocol.Fetch.RequestPausedEvent): Promise<void> {
  const { requestId, request, resourceType } = event;
  if (resourceType === 'Document' && request.url === PAGE_URL) {
    const responseHeaders = [
      { name: 'content-type', value: 'text/html' },
      { name: 'content-security-policy', value: "default-src 'none'" },
    ];
    await session.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body: BLANK });
  } else {
    await session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
  }
}
