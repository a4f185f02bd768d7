import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { onTestFinished } from 'vitest';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';

/** A folder of its own for one test, gone afterwards. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'leadmaster-state-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A store on a real file, with a clock that the test moves by hand. */
export function openStore(file = join(scratch(), 'session-manager.db')): {
  store: StateStore;
  file: string;
  clock: { now: Date };
  failures: string[];
} {
  const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
  const failures: string[] = [];
  const log = { error: (facts: unknown) => void failures.push(JSON.stringify(facts)) };
  const store = createStateStore({ file, now: () => clock.now, log: log as never });
  onTestFinished(() => store.close());
  return { store, file, clock, failures };
}

/** The product error that a call throws. */
export function refusal(call: () => unknown): LeadMasterError {
  try {
    call();
  } catch (error) {
    if (error instanceof LeadMasterError) return error;
    throw error;
  }
  throw new Error('it did not throw');
}
