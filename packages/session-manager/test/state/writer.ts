/**
 * Writes to a store as fast as it can and says each id once it is durable. Started as a child by the tests, which kill
 * it or cut its disk space. `node writer.ts FILE [PADDING]`
 */

import { writeSync } from 'node:fs';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { A_CHANGE, received } from '../event-samples.ts';

const [file = '', padding = '0'] = process.argv.slice(2);
const store = createStateStore({ file });
if (store.sessions.get('w') === null) store.sessions.insert({ name: 'w', metadata: {}, desired: 'running' });
const say = (line: string): void => void writeSync(1, `${line}\n`);
store.events.subscribe((event) => say(`event ${event.id}`));

try {
  for (let n = 0; ; n++) {
    store.transitions.record('w', { from: 'READY', to: 'READY', reason: 'x'.repeat(Number(padding)), data: A_CHANGE });
    const { message } = store.messages.journal({ session: 'w', to: '1', text: `${n}`, idempotencyKey: null });
    say(`message ${message.id}`);
    store.inbox.receive('w', {
      ids: [`${process.pid}-${n}`],
      at: new Date().toISOString(),
      news: () => received(),
    });
  }
} catch (error) {
  say(`refused ${error instanceof LeadMasterError ? error.code : errorText(error)}`);
  process.exit(0);
}
