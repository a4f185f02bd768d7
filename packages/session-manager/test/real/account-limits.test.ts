import { expect, it } from 'vitest';
import { RunStage } from './run-stage.ts';

const ANA = '5491100000001';
const MINUTE_MS = 60_000;

it('tells of a time-lock at READY with its end, and when it is lifted', async () => {
  await using stage = await RunStage.open({ drifts: ['timelock=60'] });
  await stage.link(ANA);
  const { limits } = await stage.until('limits');
  expect(limits).toMatchObject({ state: 'locked', used: null, total: null });
  const leftMs = Date.parse(limits.until ?? '') - Date.now();
  expect(Math.abs(leftMs - 60 * MINUTE_MS)).toBeLessThan(MINUTE_MS);
  stage.world.phone(ANA).timelock(null);
  await stage.until('limits', (event) => event.limits.state === 'open');
});

it('tells of a quota of new chats as it is used, and when it is used up', async () => {
  await using stage = await RunStage.open();
  await stage.link(ANA);
  const phone = stage.world.phone(ANA);
  phone.capping({ status: 'FIRST_WARNING', used: 40, total: 50 });
  const used = await stage.until('limits', (event) => event.limits.used === 40);
  expect(used.limits).toMatchObject({ state: 'open', until: null, total: 50 });
  phone.capping({ status: 'CAPPED', used: 50, total: 50 });
  const capped = await stage.until('limits', (event) => event.limits.state === 'capped');
  expect(capped.limits).toMatchObject({ used: 50, total: 50, until: expect.stringMatching(/Z$/) });
});

it('tells nothing of limits that WhatsApp has said nothing of', async () => {
  await using stage = await RunStage.open();
  await stage.link(ANA);
  await stage.until('alive');
  const after = stage.events.length;
  await stage.until('alive', undefined, after);
  expect(stage.kinds()).not.toContain('limits');
});

it('goes by WhatsApp’s clock: a lock that is over there is over', async () => {
  await using stage = await RunStage.open();
  await stage.world.faults.set({ clockSkewMs: 90 * MINUTE_MS });
  await stage.link(ANA);
  expect(stage.run.whatsappNow().getTime() - Date.now()).toBeGreaterThan(89 * MINUTE_MS);
  const phone = stage.world.phone(ANA);
  phone.timelock({ untilMs: Date.now() + 60 * MINUTE_MS });
  await stage.until('limits', (event) => event.limits.state === 'open');
  phone.timelock({ untilMs: Date.now() + 120 * MINUTE_MS });
  await stage.until('limits', (event) => event.limits.state === 'locked');
});
