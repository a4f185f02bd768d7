import { afterEach, expect, test } from 'vitest';
import type { DriftName, World } from '../src/index.ts';
import { Bench, type Session, until } from './browser.ts';
import { address, answered, click, nextQr, shown, shownQr } from './life-pages.ts';

const bench = new Bench();
afterEach(() => bench.end());

const ANA = '5491100000001';
const BETO = '5491100000002';
const CARLA = '5491100000003';

function play(world: World, ...drifts: (DriftName | `${DriftName}=${string}` | `-${DriftName}`)[]): void {
  world.configure({ page: { drifts } });
}

function count(world: World, type: string): number {
  return world.observed.filter((entry) => entry.type === type).length;
}

/** Waits until the page has been erased or logged out, and shows a QR at that address. */
async function unpairedAt(session: Session, at: string): Promise<void> {
  await shownQr(session);
  expect(address(session)).toBe(at);
}

test('windows, states and limits of an account that is up', async () => {
  const world = await bench.world({ page: { drifts: ['integrity', 'whats-new'] } });
  const session = await bench.link(world, ANA, await bench.profile());
  const phone = world.phone(ANA);

  // Windows: one is closed by a call, the other stays; both can be seen.
  const windows = `require('WAWebModalManager').ModalManager`;
  await shown(session, 'whats_new_modal');
  expect(await session.page(`require('WAWebWhatsNewNux').shouldShowWhatsNewNux()`)).toBe(true);
  await session.page(`(async () => {
    await require('WAWebWhatsNewNux').createWhatsNewNux().dismiss();
    ${windows}.close();
  })()`);
  expect(await session.page(`require('WAWebWhatsNewNux').shouldShowWhatsNewNux()`)).toBe(false);
  await session.page(`${windows}.close()`);
  expect(await session.page(`${windows}.existsAsync()`)).toBe(true);
  const pref = (key: string) => `require('WAWebUserPrefsIndexedDBStorage').userPrefsIdb.get('${key}')`;
  expect(await session.page(pref('WAIntegrityChallengeState'))).toMatchObject({ challenge_type: 'PASSKEY' });
  phone.setTos(1);
  await shown(session, 'tos_modal');
  expect(await session.page(`require('WAWebConnModel').Conn.tos`)).toBe(1);
  phone.setTos(0);

  const stream = `(({ mode, info }) => [mode, info])(require('WAWebStreamModel').Stream)`;
  expect(await session.page(stream)).toEqual(['MAIN', 'NORMAL']);
  await expect(session.page(`require('WAWebSocketModel').Socket.takeover()`)).rejects.toThrow('without a conflict');
  // A time-lock: new chats are refused, known ones continue.
  await world.phone(BETO).send(ANA, 'known from before');
  await session.event('message');
  await session.page(`require('WAWebCmd').Cmd.on('reachout_timelock_state_change', () => { window.__locked = true; })`);
  const untilMs = Date.now() + 600_000;
  phone.timelock({ untilMs });
  await answered(session, 'window.__locked');
  expect(await session.page(pref('WAReachoutTimelockState'))).toMatchObject({ time_enforcement_ends: untilMs });
  expect(await session.page(`require('WAWebReachoutTimelockUtils').isUserReachoutTimelocked()`)).toBe(true);
  await session.client.sendMessage(`${BETO}@c.us`, 'to a known chat');
  await session.client.sendMessage(`${CARLA}@c.us`, 'to a new chat');
  const refusal = await world.waitFor('restricted');
  expect(refusal.detail).toMatchObject({ to: CARLA, by: 'timelock' });
  await until(() => session.events.some(({ name, args }) => name === 'message_ack' && args[1] === -1), 'the refusal');
  expect(world.phone(CARLA).inbox).toEqual([]);
  const mayGoOn = `require('WAWebCollections').Chat.getModelsArray().map((chat) => [
    chat.msgs.map(({ body }) => body).join(), require('WAWebReachoutTimelockUtils').canSendMsgWhileTimelocked({ chat })])`;
  expect(Object.fromEntries((await session.page(mayGoOn)) as [string, boolean][])).toMatchObject({
    'known from before,to a known chat': true,
    'to a new chat': false,
  });
  expect(world.phone(BETO).inbox).toMatchObject([{ body: 'to a known chat' }]);
  phone.timelock(null);

  // The quota: the text that uses it up is the last one.
  phone.capping({ status: 'SECOND_WARNING', used: 49, total: 50 });
  const capped = `require('WAWebIndividualNewChatMessageCappingLimitUtils').isUserCapped()`;
  await session.client.sendMessage(`${CARLA}@c.us`, 'the last new chat');
  await answered(session, capped);
  expect(world.phone(CARLA).inbox).toMatchObject([{ body: 'the last new chat' }]);
  expect(await session.page(pref('WANewChatMessageCappingData'))).toMatchObject({ used_quota: 50, total_quota: 50 });
  await session.client.sendMessage('5491100000004@c.us', 'one too many');
  await until(() => count(world, 'restricted') === 2, 'the second refusal');

  // The page locks itself out: the device stays on the phone's list.
  phone.erase(3, { header: 'Locked', subtext: 'Look at your phone' });
  await unpairedAt(session, '/?logout_reason=3&logout_message_header=Locked&logout_message_subtext=Look+at+your+phone');
  expect(phone.devices).toHaveLength(1);
});

