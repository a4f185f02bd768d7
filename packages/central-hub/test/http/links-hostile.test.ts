import { describe, expect, test, vi } from 'vitest';
import { type HubWorld, hubOver } from '../hub.ts';
import { Browser, LINKS, linked } from '../link-browser.ts';

const PAGE = { accept: 'text/html', 'accept-language': 'en' };

/** Has something happen once the machine has answered a call, and before the hub hears of it. Answers what takes that back. */
async function afterNext({ links }: HubWorld, route: string, happens: () => Promise<unknown>): Promise<() => void> {
  const { client } = await links.get('one');
  const call = client.call.bind(client);
  const spy = vi.spyOn(client, 'call').mockImplementation(async (id, ...more) => {
    const answer = await call(id, ...more);
    if (id === route) await happens();
    return answer;
  });
  return () => spy.mockRestore();
}

describe('a stranger who', () => {
  test('guesses tokens finds nothing, by any spelling, and waits for each further guess', async () => {
    const { world, link, browser } = await linked({ world: await hubOver(['one'], { wrongKeyWaitMs: 300 }) });
    const guesses = [
      ...['a', 'a'.repeat(40), link.id, `${browser.path.slice(6)}a`, browser.path.slice(6, -1)],
      ...['%00', '..%2f..%2fv1%2fsessions', '<script>alert(1)</script>', 'a'.repeat(5000)],
    ];
    const begun = performance.now();
    for (const guess of guesses) {
      const path = `/link/${guess.startsWith('%') || guess.startsWith('..') ? guess : encodeURIComponent(guess)}`;
      const page = await world.ask(path, { key: null, headers: PAGE });
      expect([guess, page.status, page.text.includes('This link does not exist')]).toEqual([guess, 404, true]);
      expect(page.text).not.toContain('alert(1)');
    }
    expect(performance.now() - begun).toBeGreaterThan(300 * (guesses.length - 5));
    const program = await world.ask(`/link/${'a'.repeat(40)}`, { key: null });
    expect([program.status, program.json.code]).toEqual([404, 'link_not_found']);
    for (const [more, asked] of [
      ['/state', {}],
      ['/code', { body: { phone: '5491122334455' } }],
      ['', { method: 'POST' }],
    ] as const) {
      expect((await world.ask(`/link/${'a'.repeat(40)}${more}`, { key: null, ...asked })).status).toBe(404);
    }
  });

  test('brings the cookie of another link, or one that was made up, is told nothing', async () => {
    const { world, browser } = await linked();
    await world.ask('/v1/sessions', { body: { name: 'otra', start: false } });
    const other = new Browser(world, (await world.ask('/v1/sessions/otra/links', { body: {} })).json.url);
    await browser.claim();
    await other.claim();
    await browser.until('qr');
    const own = browser.cookie;
    for (const cookie of [
      other.cookie,
      'leadmaster_link=',
      `leadmaster_link=${'a'.repeat(40)}`,
      `x=1; leadmaster_link=%20${own}`,
    ]) {
      browser.cookie = cookie;
      const { status, text } = await browser.ask('/state');
      expect([cookie, status, text.includes('2@')]).toEqual([cookie, 403, false]);
      expect((await browser.code('5491122334455')).status).toBe(403);
      expect((await browser.ask()).text).not.toContain('id="qr"');
    }
    browser.cookie = own;
    expect((await browser.state()).state).toBe('qr');
  });

  test('has planted a cookie beside the one of a browser does not keep it from its link', async () => {
    const { browser } = await linked();
    await browser.claim();
    await browser.until('qr');
    const [own, planted] = [browser.cookie, `leadmaster_link=${'a'.repeat(40)}`];
    for (const cookie of [`${planted}; ${own}`, `${own}; ${planted}`, `leadmaster_link=; ${planted}; ${own}`]) {
      browser.cookie = cookie;
      expect([cookie, (await browser.ask('/state')).status]).toEqual([cookie, 200]);
    }
    browser.cookie = `${`${planted}; `.repeat(50)}${own}`;
    expect((await browser.ask('/state')).status).toBe(403);
  });

  test('asks for one number under each of its spellings gets no more codes for it', async () => {
    const { world, browser } = await linked();
    const other = new Browser(world, (await world.ask(LINKS, { body: {} })).json.url);
    await browser.claim();
    await other.claim();
    await browser.until('qr');
    for (let count = 1; count <= 5; count += 1) expect((await browser.code('5491122334455')).status).toBe(200);
    expect((await other.code('541122334455')).status).toBe(429);
  });

  test('asks while the link is revoked or taken over is shown no QR and no code', async () => {
    const { world, link, browser } = await linked();
    await browser.claim();
    await browser.until('qr');
    const other = new Browser(world, link.url);
    const undo = await afterNext(world, 'requestPairingCode', () => other.claim());
    expect((await browser.code('5491122334455')).json.code).toBe('link_not_claimed');
    undo();
    const revoked = () => world.ask(`${LINKS}/${link.id}`, { method: 'DELETE' });
    await afterNext(world, 'getQr', revoked);
    const { state, qr, image } = (await other.ask('/state')).json;
    expect({ state, qr, image }).toEqual({ state: 'revoked' });
  });

  test('asks for a code while the link is revoked gets none', async () => {
    const { world, link, browser } = await linked();
    await browser.claim();
    await browser.until('qr');
    await afterNext(world, 'requestPairingCode', () => world.ask(`${LINKS}/${link.id}`, { method: 'DELETE' }));
    const { status, json } = await browser.code('5491122334455');
    expect([status, json.code]).toEqual([410, 'link_ended']);
  });

  test('sends the form from the page of another address claims nothing', async () => {
    const { world, browser } = await linked({ world: await hubOver(['one'], { url: 'https://hub.example' }) });
    const from: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'http://hub.example.evil.example' },
      { origin: 'not an origin' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      { 'sec-fetch-site': 'same-site', origin: 'https://other.hub.example' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of from) {
      const answer = await browser.ask('', { method: 'POST', headers });
      expect([headers, answer.status, answer.headers['set-cookie']]).toEqual([headers, 403, undefined]);
      const body = { phone: '5491122334455' };
      expect([headers, (await browser.ask('/code', { body, headers })).status]).toEqual([headers, 403]);
    }
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ claims: 0 }]);
    for (const headers of [
      { origin: 'https://hub.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await browser.ask('', { method: 'POST', headers })).status).toBe(303);
    }
  });

  test('comes by another Host gets no page, and the cookie of an https hub is Secure', async () => {
    const { world, link, browser } = await linked({ world: await hubOver(['one'], { url: 'https://hub.example' }) });
    expect(link.url).toMatch(/^https:\/\/hub\.example\/link\//);
    for (const host of ['evil.example', 'hub.example.evil.example', '169.254.1.1']) {
      expect((await browser.ask('', { headers: { host } })).status).toBe(421);
      expect((await browser.ask('', { method: 'POST', headers: { host } })).status).toBe(421);
    }
    const spoofed = { host: 'hub.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
    expect((await browser.ask('', { headers: spoofed })).text).not.toContain('evil');
    const claimed = await browser.claim();
    expect(claimed.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
    expect([claimed.headers.location, world.logLines.join('').includes('evil')]).toEqual([browser.path, false]);
  });

  test('reads a page of a tenant with markup in its title sees it as text, under a policy that runs none', async () => {
    const title = `</title><script>alert("x")</script>'"><img src=x onerror=alert(1)> & Söhne`;
    const world = await hubOver(['one']);
    await world.ask('/v1/tenants', { body: { name: 'acme', title } });
    await world.ask('/v1/sessions', { body: { name: 'acme.ventas', start: false } });
    const made = await world.ask('/v1/sessions/acme.ventas/links', { body: {} });
    const browser = new Browser(world, made.json.url);
    const page = await browser.ask('', { headers: PAGE });
    expect(page.text).toContain(
      '&lt;/title&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&quot;&gt;&lt;img src=x onerror=alert(1)&gt; &amp; Söhne asks you',
    );
    expect(page.text.match(/<script/g)).toEqual(['<script']);
    await browser.claim();
    const live = await browser.ask();
    for (const { text, headers } of [page, live]) {
      expect(text).not.toMatch(
        /<script(?! src="\/link-assets\/link\.js\?v=[0-9a-f]{12}" defer>)|<[^>]* (?:on\w+|style)=|<style|javascript:/,
      );
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'$/);
      expect(headers['content-security-policy']).not.toContain('unsafe');
    }
  });

  test('is told in Spanish or English: by the link, else by the browser', async () => {
    const { world, link, browser } = await linked();
    const titles = async (accept: string | undefined, path = browser.path) => {
      const headers = { accept: 'text/html', ...(accept === undefined ? {} : { 'accept-language': accept }) };
      return /<html lang="(..)">/.exec((await world.ask(path, { key: null, headers })).text)?.[1];
    };
    expect(await titles('es-AR,es;q=0.9,en;q=0.8')).toBe('es');
    expect(await titles('de,en;q=0.3,es;q=0.7')).toBe('es');
    expect(await titles('es;q=0,en')).toBe('en');
    expect([await titles('de'), await titles(undefined), await titles('esx')]).toEqual(['en', 'en', 'en']);
    expect(await titles('es', '/link/unknown')).toBe('es');
    const spanish = new URL((await world.ask(LINKS, { body: { language: 'es' } })).json.url).pathname;
    expect(await titles('en', spanish)).toBe('es');
    const [{ id }] = (await world.ask(LINKS)).json.items.filter((each: { id: string }) => each.id !== link.id);
    await world.ask(`${LINKS}/${id}`, { method: 'DELETE' });
    expect(await titles('en', spanish)).toBe('es');
  });

  test('asks too often is slowed down, and opens nothing else with what the link gave', async () => {
    const { world, browser } = await linked();
    await browser.claim();
    const key = browser.path.slice(6);
    for (const path of ['/v1/sessions', LINKS, '/v1/sessions/ventas/qr', '/v1/me']) {
      const headers = { cookie: browser.cookie };
      expect((await world.ask(path, { key: null, headers })).status).toBe(401);
      expect((await world.ask(path, { key, headers })).status).toBe(401);
    }
    const answers = await Promise.all(Array.from({ length: 60 }, () => browser.ask('/state')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  });

  test('sends a form of another kind, or a long one, is refused with a page', async () => {
    const { browser } = await linked();
    const asked = [
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: 'x', status: 415 },
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'x'.repeat(5_000), status: 413 },
    ];
    for (const { status, ...ask } of asked) {
      const answer = await browser.ask('', { method: 'POST', ...ask });
      expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    }
  });
});
