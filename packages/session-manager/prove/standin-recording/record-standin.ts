import { setTimeout } from 'node:timers/promises';
import type { Recording } from '@leadmaster/protocol';
import { Stage } from '../../test/real/harness.ts';

/** A page of the stand-in as `record` sees it: while a QR waits, and linked with a chat in it. */
export interface StandinRecordings {
  waiting: Recording;
  ready: Recording;
}

const ACCOUNT = '5491100000001';
const CUSTOMER = '5491100000002';
const DEADLINE_MS = 20_000;

/** Runs a session on a page of the stand-in, in a real browser, and records it by the way that `record` takes. */
export async function recordStandin(date: 'september' | 'april'): Promise<StandinRecordings> {
  await using stage = await Stage.open({ standin: { page: { date } } });
  await stage.start();
  // What the phone has already comes with the link, so the page holds a chat as soon as it is READY.
  await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
  await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
  const { qr } = await stage.nextQr('ventas');
  const record = () => stage.sessions.recording('ventas', AbortSignal.timeout(DEADLINE_MS));
  const waiting = await record();
  await stage.world.phone(ACCOUNT).scan(qr);
  await stage.until('ventas', 'READY');
  const ready = await whenItHolds(record, ({ page }) => page.counts.messages > 0);
  return { waiting: lasting(waiting), ready: lasting(ready) };
}

/** The page fills its chats beside what it tells, so it is asked until it has. */
async function whenItHolds(
  record: () => Promise<Recording>,
  isThere: (recording: Recording) => boolean,
): Promise<Recording> {
  const until = performance.now() + DEADLINE_MS;
  for (;;) {
    const recording = await record();
    if (isThere(recording)) return recording;
    if (performance.now() > until) throw new Error('the page did not come to hold the message');
    await setTimeout(100);
  }
}

/** What is the same whenever and wherever it is recorded: without times, counts, builds and the versions of this machine. */
function lasting({ page, session, versions, ...rest }: Recording): Recording {
  return {
    ...rest,
    day: '2026-01-01',
    versions: { leadmaster: '0.0.0', library: versions.library, browser: 'other', chromium: null },
    session: { state: session.state, path: [] },
    features: {},
    page: {
      ...page,
      modulesLoaded: null,
      builds: { debug: null, updater: null },
      counts: { chats: 0, messages: 0, chatsByServer: {} },
    },
  };
}
