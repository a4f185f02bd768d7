/**
 * Writes events, confirms them for a hub and prunes, as fast as it can. Says each event and each confirmation once it is durable, until
 * the test kills it. `node hub-writer.ts FILE KEEP_BYTES`
 */

import { writeSync } from 'node:fs';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { aQr } from '../event-samples.ts';

const [file = '', keepBytes = '0'] = process.argv.slice(2);
const store = createStateStore({ file });
const say = (line: string): void => void writeSync(1, `${line}\n`);

for (;;) {
  const written = Array.from({ length: 1 + Math.floor(Math.random() * 5) }, () => store.events.append(aQr('w')).id);
  for (const id of written) say(`event ${id}`);
  const [oldest = 0] = written;
  const known = store.hubs.get('hub')?.confirmed ?? 0;
  if (Math.random() < 0.3) say(`confirmed ${store.hubs.confirm('hub', Math.max(known, oldest)).confirmed}`);
  store.sweep({ events: 1, eventDays: 1, transitions: 1, keepBytes: Number(keepBytes) });
}
