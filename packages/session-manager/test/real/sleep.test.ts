import { setTimeout as sleep } from 'node:timers/promises';
import { groupMembers } from '@leadmaster/capture/processes';
import { expect, test } from 'vitest';
import { ServiceStage } from './service.ts';

const ANA = '5491100000001';
/** How long the watchdog waits for a sign of life, and a standstill that is longer. */
const WATCH_S = 5;
const ASLEEP_MS = (WATCH_S + 2) * 1000;

test('a service that stood still, with its browsers or alone, finds a healthy session healthy', {
  timeout: 90_000,
}, async () => {
  await using stage = await ServiceStage.open({ env: { PROBE_DEADLINE_S: String(WATCH_S) } });
  await stage.service.start();
  await stage.link('ventas', ANA);
  const before = await stage.service.transitions('ventas');
  const [browser] = stage.browsers('ventas');
  const group = groupMembers(browser ?? 0).map(({ pid }) => pid);
  const service = stage.service.pid ?? 0;
  for (const pids of [[service, ...group], [service]]) {
    await standStill(pids);
    const woken = new Date().toISOString();
    await probedSince(stage, woken);
    expect(await stage.service.transitions('ventas')).toEqual(before);
    expect(stage.browsers('ventas')).toEqual([browser]);
  }
});

async function standStill(pids: readonly number[]): Promise<void> {
  try {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await sleep(ASLEEP_MS);
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

/** Waits until the page has answered a probe that was asked after a moment; a session that is lost never does. */
async function probedSince(stage: ServiceStage, moment: string): Promise<void> {
  const deadline = performance.now() + 45_000;
  for (;;) {
    const { state, health } = await stage.service.session('ventas');
    if (state === 'READY' && (health.lastProbeAt ?? '') > moment) return;
    if (performance.now() > deadline) throw new Error(`ventas is ${state}, last probed ${health.lastProbeAt}`);
    await sleep(100);
  }
}
