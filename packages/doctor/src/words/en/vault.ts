import type { FindingsPart } from '../types.ts';

/** The vault, its key, and the snapshots in it. */
export const vault = {
  vault_missing: {
    what: 'the vault at {url} is gone: snapshots were kept there',
    fix: 'Mount its disk, or set VAULT_URL to where it is now.',
  },
  vault_unreachable: { what: 'the vault at {url} cannot be read: {detail}', fix: '{hint}' },
  vault_elsewhere: {
    what: 'snapshots are off: the vault that the key {path} belongs to ({vaults}) is not at {url}',
    fix: 'Mount its disk, or set VAULT_URL to where it is. To begin a new, empty vault with this key: ./leadmaster vault create --new.',
  },
  vault_changed: {
    what: 'snapshots are off: {detail}',
    fix: 'Mount the right disk, or correct VAULT_URL. To use this vault from now on: ./leadmaster vault accept.',
  },
  vault_object: {
    what: 'in the vault ({url}): {detail}',
    fix: 'Look at {object} there: move foreign files out of the vault, and bring removed ones back from a copy of the vault.',
  },
  vault_session_damaged: {
    what: 'the snapshots of {session} in the vault are not whole, {count} in all, first: {detail}',
    fix: 'See ./leadmaster snapshot list {session}. Bring the object back from a copy of the vault; while the login is here, take a new snapshot: ./leadmaster snapshot create {session}.',
  },
  vault_session_unreadable: {
    what: 'no snapshot of {session} can be read in the vault: {detail}',
    fix: 'Until that is fixed, no snapshot of it can be taken or restored. {hint}',
  },
  vault_rolled_back: {
    what: 'the vault is older than it was for {session}, and no snapshot of it is taken: {detail}',
    fix: 'Mount the right disk, or bring the newer snapshots back from a copy of the vault. If an older copy was put back on purpose: ./leadmaster vault accept {session}; then take a new snapshot: ./leadmaster snapshot create {session}.',
  },
  second_writer: {
    what: 'the history of {session} has two writers. {detail}',
    fix: 'See ./leadmaster snapshot list {session}. Until this is settled, a restore only uses snapshots of its own account.',
  },
  vault_key_missing: {
    what: 'the key {path} of the vault at {url} is gone: no snapshot can be read',
    fix: 'Put back the copy that was kept elsewhere, or set VAULT_KEY_FILE to where it is.',
  },
  vault_key_unusable: {
    what: 'the key does not open the vault at {url}: {detail}',
    fix: 'Put back the key that belongs to this vault, or set VAULT_KEY_FILE to it.',
  },
  vault_key_open: {
    what: 'other users can read the key {path} (mode {mode})',
    fix: 'chmod 600 on it, or doctor --fix.',
  },
  vault_key_not_copied: {
    what: 'you have not confirmed a backup of the vault key {path}; without it no snapshot can be read',
    fix: 'Copy it to another disk or machine, then: ./leadmaster doctor --key-copied COPY (without COPY if it cannot be read from here).',
  },
  vault_same_disk: {
    what: 'the vault {path} is on the same disk as the profiles {tokens}, and is lost with it',
    fix: 'Set VAULT_URL to another disk, or to S3.',
  },
  snapshot_none: { what: '{session} has no snapshot', fix: 'Take one: ./leadmaster snapshot create {session}.' },
  snapshot_old: {
    what: 'the newest snapshot of {session} is from {at}',
    fix: 'See why none was taken since (./leadmaster events {session}), and take one: ./leadmaster snapshot create {session}.',
  },
  snapshot_unverified: {
    what: 'no snapshot of {session} was verified lately, the newest is from {at}',
    fix: 'Verify it: ./leadmaster snapshot verify {session} latest --drill.',
  },
  snapshot_damaged: {
    what: 'the newest snapshot of {session} ({snapshot}) is damaged',
    fix: 'Take another: ./leadmaster snapshot create {session}; and check the disk of the vault.',
  },
  snapshot_older_damaged: {
    what: 'of the older snapshots of {session}, {count} were found damaged when last verified: {snapshots}',
    fix: 'Verify again: ./leadmaster snapshot verify {session} {snapshot}. If it is still damaged, bring the object back from a copy of the vault, or delete it: ./leadmaster snapshot delete {session} {snapshot}.',
  },
  snapshot_misdated: {
    what: '{count} snapshots of {session} have dates that contradict the order in which they were taken, first {snapshot} of {at} (now it is {now})',
    fix: 'Compare the clock of this machine with the real time, and of others that write to this vault. Retention and "latest" use the order, so nothing newer is lost.',
  },
  clock_jumped: {
    what: 'the clock of this machine has jumped to {clock}; for deletions {believed} counts as now',
    fix: 'Correct the clock. If it is right (the machine was off for long), do nothing: it counts after a week without a jump.',
  },
  snapshot_failed: {
    what: 'the last snapshot of {session} could not be taken, {at}: {detail}',
    fix: 'Fix that, then: ./leadmaster snapshot create {session}.',
  },
  drill_failed: {
    what: 'the last drill of {session} failed, {at}, with snapshot {snapshot}',
    fix: 'See why: ./leadmaster snapshot verify {session} {snapshot} --drill; then take another: ./leadmaster snapshot create {session}.',
  },
} satisfies FindingsPart;
