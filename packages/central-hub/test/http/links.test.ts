import { madeLink } from '@leadmaster/protocol';
import { accountOf, OTHER_PHONE } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { hashOf, newKey } from '../../src/keys/key-text.ts';
import { type HubWorld, hubOver } from '../hub.ts';
import { Browser, LINKS, linked } from '../link-browser.ts';

const stateOf = async (world: HubWorld) => (await world.ask('/v1/sessions/ventas')).json.state;

describe('a link for the owner of a phone', () => {
  test('is made for 30 minutes at the address of this machine, not at the Host that was asked', async () => {
    const { world, link } = await linked();
    expect(madeLink.parse(link)).toEqual(link);
    expect(link).toMatchObject({ session: 'ventas', state: 'waiting', claims: 0, lateTries: 0, claimedAt: null });
    expect(link.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${world.port}/link/[A-Za-z0-9]{40}$`));
    expect(Math.round((Date.parse(link.expiresAt) - Date.parse(link.createdAt)) / 60_000)).toBe(30);
    const asked = { body: {}, headers: { host: `localhost:${world.port}`, 'x-forwarded-host': 'evil.example' } };
    expect((await world.ask(LINKS, asked)).json.url).toMatch(`http://127.0.0.1:${world.port}/link/`);
    expect((await world.ask(LINKS, { body: {}, headers: { host: 'evil.example' } })).status).toBe(421);
    const listed = (await world.ask(LINKS)).text;
    expect([listed.includes(link.id), listed.includes(link.url.split('/').at(-1))]).toEqual([true, false]);
    expect(world.logLines.join('')).not.toContain(link.url.split('/').at(-1));
  });

  test('shows what it is and a button, starts nothing and gives no claim, however often it is opened first', async () => {
    const { world, link, browser } = await linked();
    const bot = { 'user-agent': 'WhatsApp/2.23.20.0', accept: '*/*' };
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await browser.ask('', { method, headers: bot });
      expect([page.status, page.headers['content-type'], page.headers['set-cookie']]).toEqual([
        200,
        'text/html; charset=utf-8',
        undefined,
      ]);
      expect(page.text).not.toContain('id="qr"');
    }
    const page = (await browser.ask()).text;
    expect(page).toContain(`<form method="post" action="${browser.path}">`);
    expect(page).toMatch(/<noscript><p class="warning">[^<]+needs JavaScript/);
    expect(await stateOf(world)).toBe('STOPPED');
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ id: link.id, claims: 0 }]);
    expect((await browser.ask('/state')).json.code).toBe('link_not_claimed');
  });

  test('starts the session when its button is pressed, shows the QR, and is done once the phone has scanned it', async () => {
    const { world, browser } = await linked();
    const claimed = await browser.claim();
    expect([claimed.status, claimed.headers.location]).toEqual([303, browser.path]);
    expect(claimed.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^leadmaster_link=[A-Za-z0-9]{40}; Path=${browser.path}; Expires=[^;]+; HttpOnly; SameSite=Strict$`),
    );
    expect((await browser.ask()).text).toContain('id="qr"');
    await browser.until('qr');
    const shown = await browser.state();
    expect(shown.qr).toBe((await world.ask('/v1/sessions/ventas/qr')).json.qr);
    expect(Buffer.from(shown.image.split(',')[1], 'base64').toString()).toMatch(/^<svg /);
    await world.managers.one?.stage.scan('ventas');
    await browser.until('linked');
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ state: 'linked', claims: 1 }]);
    const again = await browser.ask();
    expect([again.status, again.text.includes('Your WhatsApp is linked')]).toEqual([410, true]);
    const report = world.logLines
      .filter((line) => line.includes('onboarding link'))
      .map((line) => JSON.parse(line).what);
    expect(report).toEqual(['claimed', 'linked']);
    expect((await world.ask(LINKS, { body: {} })).json).toMatchObject({ code: 'wrong_state', state: 'READY' });
  });

  test('gives a code for a number, which its page shows from then on', async () => {
    const { world, browser } = await linked();
    await browser.claim();
    await browser.until('qr');
    const given = await browser.code('+54 9 11 9999-0000');
    expect(given.status, given.text).toBe(200);
    expect((await world.managers.one?.engine.runOf('ventas'))?.pairings).toEqual(['5491199990000']);
    const { code, codeExpiresAt, state, qr } = await browser.state();
    expect({ code, expiresAt: codeExpiresAt }).toEqual(given.json);
    expect([state, qr]).toEqual(['code', undefined]);
    expect((await browser.code('no number')).json.code).toBe('invalid_request');
    for (let count = 2; count <= 5; count += 1) expect((await browser.code('5491199990000')).status).toBe(200);
    const refused = await browser.code('5491199990000');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3600']);
  });

  test('is taken over by a later browser, which is counted, and the first sees nothing more of it', async () => {
    const { world, link, browser } = await linked();
    await browser.claim();
    await browser.until('qr');
    await browser.code('5491199990000');
    const other = new Browser(world, link.url);
    await other.claim();
    expect(await other.state()).toMatchObject({ state: 'qr' });
    const refused = await browser.ask('/state');
    expect([refused.status, refused.json.code]).toEqual([403, 'link_not_claimed']);
    expect((await browser.code('5491199990000')).status).toBe(403);
    expect((await browser.ask()).text).not.toContain('id="qr"');
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ claims: 2 }]);
  });

  test('that is revoked ends for everybody at once, and tries after that are counted', async () => {
    const { world, link, browser } = await linked();
    await browser.claim();
    expect((await world.ask(`${LINKS}/${link.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await browser.state()).toMatchObject({ state: 'revoked' });
    const stranger = new Browser(world, link.url);
    expect((await stranger.ask()).status).toBe(410);
    expect((await stranger.claim()).status).toBe(410);
    expect((await stranger.ask('/state')).json.code).toBe('link_ended');
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ state: 'revoked', claims: 1, lateTries: 3 }]);
    expect((await world.ask(`${LINKS}/${'a'.repeat(12)}`, { method: 'DELETE' })).json.code).toBe('link_not_found');
  });

  test('for a number that is expected gives no code for another one, and calls another account wrong', async () => {
    const { world, browser } = await linked({ wanted: { expectedPhone: '+54 9 11 2222-3333' } });
    await browser.claim();
    await browser.until('qr');
    expect((await browser.code(OTHER_PHONE)).json.code).toBe('number_refused');
    expect((await browser.code('541122223333')).status).toBe(200);
    await world.managers.one?.stage.scan('ventas', accountOf(OTHER_PHONE));
    await browser.until('wrong_account');
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ state: 'waiting' }]);
  });

  test('says of a number that is linked elsewhere only that it cannot be linked here, on this machine or another', async () => {
    const world = await hubOver(['one', 'two']);
    await world.tenant('acme');
    const numbers = ['5491177770001', '5491177770002'];
    for (const [at, name] of ['acme.here', 'acme.beyond'].entries()) {
      const machine = at === 0 ? 'one' : 'two';
      await world.ask('/v1/sessions', { body: { name, start: false, machine } });
      await world.managers[machine]?.given(name, 'QR_REQUIRED');
      await world.managers[machine]?.stage.scan(name, accountOf(numbers[at] ?? ''));
      await world.until(name, 'READY');
    }
    const { browser } = await linked({ world });
    await browser.claim();
    await browser.until('qr');
    for (const phone of numbers) {
      const { status, json } = await browser.code(phone);
      expect([status, json.code, json.detail]).toEqual([409, 'number_refused', 'This number cannot be linked here.']);
      expect(JSON.stringify(json)).not.toMatch(/acme|beyond|two/);
    }
    await world.managers.one?.stage.scan('ventas', accountOf(numbers[1] ?? ''));
    await browser.until('wrong_account');
    expect(Object.keys(await browser.state()).sort()).toEqual(['expiresAt', 'state']);
  });

  test.each([
    ['WRONG_ACCOUNT', 'wrong_account'],
    ['PASSKEY_REQUIRED', 'passkey'],
  ] as const)('of a session in %s shows %s', async (state, shown) => {
    const { world, link, browser } = await linked({ showsQrs: false });
    const { secret } = newKey();
    await world.store.onboarding.claim(link.id, hashOf(secret));
    browser.cookie = `leadmaster_link=${secret}`;
    await world.managers.one?.given('ventas', state);
    expect(await browser.state()).toEqual({ state: shown, expiresAt: link.expiresAt });
  });

  test('whose machine does not answer says so, changes nothing, and continues once it does', async () => {
    const { world, browser } = await linked();
    await world.managers.one?.stop();
    const claimed = await browser.claim();
    expect([claimed.status, claimed.headers['set-cookie'], claimed.text.includes(browser.path)]).toEqual([
      503,
      undefined,
      true,
    ]);
    expect((await world.ask(LINKS)).json.items).toMatchObject([{ claims: 0, state: 'waiting' }]);
  });

  test('wants a key with the scope control, of its own tenant', async () => {
    const world = await hubOver(['one']);
    const [reader, owner, other] = [
      await world.tenant('acme', ['read', 'send']),
      await world.tenant('acme', ['control']),
      await world.tenant('beta'),
    ];
    await world.ask('/v1/sessions', { key: owner, body: { name: 'ventas', start: false } });
    expect((await world.ask(LINKS, { key: reader, body: {} })).json.code).toBe('scope_missing');
    expect((await world.ask(LINKS, { key: other, body: {} })).json.code).toBe('session_not_found');
    const { json, status } = await world.ask(LINKS, { key: owner, body: {} });
    expect([status, json.session]).toEqual([201, 'ventas']);
    expect((await world.ask(`${LINKS}/${json.id}`, { key: other, method: 'DELETE' })).status).toBe(404);
    expect((await world.ask(LINKS, { key: owner })).json.items).toMatchObject([{ id: json.id, session: 'ventas' }]);
  });
});
