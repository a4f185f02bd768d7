import type { AddressInfo } from 'node:net';
import { SESSION_NAME_PATTERN, SESSION_STATES, session } from '@leadmaster/protocol';
import { FakeSessionService, FakeSnapshotService } from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createHttpServer } from '../../src/http/server.ts';
import type { FuzzOptions } from './fuzz.ts';
import type { Random } from './random.ts';

const KEY = 'a-key-that-only-the-fuzz-knows';
const UNTOUCHED = 'never-named';

/** The HTTP server over sessions in memory, with what a fuzz needs to know of it. */
export async function fakeTarget(): Promise<{
  options: Pick<FuzzOptions, 'target' | 'fingerprint' | 'shuffle'>;
  /** What the run has damaged; empty when nothing is. */
  damage: () => Promise<string[]>;
  close: () => Promise<void>;
}> {
  const sessions = new FakeSessionService();
  const snapshots = new FakeSnapshotService(sessions);
  const faults: string[] = [];
  const app = await createHttpServer({
    sessions,
    snapshots,
    config: { dataDir: '/nowhere/leadmaster-data', compat: 'key' },
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
    sessions.sending = random.pick(['SENT', 'SENT', 'FAILED', 'SENDING']);
  };

  const damage = async (): Promise<string[]> => {
    const found = faults.map((line) => `logged: ${line}`);
    for (const each of await sessions.list()) {
      if (!SESSION_NAME_PATTERN.test(each.name)) found.push(`a session is called ${JSON.stringify(each.name)}`);
      if (!session.safeParse(each).success) found.push(`a session is out of shape: ${JSON.stringify(each)}`);
    }
    if (JSON.stringify(await sessions.get(UNTOUCHED)) !== untouched) found.push(`${UNTOUCHED} was touched`);
    if (sessions.waiters > 0) found.push(`${sessions.waiters} callers are still waited for`);
    if ('polluted' in {}) found.push('Object.prototype is polluted');
    return found;
  };

  return {
    options: {
      target: { host: '127.0.0.1', port, key: KEY },
      fingerprint: () => `${sessions.changes.length} changes, event ${sessions.lastEventId()}`,
      shuffle,
    },
    damage,
    close: () => app.close(),
  };
}
