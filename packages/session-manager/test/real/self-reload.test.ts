import { expect, it } from 'vitest';
import { RunStage } from './run-stage.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';

const texts = (stage: RunStage) =>
  stage.events.flatMap((event) => (event.type === 'message' && !event.message.fromMe ? [event.message.text] : []));

it('stays alive while its page loads itself afresh, is READY once more, and hears each message once', async () => {
  await using stage = await RunStage.open({ drifts: ['iframe-navigates'], standin: { page: { speed: 8 } } });
  await stage.link(ANA);
  await stage.until('alive');
  const before = stage.events.length;
  stage.world.phone(ANA).reload();
  await stage.until('ready', undefined, before);
  // Life was told when the page navigated, before it was READY again.
  expect(stage.events.slice(before).findIndex(({ type }) => type === 'alive')).toBeLessThan(
    stage.events.slice(before).findIndex(({ type }) => type === 'ready'),
  );
  const after = stage.events.length;
  await stage.until('alive', undefined, after);
  await stage.world.phone(BETO).send(ANA, 'hola');
  await stage.until('message', ({ message }) => message.text === 'hola');
  await stage.world.phone(BETO).send(ANA, 'chau');
  await stage.until('message', ({ message }) => message.text === 'chau');
  expect(texts(stage)).toEqual(['hola', 'chau']);
  expect(stage.kinds(before).filter((kind) => /socket|lost|unlinked|erased|qr/.test(kind))).toEqual([]);
});

it('shows QR after QR while its page loads itself afresh unpaired, and can be linked by a late one', async () => {
  await using stage = await RunStage.open({ standin: { page: { speed: 20 } } });
  await stage.start();
  const first = await stage.until('qr');
  const late = await stage.until('qr', ({ attempt, qr }) => attempt > 1 && qr !== first.qr);
  expect(stage.kinds().filter((kind) => kind !== 'qr' && kind !== 'page')).toEqual([]);
  await stage.world.phone(ANA).scan(late.qr);
  await stage.until('ready');
});
