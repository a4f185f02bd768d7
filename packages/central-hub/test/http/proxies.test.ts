import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADMIN_KEY, send } from '@leadmaster/testkit';
import { freePort } from '@leadmaster/testkit/free-port';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../hub.ts';
import { behind, CADDY, type FrontProxy, NGINX, proxyMissing, through, urlBehind } from '../proxies.ts';

const AUTHORIZED = { authorization: `Bearer ${ADMIN_KEY}` };

/** A hub with a session, behind a proxy by the file that is shipped for it. */
async function world(proxy: FrontProxy) {
  const port = await freePort();
  const hub = await hubOver(['one'], { url: urlBehind(port), trustedProxies: ['127.0.0.1'] });
  await hub.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  await behind(proxy, { port, hubPort: hub.port });
  return { hub, port };
}

describe.each([NGINX, CADDY])('the hub behind $name', (proxy) => {
  test('is opened by a link at its public address, with a Secure cookie, and knows who calls', async (context) => {
    const missing = proxyMissing(proxy);
    if (missing !== null) return context.skip(missing);
    const { hub, port } = await world(proxy);
    const { url } = (await hub.ask('/v1/sessions/ventas/links', { body: {} })).json;
    expect(url.startsWith(`${urlBehind(port)}/link/`)).toBe(true);
    const { pathname } = new URL(url);
    const spoofed = { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-host': 'evil.example', forwarded: 'for=9.9.9.9' };
    const page = await through(port, pathname, { headers: spoofed });
    expect([page.status, page.headers['cache-control'], page.text.includes('evil')]).toEqual([200, 'no-store', false]);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    const headers = { ...spoofed, origin: urlBehind(port), 'content-length': '0' };
    const claimed = await through(port, pathname, { method: 'POST', headers });
    expect([claimed.status, claimed.headers['set-cookie']?.[0]]).toEqual([303, expect.stringMatching(/; Secure$/)]);
    expect(hub.logLines.join('')).toContain('"what":"claimed","from":"127.0.0.1"');
    const other = await through(port, '/health', { headers: { host: 'evil.example' } });
    expect(other.text).not.toContain('uptimeSeconds');
  });

  test('keeps what opens a link out of its logs, over http and where the hub is away, too', async (context) => {
    const missing = proxyMissing(proxy);
    if (missing !== null) return context.skip(missing);
    // It answers for its health alone.
    const away = createServer(({ url, socket }, answer) => (url === '/health' ? answer.end() : socket.destroy()));
    await new Promise<void>((listening) => away.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void away.close());
    const port = await freePort();
    const { plainPort, logged } = await behind(proxy, { port, hubPort: (away.address() as AddressInfo).port });
    const token = 'T'.repeat(40);
    const page = await through(port, `/link/${token}`);
    const state = await through(port, `/link/${token}/state`);
    expect([page.status, state.status]).toEqual([502, 502]);
    const headers = { host: 'leadmaster.example.org' };
    // Caddy listens there for its certificate alone, which it does not get here.
    await send(plainPort, `/link/${token}`, { key: null, headers }).catch(() => null);
    await through(port, '/status');
    expect(logged()).not.toContain(token);
  });

  test('tells events as they happen, and takes files of any size as they come', async (context) => {
    const missing = proxyMissing(proxy);
    if (missing !== null) return context.skip(missing);
    const { hub, port } = await world(proxy);
    const stream = through(port, '/v1/events', {
      headers: { ...AUTHORIZED, accept: 'text/event-stream' },
      untilText: '"team":"sur"',
    });
    await hub.ask('/v1/sessions/ventas', { method: 'PATCH', body: { metadata: { team: 'sur' } } });
    expect((await stream).headers['content-type']).toMatch(/^text\/event-stream/);
    const file = await through(port, '/v1/sessions/nueva/import', {
      method: 'POST',
      headers: { ...AUTHORIZED, 'content-type': 'application/octet-stream', 'x-passphrase': 'a long passphrase' },
      body: Buffer.alloc(8 * 2 ** 20),
    });
    // It is the session manager that has read the file, and says what it is not.
    expect([file.status, JSON.parse(file.text).code]).toEqual([502, 'store_damaged']);
  });
});
