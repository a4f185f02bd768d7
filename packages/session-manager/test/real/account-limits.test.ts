import { expect, test } from 'vitest';
import { ACCOUNT, RunStage } from './run-stage.ts';

const MINUTE_MS = 60_000;

test('tells of a time-lock at READY with its end, and when it is lifted', async () => {
  await using stage = await RunStage.linked(['timelock=60']);
  const { limits } = await stage.next('limits');
  expect(limits).toMatchObject({ state: 'locked', used: null, total: null });
  const leftMs = Date.parse(limits.until ?? '') - Date.now();
  expect(Math.abs(leftMs - 60 * MINUTE_MS)).toBeLessThan(MINUTE_MS);
  stage.world.phone(ACCOUNT).timelock(null);
  await stage.next('limits', (event) => event.limits.state === 'open');
});

test('tells of a quota of new chats as it is used, and when it is used up', async () => {
  await using stage = await RunStage.linked();
  const phone = stage.world.phone(ACCOUNT);
  phone.capping({ status: 'FIRST_WARNING', used: 40, total: 50 });
  const used = await stage.next('limits', (event) => event.limits.used === 40);
  expect(used.limits).toMatchObject({ state: 'open', until: null, total: 50 });
  phone.capping({ status: 'CAPPED', used: 50, total: 50 });
  const capped = await stage.next('limits', (event) => event.limits.state === 'capped');
  expect(capped.limits).toMatchObject({ used: 50, total: 50, until: expect.stringMatching(/Z$/) });
});

test('tells nothing of limits that WhatsApp has said nothing of', async () => {
  await using stage = await RunStage.linked();
  await stage.next('alive');
  await stage.nextNew('alive');
  expect(stage.kinds()).not.toContain('limits');
});

test('goes by WhatsApp’s clock: a lock that is over there is over', async () => {
  await using stage = await RunStage.open();
  await stage.world.faults.set({ clockSkewMs: 90 * MINUTE_MS });
  await stage.link();
  expect(stage.run.whatsappNow().getTime() - Date.now()).toBeGreaterThan(89 * MINUTE_MS);
  const phone = stage.world.phone(ACCOUNT);
  phone.timelock({ untilMs: Date.now() + 60 * MINUTE_MS });
  await stage.next('limits', (event) => event.limits.state === 'open');
  phone.timelock({ untilMs: Date.now() + 120 * MINUTE_MS });
  await stage.next('limits', (event) => event.limits.state === 'locked');
});
