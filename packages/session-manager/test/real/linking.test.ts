import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyEvent, QrCode } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { describe, expect, test } from 'vitest';
import { type BrowserFound, findBrowser } from '../../src/engine/browser/find.ts';
import { modulesInPng, modulesInSvg, modulesOf } from './qr-picture.ts';
import { ServiceStage } from './service.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';

const shell = await find(false);
const chromium = await find(true);
const browsers = [shell, chromium].filter((browser) => browser !== null);
if (shell?.kind !== 'headless-shell') console.info('no chromium-headless-shell here: linking is not proven with it');
if (chromium === null) console.info('no full Chromium here: linking is not proven with it');

/** Over HTTP against the service as a process of its own: what the operator does on the first day, and after the first restart. */
describe.each(browsers)('linking with $kind', { timeout: 90_000 }, (browser) => {
  test('shows the QR in four forms, is READY once scanned, sends, receives, and needs no QR after a restart', async () => {
    await using stage = await ServiceStage.open({ env: { CHROME_PATH: browser.path } });
    const { service, world } = stage;
    await service.start();
    await service.firstQr('ventas');
    const { qr } = await inFourForms(stage);
    await world.phone(ANA).scan(qr);
    const ready = await service.until('ventas', 'READY');
    expect(ready).toMatchObject({ canSend: true, stateKind: 'settled', account: { phone: ANA } });
    expect(ready.runtime).toMatchObject({ browser: browser.kind, webVersion: world.settings.page.version });
    expect(await readdir(join(stage.dataDir, 'web-cache'))).toContain(`${world.settings.page.version}.html`);
    await expect(service.call('getQr', of('ventas'))).rejects.toMatchObject({
      status: 409,
      code: 'not_waiting_for_qr',
    });

    await sendsOnlyWhatIsAcknowledged(stage);
    await receives(stage, 'Hola');

    await stage.restart('SIGTERM');
    await stage.service.untilReadyAgain('ventas', new Date(0));
    const path = (await stage.service.transitions('ventas')).map(({ to }) => to);
    expect(path.slice(0, path.indexOf('STOPPED'))).not.toContain('QR_REQUIRED');
    expect(path).toContain('RECONNECTING');
    await receives(stage, 'Otra vez');
    expect(await stage.service.end('SIGTERM')).toBe(0);
    expect(stage.browsers('ventas')).toEqual([]);
    expect(stage.accusations()).toEqual([]);
  });

  test('links by a pairing code', async () => {
    await using stage = await ServiceStage.open({ env: { CHROME_PATH: browser.path } });
    await stage.service.start();
    await stage.service.firstQr('ventas');
    const { code } = await stage.service.call('requestPairingCode', { ...of('ventas'), body: { phone: ANA } });
    expect(code).toMatch(/^[A-Z0-9]{8}$/);
    await stage.world.phone(ANA).enterPairingCode(code);
    expect((await stage.service.until('ventas', 'READY')).account?.phone).toBe(ANA);
    await stage.restart('SIGTERM');
    await stage.service.untilReadyAgain('ventas', new Date(0));
    await stage.service.end('SIGTERM');
    expect(stage.accusations()).toEqual([]);
  });
});

async function find(visible: boolean): Promise<BrowserFound | null> {
  return findBrowser({ chromePath: null, visible }).catch(() => null);
}

async function inFourForms({ service }: ServiceStage): Promise<QrCode> {
  const form = async (accept: string) => {
    const reply = await service.client.request('getQr', { ...of('ventas'), headers: { accept } });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toContain(accept);
    expect(reply.headers.get('cache-control')).toContain('no-store');
    return reply;
  };
  const code = (await (await form('application/json')).json()) as QrCode;
  expect(new Date(code.expiresAt).getTime()).toBeGreaterThan(Date.now());
  expect(code.attempt).toBe(1);
  expect(await (await form('text/plain')).text()).toBe(code.qr);
  const modules = modulesOf(code.qr);
  const png = Buffer.from(await (await form('image/png')).arrayBuffer());
  expect(modulesInPng(png, modules.length, 4)).toEqual(modules);
  expect(modulesInSvg(await (await form('image/svg+xml')).text(), modules.length, 4)).toEqual(modules);
  return code;
}

async function sendsOnlyWhatIsAcknowledged({ service, world }: ServiceStage): Promise<void> {
  world.configure({ ackDelaysMs: [1_500, 1_700, 1_900] });
  const { cursor } = await service.events(0);
  const accepted = await service.call('sendMessage', { ...of('ventas'), body: { to: BETO, text: 'Buenas' } });
  await world.waitFor('message', ({ phone }) => phone === ANA);
  const message = () => service.call('getMessage', { params: { session: 'ventas', message: accepted.id } });
  // WhatsApp's server has it and has not said so.
  expect((await message()).state).toBe('SENDING');
  expect((await service.events(cursor)).items.filter(({ type }) => type === 'message.sent')).toEqual([]);
  let states: string[] = [];
  let after = cursor;
  while (!states.includes('READ')) {
    const page = await service.events(after, 5);
    after = page.cursor;
    states = [
      ...states,
      ...page.items.filter((e: AnyEvent) => e.data.messageId === accepted.id).map((e: AnyEvent) => `${e.data.state}`),
    ];
  }
  expect(states).toEqual(['SENT', 'DELIVERED', 'READ']);
  expect(await message()).toMatchObject({ state: 'READ', to: BETO });
  expect(world.phone(BETO).inbox.map(({ body }) => body)).toEqual(['Buenas']);
  world.configure({ ackDelaysMs: [50, 100, 150] });
}

async function receives(stage: ServiceStage, text: string): Promise<void> {
  await stage.world.phone(BETO).send(ANA, text);
  const event = await stage.event((e) => e.type === 'message.received' && e.data.text === text);
  const { lid } = stage.world.phone(BETO);
  expect(event.data).toMatchObject({ from: lid, chatId: lid, sender: { id: lid, lid, phone: BETO } });
  const session = await stage.service.session('ventas');
  expect(session.health.lastInboundAt).not.toBeNull();
}
