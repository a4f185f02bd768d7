import { appendFileSync } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FakeEngine, type FakeRun, startTestManager } from '@leadmaster/testkit';
import { putProfile } from '../../../session-manager/test/adopt/profiles.ts';
import type { Witnessed } from './witness.ts';

/**
 * A session manager as a process of its own, real down to the browsers, which are played: each logs in by itself, and each
 * text that reaches WhatsApp's page is a line of the witness's file. It ends with the process that started it.
 */
const [dataDir = '', port = '', witness = ''] = process.argv.slice(2);
const FIRST_PHONE = 5_491_100_000_000;

function tell(line: Witnessed): void {
  appendFileSync(witness, `${JSON.stringify(line)}\n`);
}

function play(engine: FakeEngine): void {
  engine.onRun = (run) => {
    tell({ kind: 'launch', pid: process.pid, session: run.session });
    run.onStop = async () => tell({ kind: 'end', pid: process.pid, session: run.session });
    run.onSend = ({ to, text, journal }) => send(run.session, { to, text, journal });
  };
  engine.onStart = async ({ profileDir, session }) => {
    // Written last: a profile that a kill has left half is written again.
    const whole = join(profileDir, 'played-login');
    const hasLogin = await access(whole).then(
      () => true,
      () => false,
    );
    if (!hasLogin) {
      await putProfile(profileDir);
      await writeFile(whole, '');
    }
    setImmediate(() => engine.alive.findLast((run) => run.session === session)?.login(phoneOf(session)));
  };
}

type Sending = Parameters<FakeRun['onSend']>[0];

let texts = 0;

async function send(session: string, { to, text, journal }: Pick<Sending, 'to' | 'text' | 'journal'>) {
  texts += 1;
  const whatsappId = `true_${to}@c.us_${process.pid}-${texts}`;
  await journal(whatsappId);
  tell({ kind: 'text', pid: process.pid, session, text });
  return { whatsappId, ack: 1 };
}

/** Each session has an account of its own, the same after each start. */
function phoneOf(session: string): string {
  const letters = [...session].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 99_999_989, 7);
  return String(FIRST_PHONE + letters);
}

process.on('disconnect', () => process.exit(1));
// A played page shows no life of its own: its silence is no reason to start it again.
const env = { BACKOFF_FIRST_MS: '20', BACKOFF_MAX_S: '0.02', PROBE_DEADLINE_S: '86400' };
await startTestManager({ dataDir, port: Number(port), play, env });
process.send?.('runs');
