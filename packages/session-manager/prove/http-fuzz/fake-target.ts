import type { AddressInfo } from 'node:net';
import { LeadMasterError, recoverable, SESSION_NAME_PATTERN, SESSION_STATES, session } from '@leadmaster/protocol';
import { fakeServices } from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createHttpServer } from '../../src/http/server.ts';
import type { FuzzOptions } from './fuzz.ts';
import type { Random } from './random.ts';

const KEY = 'a-key-that-only-the-fuzz-knows';
const UNTOUCHED = 'never-named';
const DATA_DIR = '/nowhere/leadmaster-data';

/** What a vault may answer to anything. */
const VAULT_FAULTS = (['vault_locked', 'vault_key_missing', 'store_unreachable', 'store_damaged'] as const).map(
  (code) => new LeadMasterError(code, 'The vault of the fuzz says no.', 'Ask again.'),
);

/** The HTTP server over sessions in memory, with what a fuzz needs to know of it. */
export async function fakeTarget(): Promise<{
  options: Pick<FuzzOptions, 'target' | 'fingerprint' | 'shuffle'>;
  /** What the run has damaged; empty when nothing is. */
  damage: () => Promise<string[]>;
  close: () => Promise<void>;
}> {
  const services = fakeServices(DATA_DIR);
  const { sessions, snapshots, storage, departures: transfers } = services;
  const faults: string[] = [];
  const app = await createHttpServer({
    ...services,
    config: { dataDir: DATA_DIR, compat: 'key' },
    keys: { adminKey: KEY, serviceToken: `${KEY}-too` },
    log: pino({ level: 'error' }, { write: (line: string) => void faults.push(line) }),
    metrics: new Registry(),
    ready: () => true,
    version: '0.0.0',
    timing: { sendDeadlineMs: 20, heartbeatMs: 20 },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const untouched = JSON.stringify(sessions.set(UNTOUCHED, 'STOPPED'));
  const names = ['fuzz-a', 'fuzz_a', 'fuzz-b', 'fuzz-c', 'admin'];

  const shuffle = (random: Random): void => {
    for (const name of names) sessions.set(name, random.pick([...SESSION_STATES, 'READY', 'QR_REQUIRED', 'UNCLAIMED']));
    for (const name of names) {
      const { id } = snapshots.take(name, { generation: random.int(0, 2) });
      if (random.chance(0.2)) snapshots.damage(id);
    }
    snapshots.failure = random.chance(0.1) ? random.pick(VAULT_FAULTS) : null;
    sessions.sending = random.pick(['SENT', 'SENT', 'FAILED', 'SENDING']);
  };

  const damage = async (): Promise<string[]> => {
    const found = faults.map((line) => `logged: ${line}`);
    for (const each of (await sessions.list()).items) {
      if (!SESSION_NAME_PATTERN.test(each.name)) found.push(`a session is called ${JSON.stringify(each.name)}`);
      if (!session.safeParse(each).success) found.push(`a session is out of shape: ${JSON.stringify(each)}`);
    }
    snapshots.failure = null;
    for (const each of await snapshots.recoverable()) {
      if (each.session === UNTOUCHED) found.push(`a snapshot was taken of ${UNTOUCHED}`);
      if (!recoverable.safeParse(each).success) found.push(`a snapshot is out of shape: ${JSON.stringify(each)}`);
    }
    if (snapshots.working.length > 0) found.push(`still at work: ${snapshots.working.join(', ')}`);
    if (JSON.stringify(await sessions.get(UNTOUCHED)) !== untouched) found.push(`${UNTOUCHED} was touched`);
    if (sessions.waiters > 0) found.push(`${sessions.waiters} callers are still waited for`);
    if ('polluted' in {}) found.push('Object.prototype is polluted');
    return found;
  };

  return {
    options: {
      target: { host: '127.0.0.1', port, key: KEY },
      fingerprint: () =>
        `${sessions.changes.length}, ${snapshots.changes.length}, ${storage.changes.length} and ${transfers.changes.length} changes, event ${sessions.lastEventId()}`,
      shuffle,
    },
    damage,
    close: () => app.close(),
  };
}
