import { expect, it } from 'vitest';
import { RunStage } from './run-stage.ts';

const ANA = '5491100000001';

const scan = (stage: RunStage, qr: string) =>
  expect(stage.world.phone(ANA).scan(qr)).rejects.toMatchObject({ code: 'passkey_required' });

it('tells that linking wants a passkey, and until when, and presses nothing', async () => {
  await using stage = await RunStage.open({ drifts: ['passkey'] });
  await stage.start();
  const { qr } = await stage.until('qr');
  await scan(stage, qr);
  const { until } = await stage.until('passkey');
  const leftMs = (until?.getTime() ?? 0) - Date.now();
  expect(leftMs).toBeGreaterThan(100_000);
  expect(leftMs).toBeLessThanOrEqual(120_000);
  const last = stage.world.observed.at(-1);
  expect(last?.type).toBe('passkey_asked');
});

it('is linked when the owner gives the passkey', async () => {
  await using stage = await RunStage.open({ drifts: ['passkey'] });
  await stage.start();
  const { qr } = await stage.until('qr');
  await scan(stage, qr);
  await stage.until('passkey');
  await stage.world.phone(ANA).grantPasskey();
  await stage.until('authenticated');
  await stage.until('ready');
  expect(stage.kinds().filter((kind) => kind === 'passkey')).toHaveLength(1);
});

it('shows QRs again after a passkey that did not come, and tells the next one too', async () => {
  await using stage = await RunStage.open({ drifts: ['passkey', '-self-reload'], standin: { page: { speed: 60 } } });
  await stage.start();
  const { qr } = await stage.until('qr');
  await scan(stage, qr);
  await stage.until('passkey');
  const after = stage.events.length;
  const next = await stage.until('qr', undefined, after);
  expect(next.qr).not.toBe(qr);
  await scan(stage, next.qr);
  await stage.until('passkey', undefined, after);
});
