import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, identify } from '@leadmaster/capture/processes';
import { freePort } from '@leadmaster/testkit/free-port';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import { treeMemory } from '../../src/process/memory.ts';
import { ServiceProcess } from './service-process.ts';

const ASK_EVERY_MS = 50;
const DEADLINE_MS = 180_000;
const MB = 2 ** 20;

export interface Latency {
  count: number;
  medianMs: number;
  p95Ms: number;
  maxMs: number;
}

export interface ReturnReport {
  sessions: number;
  answersMs: number;
  firstReadyMs: number;
  allReadyMs: number;
  /** Of the API, from its first answer until the last session was READY. */
  latency: { list: Latency; health: Latency };
  /** Proportional set sizes with all sessions READY. */
  browsersMb: number;
  serviceMb: number;
  shutdownMs: number;
  notReady: string[];
  clones: string[];
  leftBehind: string[];
}

/** Links sessions, restarts the service, and measures how they come back and how the API answers meanwhile. */
export async function proveReturn(options: {
  sessions: number;
  onProgress?: (line: string) => void;
}): Promise<ReturnReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-return-'));
  const world = await startStandin();
  const service = new ServiceProcess({
    LEADMASTER_DATA_DIR: dataDir,
    SESSION_MANAGER_PORT: String(await freePort()),
    CHROME_ARGS: world.chromeArgsText,
  });
  try {
    const names = Array.from({ length: options.sessions }, (_, index) => `cliente-${index + 1}`);
    await service.start();
    for (const [index, name] of names.entries()) {
      await link(service, world, name, `54911000${String(10_000 + index)}`);
      options.onProgress?.(`${name} is linked`);
    }
    await service.end('SIGTERM');
    return await restart(service, world, dataDir, names);
  } finally {
    await service.end('SIGKILL');
    await world.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function link(service: ServiceProcess, world: World, name: string, phone: string): Promise<void> {
  const { qr } = await service.firstQr(name);
  await world.phone(phone).scan(qr);
  await service.until(name, 'READY');
}

async function restart(
  service: ServiceProcess,
  world: World,
  dataDir: string,
  names: readonly string[],
): Promise<ReturnReport> {
  const began = performance.now();
  const since = (): number => Math.round(performance.now() - began);
  await service.start();
  const answersMs = since();
  const list: number[] = [];
  const health: number[] = [];
  let firstReadyMs = 0;
  let missing: string[] = [...names];
  while (missing.length > 0 && since() < DEADLINE_MS) {
    const [items] = await Promise.all([
      timed(list, () => service.sessions()),
      timed(health, () => service.call('health')),
    ]);
    missing = names.filter((name) => items.find((session) => session.name === name)?.state !== 'READY');
    if (firstReadyMs === 0 && missing.length < names.length) firstReadyMs = since();
    await sleep(ASK_EVERY_MS);
  }
  const allReadyMs = since();
  const asked = await Promise.all(
    names.map(async (name) => {
      const path = (await service.transitions(name)).map(({ to }) => to);
      return path.slice(0, path.indexOf('STOPPED')).includes('QR_REQUIRED') ? [`${name} asked for a scan`] : [];
    }),
  );
  const memory = await memoryOf(service, dataDir, names);
  const ending = performance.now();
  const code = await service.end('SIGTERM');
  const shutdownMs = Math.round(performance.now() - ending);
  const left = names.filter((name) => browsersOn(join(dataDir, 'tokens', name)).length > 0);
  return {
    sessions: names.length,
    answersMs,
    firstReadyMs,
    allReadyMs,
    latency: { list: figures(list), health: figures(health) },
    ...memory,
    shutdownMs,
    notReady: [...missing, ...asked.flat()],
    clones: world.observed
      .filter(({ type }) => ['rollback', 'duplicate', 'conflict'].includes(type))
      .map(({ type, phone }) => `${type} of ${phone}`),
    leftBehind: [...left.map((name) => `a browser of ${name}`), ...(code === 0 ? [] : [`exit code ${code}`])],
  };
}

async function timed<T>(into: number[], task: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await task();
  into.push(performance.now() - began);
  return result;
}

async function memoryOf(
  service: ServiceProcess,
  dataDir: string,
  names: readonly string[],
): Promise<{ browsersMb: number; serviceMb: number }> {
  let bytes = 0;
  for (const { pid } of names.flatMap((name) => browsersOn(join(dataDir, 'tokens', name)))) {
    const identity = identify(pid);
    if (identity !== null) bytes += (await treeMemory(identity)).bytes ?? 0;
  }
  const rollup = readFileSync(`/proc/${service.pid}/smaps_rollup`, 'utf8');
  const kb = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  return { browsersMb: Math.round(bytes / MB), serviceMb: Math.round(kb / 1024) };
}

function figures(samples: readonly number[]): Latency {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { count: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
