import { expect, test } from 'vitest';
import { createStateStore } from '../../session-manager/src/state/sqlite-state-store.ts';
import { aQr, received } from '../../session-manager/test/event-samples.ts';
import { DAYS, HOURS, plantedAndFound } from './planted.ts';
import { SampleInstallation } from './sample-installation.ts';

/** An event is written, and hubs confirm, so long ago. */
function ago(i: SampleInstallation, ms: number, confirmed: Readonly<Record<string, number>>): void {
  const store = createStateStore({ file: i.paths.database, now: () => new Date(Date.now() - ms) });
  store.events.append(aQr('ventas'));
  for (const [hub, upTo] of Object.entries(confirmed)) store.hubs.confirm(hub, upTo);
  store.close();
}

const SWEEP = { events: 1, eventDays: 365, transitions: 10, keepBytes: 0 };

plantedAndFound([
  ['a hub that has confirmed everything', (i) => ago(i, HOURS * 2, { norte: 2 }), []],
  ['a hub that has not confirmed the last events yet', (i) => ago(i, HOURS / 2, { norte: 1 }), []],
  ['a hub that is two hours behind', (i) => ago(i, 2 * HOURS, { norte: 1, sur: 2 }), [['hub_late', 'note']]],
  ['a hub that was not seen for two days', (i) => ago(i, 2 * DAYS, { norte: 2 }), [['hub_unseen', 'warning']]],
  [
    'a hub that holds back more than half of the limit',
    (i) =>
      i.change((store) => {
        store.hubs.confirm('norte', 0);
        store.hubs.confirm('sur', 1_000);
        const text = 'x'.repeat(2 ** 20);
        for (let n = 0; n < 129; n++) store.events.append({ session: 'ventas', ...received({ text }) });
      }),
    [['hub_holds_much', 'warning']],
  ],
  [
    'a hub whose events had to go',
    (i) =>
      i.change((store) => {
        store.hubs.confirm('norte', 0);
        store.events.append(aQr('ventas'));
        store.sweep(SWEEP);
      }),
    [['hub_missed', 'warning']],
  ],
  [
    'a hub that was forgotten, and one that has come back',
    (i) => {
      ago(i, 8 * DAYS, { norte: 0, sur: 0 });
      i.change((store) => {
        store.sweep({ ...SWEEP, events: 100 });
        store.hubs.confirm('sur', store.events.lastId());
      });
    },
    [['hub_forgotten', 'note']],
  ],
]);

test('how far behind it is: in events, and since when', async () => {
  const installation = await SampleInstallation.healthy();
  ago(installation, 3 * HOURS, { norte: 1 });
  const [finding] = await installation.found();
  expect(finding?.what).toMatch(/hub norte has not confirmed 1 events, the oldest from 20\d\d-/);
});
