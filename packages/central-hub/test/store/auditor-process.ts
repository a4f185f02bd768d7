import { pino } from 'pino';
import { Seal } from '../../src/secrets/seal.ts';
import { openStore } from '../../src/store/index.ts';

/**
 * A hub as a process of its own that adds lines to the audit, several at once and without an end. It says `ready`, and `written
 * NUMBER` of each line that is durable.
 */
const [url = '', dataDir = '', secret = ''] = process.argv.slice(2);
const AT_ONCE = 3;

const store = await openStore({
  url: url === '' ? null : url,
  dataDir,
  seal: new Seal(secret),
  log: pino({ level: 'silent' }),
});
process.stdout.write('ready 1\n');
await Promise.all(Array.from({ length: AT_ONCE }, writeOn));

async function writeOn(): Promise<never> {
  for (;;) {
    const of = { tenant: null, session: null, detail: {}, begun: null };
    const act = { actor: `key:${process.pid}`, action: 'act', target: '', from: null, result: 'ok' };
    const { id } = await store.audit.append({ ...act, ...of });
    process.stdout.write(`written ${id}\n`);
  }
}
