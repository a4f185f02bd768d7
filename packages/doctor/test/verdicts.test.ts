import { chmod, chown } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Check } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { A_SNAPSHOT } from '../../session-manager/test/event-samples.ts';
import { NAME, SampleInstallation } from './sample-installation.ts';

const DAY_MS = 86_400_000;
const day = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
const ids = async (installation: SampleInstallation) => (await installation.found()).map(({ id }) => id);

describe('the verdict on a snapshot', () => {
  async function drilled(name: string): Promise<SampleInstallation> {
    const installation = await SampleInstallation.healthy();
    const failed = [{ name, ok: false, detail: 'x' }];
    verified(installation, false, { drill: true, failed });
    expect(await ids(installation)).toEqual(['drill_failed', 'snapshot_damaged']);
    return installation;
  }

  function verified(installation: SampleInstallation, ok: boolean, data: { drill: boolean; failed?: Check[] }): void {
    installation.change((store) => store.snapshots.verified(NAME, { id: '1-00000001', at: day(0), ok, ...data }));
  }

  test('of a drill that met damaged bytes is cleared by a later verification that read them all', async () => {
    const installation = await drilled('bytes');
    verified(installation, true, { drill: false });
    expect(await ids(installation)).toEqual([]);
  });

  test('of a drill that did not boot is cleared by a later drill alone', async () => {
    const installation = await drilled('boot');
    verified(installation, true, { drill: false });
    expect(await ids(installation)).toEqual(['drill_failed']);
    verified(installation, true, { drill: true });
    expect(await ids(installation)).toEqual([]);
  });

  test('is gone once the snapshot is deleted from the history', async () => {
    const installation = await drilled('boot');
    installation.change((store) => {
      store.snapshots.created(NAME, { id: '2-00000001', at: day(0), data: A_SNAPSHOT });
      store.snapshots.forgotten(NAME, ['1-00000001']);
    });
    expect(await ids(installation)).toEqual([]);
  });
});

describe('snapshots with wrong dates', () => {
  test.each([
    ['one from a clock that was ahead, before the newest', [-3, -2, 400, -1], '3-'],
    ['several of them, more than were taken since', [-3, 400, 401, 402, -1], '2-'],
    ['one that lies back', [-3, -9, -2, -1], '2-'],
    ['one back and one ahead', [-3, -9, -2, 400, -1], '2-'],
  ])('%s: the first that is named is a wrong one, and no right one counts', async (_, dates, first) => {
    const installation = await SampleInstallation.healthy();
    installation.change((store) => {
      store.snapshots.forgotten(NAME, ['1-00000001']);
      for (const [at, days] of dates.entries())
        store.snapshots.created(NAME, { id: `${at + 1}-0000000a`, at: day(days), data: A_SNAPSHOT });
    });
    const wrong = dates.filter((days) => days > 0 || days === -9).length;
    const [finding] = (await installation.found()).filter(({ id }) => id === 'snapshot_misdated');
    expect(finding?.what).toContain(`${wrong} snapshots`);
    expect(finding?.what).toMatch(new RegExp(`first ${first}`));
  });
});

test.skipIf(process.getuid?.() !== 0)(
  'a user to whom the data folder is closed is told which user may look',
  async () => {
    const installation = await SampleInstallation.healthy();
    const { root } = installation.paths;
    await chmod(dirname(root), 0o755);
    await chown(root, 12_345, 12_345);
    process.seteuid?.(65_534);
    try {
      await expect(installation.examine()).rejects.toMatchObject({
        ...{ code: 'forbidden', message: expect.stringContaining(root) },
        hint: expect.stringContaining("sudo -u '#12345' ./leadmaster"),
      });
    } finally {
      process.seteuid?.(0);
    }
  },
);
