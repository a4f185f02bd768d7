import { of } from '@leadmaster/testkit/asking';
import { describe, expect, test } from 'vitest';
import { ServiceStage } from './service.ts';

/** READY is a promise: after any failure of the machine from that moment on, no phone is needed again. */
describe('a fresh login that was told READY', { timeout: 240_000 }, () => {
  test('survives kill -9 of service and browser at the very moment it is told, three times', async () => {
    await using stage = await ServiceStage.open();
    await stage.service.start();
    const asked: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const name = `fresh-${round}`;
      const { qr } = await stage.service.firstQr(name);
      const told = stage.event((e) => e.session === name && e.type === 'session.state' && e.data.to === 'READY');
      await stage.world.phone(`549110000000${round}`).scan(qr);
      await told;
      await stage.killEverything([name]);
      await stage.service.start();
      await stage.service.untilReadyAgain(name, new Date(0));
      const after = (await stage.service.transitions(name)).map(({ to, reason }) => `${to} ${reason}`);
      const restart = after.indexOf('STOPPED service_ended_unexpectedly');
      expect(restart).toBeGreaterThan(0);
      if (after.slice(0, restart).some((step) => step.startsWith('QR_REQUIRED'))) asked.push(name);
      await stage.service.call('deleteSession', of(name));
    }
    expect(asked).toEqual([]);
    expect(stage.accusations()).toEqual([]);
    expect(await stage.service.end('SIGTERM')).toBe(0);
  });
});
