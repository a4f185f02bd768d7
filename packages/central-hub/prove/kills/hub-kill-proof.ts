import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../../../session-manager/prove/service/random.ts';
import { until } from '../world/until.ts';
import { type StoreKind, World } from '../world/world.ts';

export interface HubKillOptions {
  store: StoreKind;
  moments: number;
  seed: number;
  /** Real ones; left out, they are played. */
  browsers?: boolean;
  /** How long a line stays cut or held, and the load runs between two moments, at most; in milliseconds. */
  longestMs?: number;
  onProgress?: (line: string) => void;
}

export interface HubKillReport {
  store: StoreKind;
  seed: number;
  /** How often each thing happened. */
  moments: Record<string, number>;
  events: number;
  orders: Record<string, number>;
  failures: string[];
}

const LEASE_S = 2;
const FAULTS = ['hub', 'manager', 'both', 'cut', 'hold', 'database'] as const;
type Fault = (typeof FAULTS)[number];

/**
 * kill -9 of a hub, of its session manager or of both, cuts of the line between them and restarts of PostgreSQL at random moments
 * under load. In the end every event of the machine is in the hub once and in order, also for one who followed; every order
 * was carried out once, refused, or told as unknown; and sessions that got no order were started once by each manager.
 */
export async function proveHubKills(options: HubKillOptions): Promise<HubKillReport> {
  const { store, moments, seed, browsers = false, longestMs = 4_000, onProgress = () => undefined } = options;
  const random = seeded(seed);
  const faults = FAULTS.filter((fault) => fault !== 'database' || store === 'postgres');
  const report: HubKillReport = { store, seed, moments: {}, events: 0, orders: {}, failures: [] };
  const world = await World.start({ store, hubs: 1, leaseSeconds: LEASE_S, browsers });
  try {
    for (let at = 1; at <= moments; at += 1) {
      const fault = faults[Math.floor(random() * faults.length)] as Fault;
      const [before, during] = [random() * longestMs * 0.25, random() * longestMs].map(Math.round) as [number, number];
      await sleep(before);
      await happen(world, fault, during);
      await goesOn(world);
      report.moments[fault] = (report.moments[fault] ?? 0) + 1;
      onProgress(`moment ${at}: ${fault} (${before} ms, ${during} ms), ${world.load.done} orders done`);
    }
    const { events, failures } = await world.judge();
    for (const { kind, outcome } of world.load.orders) {
      const what = `${kind} ${outcome}`;
      report.orders[what] = (report.orders[what] ?? 0) + 1;
    }
    return { ...report, events, failures };
  } finally {
    await world.close();
  }
}

async function happen({ hubs: [hub], machine, relay, postgres }: World, fault: Fault, ms: number): Promise<void> {
  const programs = { hub: [hub], manager: [machine.program], both: [hub, machine.program] };
  if (fault === 'cut' || fault === 'hold') {
    relay[fault]();
    await sleep(ms);
    relay.repair();
  } else if (fault === 'database') {
    await postgres?.stopServer();
    await sleep(ms);
    await postgres?.startServer();
  } else {
    const victims = programs[fault];
    await Promise.all(victims.map((victim) => victim?.kill()));
    await Promise.all(victims.map((victim) => victim?.start()));
  }
}

/** Waits until orders are carried out and events come again, so that each moment hits a world at work. */
async function goesOn({ load, followers, hubs, machine }: World): Promise<void> {
  const [orders, events] = [load.done, followers[0]?.events.length ?? 0];
  const isSo = async (): Promise<boolean> => load.done > orders && (followers[0]?.events.length ?? 0) > events;
  await until('orders are carried out and events come', isSo, 60_000).catch((error: unknown) => {
    const said = [...hubs, machine.program].map((program) => program.said.slice(-2_000)).join('\n---\n');
    throw new Error(`${String(error)}; ${load.done} orders after ${orders}\n${said}`);
  });
}
