import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Stage } from './harness.ts';
import { ACCOUNT, CUSTOMER, RunStage } from './run-stage.ts';

const anHour = () => AbortSignal.timeout(3_600_000);

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const texts = (stage: RunStage) =>
  stage.events.flatMap((event) => (event.type === 'message' && !event.message.fromMe ? [event.message.text] : []));

test('stays alive while its page reloads itself, is READY again, and hears each message once', async () => {
  await using stage = await RunStage.linked(['iframe-navigates'], { page: { speed: 8 } });
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

test('goes through the reload that the page makes some minutes after a fresh link', async () => {
  await using stage = await RunStage.linked([], { page: { speed: 100 } });
  const before = stage.events.length;
  await stage.world.waitFor('self_reload');
  await stage.next('ready', undefined, undefined, before);
  await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
  await stage.message('hola');
  expect(texts(stage)).toEqual(['hola']);
  expect(stage.kinds(before).filter((kind) => /socket|lost|unlinked|erased|qr/.test(kind))).toEqual([]);
});

test('stays READY to its supervisor through reload after reload, in the same browser', async () => {
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

test('has one set of listeners however its page reloads itself', async () => {
  await using stage = await RunStage.linked(['iframe-navigates', '-version-late']);
  const random = randomFrom(3);
  let before = 0;
  for (let reload = 0; reload < 15; reload++) {
    await sleep(random() * 1_200);
    before = stage.events.length;
    // The page takes the answer with it.
    await stage.page.evaluate('location.reload()').catch(() => undefined);
  }
  await stage.next('ready', undefined, undefined, before);
  const journal = async () => undefined;
  const { whatsappId } = await stage.run.messages.sendText({ to: CUSTOMER, text: 'hola', journal }, anHour());
  await stage.next('ack', ({ ids, ack }) => ids.includes(whatsappId) && ack === 3);
  const acks = stage.events.slice(before).flatMap((event) => (event.type === 'ack' ? [event.ack] : []));
  expect(acks).toEqual([1, 2, 3]);
  expect(stage.world.phone(CUSTOMER).inbox.map(({ body }) => body)).toEqual(['hola']);
  expect(stage.kinds().filter((kind) => /lost|unlinked|erased|socket/.test(kind))).toEqual([]);
});

test('shows QR after QR while its page reloads itself unpaired, and can be linked by a late one', async () => {
  await using stage = await RunStage.open([], { page: { speed: 20 } });
  await stage.start();
  const first = await stage.next('qr');
  const late = await stage.next('qr', ({ attempt, qr }) => attempt > 1 && qr !== first.qr);
  expect(stage.kinds().filter((kind) => kind !== 'qr' && kind !== 'page')).toEqual([]);
  await stage.world.phone(ACCOUNT).scan(late.qr);
  await stage.next('ready');
});
