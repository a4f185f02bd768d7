import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import puppeteer from 'puppeteer-core';
import { expect, onTestFinished, test } from 'vitest';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { browserFlags, userAgent } from '../../src/engine/browser/flags.ts';

const PROXY = 'http://127.0.0.1:9';

test('a proxy in the environment takes the browser to WhatsApp, and never to this machine', async () => {
  const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const found = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
  const browser = await puppeteer.launch({
    executablePath: found.path,
    headless: found.kind === 'headless-shell' ? 'shell' : true,
    args: browserFlags({
      visible: false,
      root: process.getuid?.() === 0,
      userAgent: userAgent(found.major),
      extra: [],
    }),
    env: { ...process.env, http_proxy: PROXY, https_proxy: PROXY, no_proxy: '', NO_PROXY: '' },
    pipe: true,
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const { port } = server.address() as AddressInfo;
  for (const host of ['127.0.0.1', 'localhost']) {
    const answer = await page.goto(`http://${host}:${port}/`);
    expect(await answer?.text()).toBe('here');
  }
  await expect(page.goto('https://web.whatsapp.com/')).rejects.toThrow('ERR_PROXY_CONNECTION_FAILED');
});
