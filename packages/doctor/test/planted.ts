import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { SessionState } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import type { StateStore } from '../../session-manager/src/state/state-store.ts';
import { A_CHANGE } from '../../session-manager/test/event-samples.ts';
import { bystander } from './bystander.ts';
import { NAME, SampleInstallation } from './sample-installation.ts';

export const HOURS = 3_600_000;
export const DAYS = 24 * HOURS;
export const daysAgo = (days: number): string => new Date(Date.now() - days * DAYS).toISOString();

/** A process that looks like a browser on a profile, by its command line; ended after the test. */
export const pretend = (profileDir: string) => bystander('', [`--user-data-dir=${profileDir}`]);

export function accountOf(phone: string) {
  return { id: `${phone}@c.us`, phone, name: '' };
}

export function stands(store: StateStore, to: SessionState, reason: string): void {
  store.transitions.record(NAME, { from: 'STOPPED', to, reason, data: A_CHANGE });
}

/** What the dead leave beside a lock. */
export function deadOwner(lockFile: string): void {
  const owner = { pid: 2 ** 22 - 1, host: hostname(), since: daysAgo(1), about: {} };
  writeFileSync(lockFile, '', { mode: 0o600 });
  writeFileSync(`${lockFile}.owner.json`, JSON.stringify(owner), { mode: 0o600 });
}

/** What is planted in a healthy installation, how, and what the doctor finds of it. */
export type Planted = [
  what: string,
  plant: (i: SampleInstallation) => unknown,
  found: [id: string, severity: string][],
];

/** A test for each: exactly that is found, in words that say all that there is to say. */
export function plantedAndFound(rows: readonly Planted[]): void {
  test.each(rows)('%s', async (_what, plant, expected) => {
    const installation = await SampleInstallation.healthy();
    await plant(installation);
    const found = await installation.found();
    expect(found.map(({ id, severity }) => [id, severity])).toEqual(expected);
    for (const { what, where, fix } of found) {
      expect(what + fix).not.toMatch(/\{\w+\}/);
      expect([what, where, fix].every((text) => text !== '')).toBe(true);
    }
    const isProblem = expected.some(([, severity]) => severity === 'problem');
    expect((await installation.examine()).ok).toBe(!isProblem);
  });
}
