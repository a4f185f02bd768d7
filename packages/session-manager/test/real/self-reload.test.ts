import { expect, it } from 'vitest';
import { ACCOUNT, CUSTOMER, EngineStage } from './engine-stage.ts';
import { Stage } from './harness.ts';

const texts = (stage: EngineStage) =>
  stage.events.flatMap((event) => (event.type === 'message' && !event.message.fromMe ? [event.message.text] : []));

it('stays alive while its page loads itself afresh, is READY once more, and hears each message once', async () => {
  await using stage = await EngineStage.linked(['iframe-navigates'], { page: { speed: 8 } });
  await stage.next('alive');
  const before = stage.events.length;
  stage.world.phone(ACCOUNT).reload();
  await stage.next('ready', undefined, undefined, before);
  // Life was told when the page navigated, before it was READY again.
  expect(stage.events.slice(before).findIndex(({ type }) => type === 'alive')).toBeLessThan(
    stage.events.slice(before).findIndex(({ type }) => type === 'ready'),
  );
  await stage.nextNew('alive');
  await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
  await stage.next('message', ({ message }) => message.text === 'hola');
  await stage.world.phone(CUSTOMER).send(ACCOUNT, 'chau');
  await stage.next('message', ({ message }) => message.text === 'chau');
  expect(texts(stage)).toEqual(['hola', 'chau']);
  expect(stage.kinds(before).filter((kind) => /socket|lost|unlinked|erased|qr/.test(kind))).toEqual([]);
});

it('goes through the reload that the page makes some minutes after a fresh link', async () => {
  await using stage = await EngineStage.linked([], { page: { speed: 100 } });
  const before = stage.events.length;
  await stage.world.waitFor('self_reload');
  await stage.next('ready', undefined, undefined, before);
  await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
  await stage.message('hola');
  expect(texts(stage)).toEqual(['hola']);
  expect(stage.kinds(before).filter((kind) => /socket|lost|unlinked|erased|qr/.test(kind))).toEqual([]);
});

it('stays READY to its supervisor through reload after reload, in the same browser', async () => {
  await using stage = await Stage.open({ env: { PROBE_DEADLINE_S: '3' } });
  await stage.start();
  await stage.link('ventas', ACCOUNT);
  const browser = stage.browserPid('ventas');
  const path = await stage.path('ventas');
  for (let reload = 0; reload < 3; reload++) {
    const known = stage.world.observed.length;
    stage.world.phone(ACCOUNT).reload();
    await stage.world.waitFor('synced', ({ seq }) => seq > known);
  }
  await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
  await stage.event((event) => event.type === 'message.received', 15_000, true);
  expect(await stage.path('ventas')).toEqual(path);
  expect(stage.browserPid('ventas')).toBe(browser);
});

it('shows QR after QR while its page loads itself afresh unpaired, and can be linked by a late one', async () => {
  await using stage = await EngineStage.open([], { page: { speed: 20 } });
  await stage.start();
  const first = await stage.next('qr');
  const late = await stage.next('qr', ({ attempt, qr }) => attempt > 1 && qr !== first.qr);
  expect(stage.kinds().filter((kind) => kind !== 'qr' && kind !== 'page')).toEqual([]);
  await stage.world.phone(ACCOUNT).scan(late.qr);
  await stage.next('ready');
});
