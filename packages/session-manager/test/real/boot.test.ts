import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bootId, browsersOn, identify } from '@leadmaster/capture/processes';
import type { Session } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';
import { ServiceStage } from './service.ts';

const STARTING = ['INITIALIZING', 'RECONNECTING', 'AUTHENTICATED'];
const phone = (index: number): string => `549110000000${index}`;

describe('after the service has ended', { timeout: 180_000 }, () => {
  test('the sessions that ran come back by themselves, no more at once than allowed, and the stopped ones stay stopped', async () => {
    await using stage = await ServiceStage.open({ env: { START_CONCURRENCY: '2' } });
    await stage.service.start();
    const running = ['uno', 'dos', 'tres'];
    await Promise.all([...running, 'quieto'].map((name, index) => stage.link(name, phone(index + 1))));
    await stage.service.call('stopSession', { ...of('quieto'), query: { wait: 30 } });

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await stage.service.end(signal);
      // With every signal: a browser does not outlive its service.
      await vi.waitFor(() => expect([...running, 'quieto'].flatMap((name) => stage.browsers(name))).toEqual([]), 5_000);
      const began = new Date();
      await stage.service.start();
      const states = await watchUntilReady(stage, running);
      for (const name of running) await stage.service.untilReadyAgain(name, began);
      expect(
        Math.max(...states.map((sessions) => sessions.filter((s) => s.runtime !== null && isStarting(s)).length)),
      ).toBeLessThanOrEqual(2);
      // The API told of starts under way, and of no READY that was not one: each READY has a browser behind it.
      expect(states.flat().some(isStarting)).toBe(true);
      expect(states.flat().filter((s) => s.state === 'READY' && s.runtime === null)).toEqual([]);
      expect(await stage.service.session('quieto')).toMatchObject({ state: 'STOPPED', reason: 'requested' });
    }
    expect(await stage.service.end('SIGTERM')).toBe(0);
    expect(stage.accusations()).toEqual([]);
  });
});

describe('a QR that is not scanned', { timeout: 60_000 }, () => {
  test('is followed by the next round, and counted on', async () => {
    await using stage = await Stage.open({ standin: { qr: { firstMs: 400, nextMs: 400, count: 2 } } });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    await stage.event((e) => e.type === 'session.qr' && Number(e.data.attempt) >= 4, 20_000, true);
    const attempts = (await stage.eventsOf('ventas', 'session.qr')).map((e) => e.data.attempt);
    expect(attempts).toEqual(attempts.map((_, index) => index + 1));
    stage.world.configure({ qr: { firstMs: 60_000, nextMs: 60_000 } });
    const seen = attempts.length;
    await stage.event((e) => e.type === 'session.qr' && Number(e.data.attempt) > seen, 20_000, true);
    const { qr } = await stage.sessions.qr('ventas');
    await stage.world.phone(phone(1)).scan(qr);
    await stage.until('ventas', 'READY');
  });

  test('ends the browser once the rounds are used up, and says how to continue', async () => {
    await using stage = await Stage.open({
      env: { QR_ROUNDS: '1' },
      standin: { qr: { firstMs: 300, nextMs: 300, count: 2 } },
    });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const stopped = await stage.until('ventas', 'STOPPED', 'qr_unattended');
    expect(stopped.hint).toContain('leadmaster qr ventas');
    expect(stopped.runtime).toBeNull();
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
    stage.world.configure({ qr: { firstMs: 60_000, nextMs: 60_000, count: 6 } });
    await stage.sessions.start('ventas');
    await stage.nextQr('ventas');
  });

  test('is no longer shown when WhatsApp goes away, and a new one is when it is back', async () => {
    await using stage = await Stage.open({ env: { LOAD_DEADLINE_S: '2' } });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    await stage.nextQr('ventas');
    await stage.world.faults.set({ outage: 'refused' });
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'page_failed');
    await expect(stage.sessions.qr('ventas')).rejects.toMatchObject({ code: 'not_waiting_for_qr' });
    await stage.world.faults.clear();
    const { qr } = await stage.nextQr('ventas');
    await stage.world.phone(phone(1)).scan(qr);
    await stage.until('ventas', 'READY');
  });
});

describe('a linked session that starts again', { timeout: 90_000 }, () => {
  let stage: Stage;
  readyBeforeEach(phone(1), (ready) => {
    stage = ready;
  });

  afterEach(() => expect(stage.clones()).toEqual([]));

  test('has a browser ended that an earlier service left behind, and not a stranger', async () => {
    await stage.stop();
    const profileDir = join(stage.dataDir, 'tokens/ventas');
    const { path } = await findBrowser({ chromePath: null, visible: false });
    // As an earlier service started it, but without the pipe that would have ended it.
    const flags = ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profileDir}`];
    const orphan = spawn(path, [...flags, 'about:blank'], { stdio: 'ignore', detached: true });
    await vi.waitFor(() => expect(browsersOn(profileDir)).not.toEqual([]), 5_000);
    const identity = identify(orphan.pid ?? 0);
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const store = createStateStore({ file: join(stage.dataDir, 'session-manager.db') });
    store.browsers.record({
      session: 'ventas',
      pid: orphan.pid ?? 0,
      startTicks: identity?.startTicks ?? 0,
      bootId: bootId(),
      profileDir,
    });
    store.close();
    await stage.start();
    await stage.until('ventas', 'READY');
    expect(orphan.exitCode ?? orphan.signalCode).not.toBeNull();
    expect(browsersOn(profileDir).map(({ pid }) => pid)).toEqual([stage.browserPid('ventas')]);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  test('is READY also when its sync ended before LeadMaster listened, three times of three', async () => {
    stage.world.configure({ sync: 'fast' });
    const before = await stage.sessions.get('ventas');
    for (let round = 1; round <= 3; round += 1) {
      await stage.sessions.restart('ventas');
      const ready = await stage.until('ventas', 'READY');
      expect(ready.attempts).toBe(before.attempts + round);
    }
  });

  test('is AUTHENTICATED while its sync makes progress, however long, and READY at its end', async () => {
    await stage.stop();
    stage.world.configure({ sync: 'slow', slowSyncMs: 4_000 });
    await stage.start({ SYNC_DEADLINE_S: '1.5' });
    await stage.until('ventas', 'AUTHENTICATED');
    const ready = await stage.until('ventas', 'READY');
    expect((await stage.path('ventas')).slice(-2)).toEqual(['AUTHENTICATED login_accepted', 'READY synced']);
    expect(ready.attempts).toBe(1);
  });

  test('is given up when its sync makes no progress, and is tried again', async () => {
    await stage.stop();
    stage.world.configure({ sync: 'slow', slowSyncMs: 600_000 });
    await stage.start({ SYNC_DEADLINE_S: '1' });
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'sync_overdue');
    stage.world.configure({ sync: 'normal' });
    await stage.until('ventas', 'READY');
  });
});

function isStarting(session: Session): boolean {
  return STARTING.includes(session.state);
}

/** What the API told from its first answer until the named sessions were READY. */
async function watchUntilReady(stage: ServiceStage, names: readonly string[]): Promise<Session[][]> {
  const seen: Session[][] = [];
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const items = await stage.service.sessions();
    seen.push(items);
    if (names.every((name) => items.find((s) => s.name === name)?.state === 'READY')) return seen;
  }
  throw new Error('the sessions did not come back');
}
