import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { seeded } from '../../../session-manager/prove/service/random.ts';
import type { Program } from '../world/program.ts';
import { until } from '../world/until.ts';
import { World } from '../world/world.ts';

export interface HubLeaseOptions {
  /** How often the hub that reads is stopped past its lease. */
  rounds: number;
  seed: number;
  onProgress?: (line: string) => void;
}

export interface HubLeaseReport {
  seed: number;
  rounds: number;
  events: number;
  failures: string[];
}

const LEASE_S = 2;
const HUBS = 3;
/** How long the other hubs read before the stopped one continues, and the load between two rounds; at most. */
const LONGEST_MS = 1_000;

/**
 * Three hubs on one PostgreSQL under load: the one that reads the machine's log is stopped (SIGSTOP) past its lease, another
 * takes the log over, and the first continues. In the end every event is there once and in order, in the words of each hub.
 */
export async function proveHubLeases(options: HubLeaseOptions): Promise<HubLeaseReport> {
  const { rounds, seed, onProgress = () => undefined } = options;
  const random = seeded(seed);
  const world = await World.start({ store: 'postgres', hubs: HUBS, leaseSeconds: LEASE_S });
  const database = new pg.Client({ connectionString: world.databaseUrl ?? '' });
  try {
    await database.connect();
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(random() * LONGEST_MS);
      const first = await reader(world, database);
      first.signal('SIGSTOP');
      await until('another hub reads', async () => (await readerPid(database)) !== first.pid);
      await untilNews(world, first);
      await sleep(random() * LONGEST_MS);
      first.signal('SIGCONT');
      onProgress(
        `round ${round}: hub ${world.hubs.indexOf(first) + 1} stopped and continued, ${world.load.done} orders`,
      );
    }
    const { events, failures } = await world.judge();
    return { seed, rounds, events, failures };
  } finally {
    await database.end();
    await world.close();
  }
}

/** The hub that reads the machine's log. */
async function reader({ hubs }: World, database: pg.Client): Promise<Program> {
  let found: Program | undefined;
  await until('a hub reads', async () => {
    const pid = await readerPid(database);
    found = hubs.find((hub) => hub.pid === pid);
    return found !== undefined;
  });
  return found as Program;
}

/** The process that holds the lease now: its number begins the holder's word. Null where none does. */
async function readerPid(database: pg.Client): Promise<number | null> {
  const { rows } = await database.query<{ holder: string | null }>('select holder from machines');
  const pid = Number.parseInt(rows[0]?.holder ?? '', 10);
  return Number.isNaN(pid) ? null : pid;
}

/** Waits until followers of the other hubs get events that came since. */
async function untilNews({ hubs, followers }: World, stopped: Program): Promise<void> {
  const others = followers.filter((_, at) => hubs[at] !== stopped);
  const counts = others.map(({ events }) => events.length);
  await until('the other hubs tell events', async () =>
    others.every(({ events }, at) => events.length > (counts[at] ?? 0)),
  );
}