test('a page that was linked reloads itself once, and on order; the QR page now and then', async () => {
  const world = await bench.world({ page: { speed: 100 } });
  const session = bench.start(world, await bench.profile());
  const first = await shownQr(session);
  await nextQr(session, first);
  await until(() => count(world, 'qr') >= 2, 'the QR of another load');
  expect(new Set(world.observed.filter(({ type }) => type === 'qr').map(({ detail }) => detail.instance)).size).toBe(2);

  await world.phone(ANA).scan(await shownQr(session));
  await world.waitFor('login');
  expect(count(world, 'self_reload')).toBe(1);
  await world.waitFor('synced', ({ seq }) => seq > (world.observed.find(({ type }) => type === 'login')?.seq ?? 0));
  world.phone(ANA).reload();
  await until(() => count(world, 'login') === 2, 'the login after the reload on order');
  expect(count(world, 'self_reload')).toBe(2);
  expect(address(session)).toBe('/');
});

test('a status that was read before the first self-reload costs the login at that reload', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  const state = world.exportState();
  for (const account of state.state.accounts) for (const device of account.devices) device.statusRead = true;
  const after = await bench.world({ state, page: { drifts: ['status-read-revokes'] } });
  const session = bench.start(after, profile);
  await session.ready();
  after.phone(ANA).reload();
  expect(await session.event('disconnected')).toBe('LOGOUT');
  expect(after.observed.find(({ type }) => type === 'unlinked')?.detail).toEqual({ by: 'status_read' });
});

test('what ends a login at the next start: full disk, terms, a page that erases itself', async () => {
  const world = await bench.world();
  const profile = await bench.profile();
  const phone = world.phone(ANA);
  await (await bench.link(world, ANA, profile)).stop();

  play(world, 'storage-full');
  const full = bench.start(world, profile);
  await shown(full, 'storage_quota_exceeded_popup');
  expect(await full.page(`document.querySelector('button').textContent`)).toBe('Reload');
  await click(full, 'storage_quota_exceeded_ok');
  await answered(full, `document.querySelector('button')?.textContent === 'Log out'`);
  expect(count(world, 'login')).toBe(0);
  await click(full, 'storage_quota_exceeded_ok');
  await unpairedAt(full, '/');
  expect(phone.devices).toHaveLength(1);

  await phone.scan(await shownQr(full));
  await until(() => count(world, 'synced') === 2, 'the second link');
  await full.stop();
  play(world, 'tos-3');
  const refused = bench.start(world, profile);
  expect(await refused.event('disconnected')).toBe('LOGOUT');
  expect(world.observed.find(({ type }) => type === 'unlinked')?.detail).toEqual({ by: 'device' });

  // The library may lose the page of a logout while it is replaced.
  await refused.stop();
  const again = bench.start(world, profile);
  await phone.scan(await shownQr(again));
  await until(() => count(world, 'synced') === 4, 'the third link');
  await again.stop();
  const listed = phone.devices.length;
  play(world, 'logout-reason=2');
  const erased = bench.start(world, profile);
  await unpairedAt(erased, '/?logout_reason=2');
  expect(phone.devices).toHaveLength(listed);
  expect(erased.events.map(({ name }) => name)).not.toContain('disconnected');

  play(world);
  const qr = await shownQr(erased);
  await phone.unlink();
  await phone.scan(qr);
  await until(() => count(world, 'synced') === 5, 'the fourth link');
  await erased.stop();
  play(world, 'schema-downgrade');
  await unpairedAt(bench.start(world, profile), '/?logout_reason=0');
});

test('the page of April says in its address that it logged out, and has its own states', async () => {
  const world = await bench.world({ page: { date: 'april' } });
  const session = await bench.link(world, ANA, await bench.profile());
  expect(() => world.phone(ANA).setState('PROXYBLOCK')).toThrow('this page has');
  world.phone(ANA).setState('TIMEOUT');
  await session.event('change_state', (state) => state === 'TIMEOUT');
  await world.phone(ANA).unlink();
  expect(await session.event('disconnected')).toBe('LOGOUT');
  await unpairedAt(session, '/?post_logout=1&logout_reason=unlinked');
});

test('a logout that is told by nothing but a bare reload', async () => {
  const world = await bench.world({ page: { drifts: ['logout-bare-reload=silent'] } });
  const session = await bench.link(world, ANA, await bench.profile());
  await world.phone(ANA).unlink();
  await unpairedAt(session, '/');
  expect(session.count('disconnected')).toBe(0);
  expect(await session.page(`indexedDB.databases().then((all) => all.map(({ version }) => version).sort())`)).toEqual([
    150, 2020, 30, 70,
  ]);
});

