import { expect, test } from 'vitest';
import { ACCOUNT, RunStage } from './run-stage.ts';

const scan = (stage: RunStage, qr: string) =>
  expect(stage.world.phone(ACCOUNT).scan(qr)).rejects.toMatchObject({ code: 'passkey_required' });

test('tells that linking wants a passkey, and until when, and presses nothing', async () => {
  await using stage = await RunStage.open(['passkey']);
  await stage.start();
  const { qr } = await stage.next('qr');
  await scan(stage, qr);
  const { until } = await stage.next('passkey');
  const leftMs = (until?.getTime() ?? 0) - Date.now();
  expect(leftMs).toBeGreaterThan(100_000);
  expect(leftMs).toBeLessThanOrEqual(120_000);
  const last = stage.world.observed.at(-1);
  expect(last?.type).toBe('passkey_asked');
});

test('is linked when the owner gives the passkey', async () => {
  await using stage = await RunStage.open(['passkey']);
  await stage.start();
  const { qr } = await stage.next('qr');
  await scan(stage, qr);
  await stage.next('passkey');
  await stage.world.phone(ACCOUNT).grantPasskey();
  await stage.next('authenticated');
  await stage.next('ready');
  expect(stage.kinds().filter((kind) => kind === 'passkey')).toHaveLength(1);
});

test('shows QRs again after a passkey that did not come, and tells the next one too', async () => {
  await using stage = await RunStage.open(['passkey', '-self-reload'], { page: { speed: 60 } });
  await stage.start();
  const { qr } = await stage.next('qr');
  await scan(stage, qr);
  await stage.next('passkey');
  const after = stage.events.length;
  const next = await stage.next('qr', undefined, undefined, after);
  expect(next.qr).not.toBe(qr);
  await scan(stage, next.qr);
  await stage.next('passkey', undefined, undefined, after);
});
