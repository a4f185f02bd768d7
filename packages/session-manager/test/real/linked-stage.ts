import { afterEach, beforeEach } from 'vitest';
import { Stage } from './harness.ts';

/** Before each test of a suite: a manager of its own whose session `ventas` is linked to that account. */
export function linkBeforeEach(account: string, take: (stage: Stage) => void): void {
  let stage: Stage | null = null;

  beforeEach(async () => {
    stage = await Stage.open();
    take(stage);
    await stage.start();
    await stage.link('ventas', account);
  });

  afterEach(async () => {
    await stage?.[Symbol.asyncDispose]();
  });
}
