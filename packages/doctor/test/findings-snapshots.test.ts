import { chmod, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { newMasterKeyText } from '@leadmaster/vault';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../session-manager/src/profile/file-profile-store.ts';
import { CLOCK_FACT } from '../../session-manager/src/steady-clock.ts';
import { A_SNAPSHOT } from '../../session-manager/test/event-samples.ts';
import { daysAgo, plantedAndFound } from './planted.ts';
import { NAME, SampleInstallation } from './sample-installation.ts';

describe('the vault, its key and its snapshots', () => {
  plantedAndFound([
    [
      'a vault that is not mounted',
      (i) => rm(join(i.paths.root, '../elsewhere'), { recursive: true }),
      [['vault_missing', 'problem']],
    ],
    [
      'a vault that does not answer',
      (i) => {
        i.machine.tryVault = async () => {
          throw new LeadMasterError('store_unreachable', 'the network is down', 'Look at it.');
        };
      },
      [['vault_unreachable', 'problem']],
    ],
    ['a lost key', (i) => rm(i.config.vault.keyFile), [['vault_key_missing', 'problem']]],
    ['a key that is none', (i) => writeFile(i.config.vault.keyFile, 'no key\n'), [['vault_key_unusable', 'problem']]],
    [
      'the key of another vault',
      (i) => writeFile(i.config.vault.keyFile, newMasterKeyText()),
      [
        ['vault_key_unusable', 'problem'],
        ['vault_key_not_copied', 'warning'],
      ],
    ],
    ['an open key', (i) => chmod(i.config.vault.keyFile, 0o640), [['vault_key_open', 'problem']]],
    ['a key that was never copied', (i) => rm(i.paths.keyCopied), [['vault_key_not_copied', 'warning']]],
    [
      'a vault on the disk of the profiles',
      (i) => {
        i.machine.device = () => 1;
      },
      [['vault_same_disk', 'warning']],
    ],
    [
      'a login with no snapshot but those of the link that its session had before, and why the last of those failed',
      async (i) => {
        i.change((store) => {
          store.snapshots.failed(NAME, { code: 'store_full', detail: 'no room', reason: 'stopped', hint: '' });
          store.snapshots.verified(NAME, { id: '1-00000001', at: daysAgo(3), ok: true, drill: false });
          store.sessions.nextLink(NAME);
        });
        await createProfileStore({ dataDir: i.paths.root }).updateRecord(NAME, { committedAt: daysAgo(1) });
      },
      [['snapshot_none', 'problem']],
    ],
    [
      'a login without a snapshot',
      async (i) => {
        i.change((store) => store.snapshots.forgotten(NAME, ['1-00000001']));
        await createProfileStore({ dataDir: i.paths.root }).updateRecord(NAME, { committedAt: daysAgo(1) });
      },
      [['snapshot_none', 'problem']],
    ],
    [
      'snapshots that are old and unproven',
      (i) =>
        i.change((store) => {
          store.snapshots.forgotten(NAME, ['1-00000001']);
          store.snapshots.created(NAME, { id: '1-00000001', at: daysAgo(9), data: A_SNAPSHOT });
        }),
      [
        ['snapshot_old', 'warning'],
        ['snapshot_unverified', 'warning'],
      ],
    ],
    [
      'snapshots from a clock that was ahead',
      (i) =>
        i.change((store) => {
          store.snapshots.created(NAME, { id: '2-00000001', at: daysAgo(-400), data: A_SNAPSHOT });
          store.snapshots.created(NAME, { id: '3-00000001', at: new Date().toISOString(), data: A_SNAPSHOT });
        }),
      [['snapshot_misdated', 'warning']],
    ],
    [
      'a newest snapshot that is dated in the future',
      (i) =>
        i.change((store) => store.snapshots.created(NAME, { id: '2-00000001', at: daysAgo(-400), data: A_SNAPSHOT })),
      [['snapshot_misdated', 'warning']],
    ],
    [
      'a clock that jumped',
      (i) =>
        i.change((store) => {
          const now = Date.now();
          const state = { believed: now, wall: now + 400 * 86_400_000, steadyMs: 0 };
          store.facts.set(CLOCK_FACT, JSON.stringify(state));
        }),
      [['clock_jumped', 'warning']],
    ],
    [
      'a snapshot that could not be taken',
      (i) =>
        i.change((store) =>
          store.snapshots.failed(NAME, { code: 'store_full', detail: 'full', reason: 'schedule', hint: '' }),
        ),
      [['snapshot_failed', 'problem']],
    ],
    [
      'a drill that failed',
      (i) =>
        i.change((store) => {
          const at = new Date().toISOString();
          const failed = [{ name: 'boot', ok: false, detail: 'it does not open' }];
          store.snapshots.verified(NAME, { id: '1-00000001', at, ok: false, drill: true, failed });
          // That its bytes can be read says nothing of what a browser made of them.
          store.snapshots.verified(NAME, { id: '1-00000001', at, ok: true, drill: false });
          store.snapshots.verified(NAME, { id: '1-00000001', at, ok: false, drill: false });
        }),
      [
        ['drill_failed', 'problem'],
        ['snapshot_damaged', 'problem'],
      ],
    ],
    [
      'an older snapshot that was found damaged',
      (i) =>
        i.change((store) => {
          const at = new Date().toISOString();
          store.snapshots.verified(NAME, { id: '1-00000001', at, ok: false, drill: false });
          store.snapshots.created(NAME, { id: '2-00000001', at, data: A_SNAPSHOT });
        }),
      [['snapshot_older_damaged', 'problem']],
    ],
  ]);
});

test('a schedule of weeks asks for no snapshot of yesterday', async () => {
  const installation = await SampleInstallation.healthy({ SNAPSHOT_SCHEDULE: '0 2 1 * *' });
  installation.change((store) => {
    store.snapshots.forgotten(NAME, ['1-00000001']);
    const at = daysAgo(25);
    store.snapshots.created(NAME, { id: '1-00000001', at, data: A_SNAPSHOT });
    store.snapshots.verified(NAME, { id: '1-00000001', at, ok: true, drill: true });
  });
  expect(await installation.found()).toEqual([]);
});

test('a copy of another key, or on the same disk, is no copy', async () => {
  const installation = await SampleInstallation.healthy();
  const { keyFile } = installation.config.vault;
  const { noteKeyCopy } = await import('../src/key-copy.ts');
  const copy = join(installation.paths.root, '../copy.key');
  await copyFile(keyFile, copy);
  await expect(noteKeyCopy(installation.config, copy)).rejects.toThrow(/same disk/);
  await writeFile(copy, newMasterKeyText());
  await expect(noteKeyCopy(installation.config, copy)).rejects.toThrow(/another key/);
  await expect(noteKeyCopy(installation.config, `${copy}.none`)).rejects.toThrow(/cannot be read/);
  await rm(installation.paths.keyCopied);
  expect(await installation.found()).toMatchObject([{ id: 'vault_key_not_copied' }]);
});