test('an older build erases the login, pinned or not, and a pin does not outlive that', async () => {
  const world = await bench.world({ page: { serviceWorker: false, version: '2.3000.1', schema: 198 } });
  const profile = await bench.profile();
  await (await bench.link(world, ANA, profile)).stop();
  world.configure({ page: { version: '2.3000.2', drifts: ['schema-upgrade=3'] } });
  const raised = bench.start(world, profile);
  await raised.ready();
  const number = `indexedDB.databases().then((all) => all.find(({ name }) => name === 'model-storage').version)`;
  expect(await raised.page(number)).toBe(2020);
  await raised.stop();
  const pinned = bench.start(world, profile, { version: '2.3000.1' });
  await unpairedAt(pinned, '/?logout_reason=0');
  expect(await pinned.page('window.__version')).toBe('2.3000.2');
  expect(world.phone(ANA).devices).toHaveLength(1);
});

test('a passkey at linking: the screen, its two minutes, its error, and a link that the owner makes', async () => {
  const world = await bench.world({ page: { drifts: ['passkey'], speed: 60 } });
  const session = bench.start(world, await bench.profile());
  const phone = world.phone(ANA);
  const type = `require('WAWebAltDeviceLinkingApi').getPairingType()`;
  const first = await session.event<string>('qr');
  await expect(phone.scan(first)).rejects.toMatchObject({ code: 'passkey_required' });
  await shown(session, 'shortcake_passkey_prompt_card');
  expect(await session.page(type)).toBe('SHORTCAKE_PASSKEY');
  await shown(session, 'shortcake_passkey_error_card');
  await answered(session, `${type} === 'QR_LINKING'`);

  const second = await nextQr(session, first);
  expect(second.split(',')[3]).not.toBe(first.split(',')[3]);
  await expect(phone.scan(second)).rejects.toMatchObject({ code: 'passkey_required' });
  await shown(session, 'shortcake_passkey_screen');
  await session.page(`{
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => {
      window.__rpId = options.publicKey.rpId;
      return get(options);
    };
  }`);
  await click(session, 'shortcake_passkey_continue_button');
  await shown(session, 'shortcake_passkey_error_card');
  expect(await session.page('window.__rpId')).toBe('whatsapp.com');

  // A browser without an authenticator refuses by itself.
  const third = await nextQr(session, second);
  const overs = world.observed.filter((entry) => entry.type === 'passkey_over');
  expect(overs.map(({ detail }) => detail.reason)).toEqual(['timeout', 'server_error']);
  await expect(phone.scan(third)).rejects.toMatchObject({ code: 'passkey_required' });
  await shown(session, 'shortcake_passkey_prompt_card');
  expect(await phone.grantPasskey()).toMatchObject({ online: true });
  await session.waitForState('CONNECTED');
  expect(await session.page(`document.querySelector('[data-testid^=shortcake]')`)).toBeNull();
  await expect(phone.grantPasskey()).rejects.toMatchObject({ code: 'no_passkey_wanted' });

  const other = world.phone(BETO);
  other.passkey = false;
  await phone.unlink();
  await other.scan(await shownQr(session));
});

test('pages that do not come up: no app, a script that is gone, a sync too early; and states of 2026', async () => {
  const world = await bench.world({ page: { drifts: ['iframe-navigates'], speed: 60, serviceWorker: false } });
  const session = bench.start(world, await bench.profile());
  await shownQr(session);
  let frames = 0;
  session.client.pupPage?.on('framenavigated', (frame) => {
    if (frame.parentFrame()) frames += 1;
  });
  await until(() => frames >= 2, 'the frame to navigate twice');
  play(world);
  await session.client.pupPage?.goto('https://web.whatsapp.com/');
  await world.phone(ANA).scan(await shownQr(session));
  await world.waitFor('synced');

  const reload = async (...drifts: Parameters<typeof play>[1][]): Promise<void> => {
    play(world, ...drifts);
    await session.client.pupPage?.goto('https://web.whatsapp.com/');
  };
  await reload('unsupported-browser');
  expect(await session.page('document.body.innerText')).toContain('WhatsApp works with Google Chrome 100+');
  await reload('assets-gone');
  expect(await session.page('typeof window.require')).toBe('undefined');
  await reload('assets-gone=lazy');
  await session.waitForState('CONNECTED');
  expect(await session.page(`require('WAWebSocketModel').Socket.hasSynced`)).toBe(false);
  await reload('ready-early');
  await session.waitForState('CONNECTED');
  expect(await session.page(`require('WAWebSocketModel').Socket.hasSynced`)).toBe(true);

  // No library listens here that would close its browser on a state that it does not know.
  const phone = world.phone(ANA);
  const modes: unknown[] = [];
  for (const state of ['PROXYBLOCK', 'SCREEN_LOCKED', 'CONNECTED']) {
    phone.setState(state);
    await session.waitForState(state);
    modes.push(await session.page(`require('WAWebStreamModel').Stream.mode`));
  }
  expect(modes).toEqual(['PROXYBLOCK', 'MAIN', 'MAIN']);
  expect(() => phone.setState('TIMEOUT')).toThrow('this page has');
});
