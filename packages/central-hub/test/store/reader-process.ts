import { pino } from 'pino';
import { Seal } from '../../src/secrets/seal.ts';
import { openStore } from '../../src/store/index.ts';
import { LeaseLost } from '../../src/store/leases.ts';
import type { Lease } from '../../src/store/records.ts';

/**
 * A hub as a process of its own, for tests that kill it: claims the log of a machine, again and again until it has it, reads on
 * in an endless log and stores that. It says `claimed GENERATION`, and `stored LAST` after each commit.
 */
const [url = '', dataDir = '', secret = '', machine = '', seconds = ''] = process.argv.slice(2);
const LOG = '00000000000000aa';
const HOLDER = `hub-${process.pid}`;
const PART = 5;

const store = await openStore({
  url: url === '' ? null : url,
  dataDir,
  seal: new Seal(secret),
  log: pino({ level: 'silent' }),
});

for (;;) {
  const lease = await store.leases.claim(machine, HOLDER, Number(seconds));
  if (lease === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    continue;
  }
  say(`claimed ${lease.generation}`);
  await readOn(lease);
}

async function readOn(lease: Lease): Promise<void> {
  let from = lease.position;
  for (;;) {
    const to = { logId: LOG, cursor: from.cursor + PART };
    const events = Array.from({ length: PART }, (_, at) => eventOf(from.cursor + at + 1));
    const sessions = { changed: [], gone: [] };
    try {
      await store.events.append(lease, { from, to, events, sessions, asOf: new Date() });
      await store.leases.renew(lease, HOLDER, Number(seconds));
    } catch (error) {
      if (error instanceof LeaseLost) return;
      say(`refused ${error instanceof Error && 'code' in error ? error.code : error}`);
      process.exit(1);
    }
    say(`stored ${to.cursor}`);
    from = to;
  }
}

function eventOf(n: number) {
  return {
    id: n,
    session: 's',
    type: 'session.state',
    at: new Date().toISOString(),
    data: { n, text: 'x'.repeat(500) },
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
