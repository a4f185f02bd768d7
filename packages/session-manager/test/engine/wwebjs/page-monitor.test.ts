import type { Page } from 'puppeteer-core';
import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../src/engine/engine.ts';
import { PageMonitor } from '../../../src/engine/wwebjs/page-monitor.ts';

const SETTINGS = {
  startingMs: 1,
  probeMs: 1,
  lookDeadlineMs: 1_000,
  downGraceMs: 0,
  forgottenAfterMs: 1_000,
  qrRounds: 3,
  linkingMs: 5,
};

/** The first thing that a monitor tells of a page that is always in this state. */
function firstWordOf(state: string, begin: (monitor: PageMonitor) => void): Promise<EngineEvent> {
  return new Promise((resolve) => {
    const snapshot = { state, synced: false, injected: false, hooked: false };
    const page = { evaluate: async () => snapshot } as unknown as Page;
    const monitor = new PageMonitor(
      page,
      (event) => {
        monitor.stop();
        resolve(event);
      },
      SETTINGS,
    );
    begin(monitor);
    void monitor.watch();
  });
}

it('tells of a page that cannot go on, also when its QR came and went between two looks', async () => {
  const word = await firstWordOf('OPENING', (monitor) => monitor.setQrOffered());
  expect(word).toMatchObject({ type: 'lost', reason: 'page_failed' });
});
