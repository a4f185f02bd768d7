import type { FindingsPart } from '../types.ts';

/** The data folder, its place and rights, what runs on it, and the room that it has. */
export const installation = {
  data_folder_missing: {
    what: 'there is no data folder {path} yet',
    fix: 'The first start creates it: npm start. If sessions should be there, set LEADMASTER_DATA_DIR to where they are.',
  },
  place_changed: {
    what: 'the data folder is a copy, is on another disk, or was restored from a backup: sessions wait ({sessions}). It was {before}, seen there since {since}',
    fix: 'A login that runs in two places is taken from both. Once the previous place never runs them again, with the service here up or down: ./leadmaster place accept --origin-retired (or with their names).',
  },
  place_unknown: {
    what: 'the file system of {path} does not tell a copy from the folder itself: a copy of it would start every login',
    fix: 'Keep the data folder on a local file system (ext4, XFS, Btrfs, ZFS). Until then never start a copy of it while the folder itself may run.',
  },
  profile_put_back: {
    what: 'the profile of {session} is not the one that ran here last: it was restored from a backup, or replaced by another. The session waits, or will at its next start',
    fix: 'The vault may have a newer login: ./leadmaster snapshot list {session}. Once no other place runs it: ./leadmaster place accept {session} --origin-retired.',
  },
  machine_changed: {
    what: 'the machine has another firmware UUID ({now}) than the one that the data folder was last accepted on ({before}): a virtual machine may have been cloned',
    fix: 'If the previous machine still runs, stop the service on one of them. If it never will again: ./leadmaster place accept --origin-retired.',
  },
  older_than_vault: {
    what: '{session} waits: its login was last used {used}, and the vault has a newer one of {taken}',
    fix: 'To continue with the newer one: ./leadmaster snapshot restore {session} {snapshot} --start. To start the older one anyway: ./leadmaster session start {session} --older-login.',
  },
  vault_not_compared: {
    what: 'at the start of {at} it was not checked whether the vault has newer logins than this folder: {detail}',
    fix: 'Sessions were started anyway. If this data folder was restored from a backup, compare it with ./leadmaster snapshot list; the next start checks again.',
  },
  database_unreadable: { what: 'the database cannot be read: {detail}', fix: '{hint}' },
  database_older: {
    what: 'the database was written by an older LeadMaster: what rests on it is not judged yet',
    fix: 'The next start of the service brings it up to date. After an update of the code, restart a service that still runs.',
  },
  modes_open: { what: '{path} is open to other users (mode {mode})', fix: 'chmod {right} on it, or doctor --fix.' },
  modes_inside: {
    what: 'in the profile of {session}, {count} entries are open to more users than their owner, first {first} (mode {mode})',
    fix: 'The next start of the session fixes it; with the service down, doctor --fix does.',
  },
  owner_foreign: {
    what: '{count} entries belong to another user than uid {owner}, first {first} (uid {uid})',
    fix: 'As root: chown -R {owner} on {path}.',
  },
  runs_as_root: {
    what: "the sessions run as root, so Chromium's sandbox is off",
    fix: 'Make a user for it and give it the data folder: useradd --system --create-home leadmaster; chown -R leadmaster: {path}; then run the service as that user (packaging/ has a systemd unit).',
  },
  stray_browser: {
    what: 'a browser that LeadMaster did not start runs on the profile of {session}: pid {pid} ({comm})',
    fix: 'One login must not run twice. Find its owner (ps -fp {pid}) and close it there; LeadMaster ends only processes that it started.',
  },
  stray_files: {
    what: 'pid {pid} ({comm}) has a file of a login open: {file}',
    fix: 'See what it is: ps -fp {pid}. A backup tool copies a running profile half-written; ./leadmaster snapshot does not.',
  },
  orphan_browser: {
    what: 'the browser of {session} (pid {pid}) has outlived its service',
    fix: 'Nothing to do: the next start of the service ends it first.',
  },
  singleton_stale: {
    what: "Chromium's lock in the profile of {session} belongs to a process that has ended ({target})",
    fix: 'The next start of the session clears it; with the service down, doctor --fix does.',
  },
  singleton_foreign: {
    what: "Chromium's lock in the profile of {session} belongs to another machine, {host}",
    fix: 'Make sure that no browser runs on this profile there. Then the next start clears it.',
  },
  lock_stale: {
    what: 'the process that held this lock has ended (pid {pid}, since {since})',
    fix: 'It does no harm: the lock is free. With the service down, doctor --fix clears it.',
  },
  disk_full: {
    what: 'only {free} MB are free on the disk of {path}; below {min} MB no browser is started',
    fix: 'Free some space. "./leadmaster storage" shows the size of each session.',
  },
  vault_disk_full: {
    what: 'only {free} MB are free on the disk of the vault {path}: snapshots may not fit',
    fix: 'Free some space there, or keep fewer snapshots (SNAPSHOT_KEEP) and prune: ./leadmaster snapshot prune.',
  },
  disk_low: {
    what: 'the disk of {path} is nearly full: {free} MB are free',
    fix: 'Free some space in time. "./leadmaster storage" shows the size of each session.',
  },
  foreign_files: {
    what: '{folder} holds {count} entries that LeadMaster did not create, first {names}',
    fix: 'They do no harm and are never deleted. Move them elsewhere, and keep sync programs and desktops out of that folder.',
  },
  git_not_ignored: {
    what: 'the data folder {path} is inside a git repository that does not ignore: {names}',
    fix: 'Add to its .gitignore: {lines}; or doctor --fix, if the folder holds nothing else.',
  },
  git_exports: {
    what: 'exported sessions, keys or QR pictures are in the git repository {path}, which does not ignore them: {names}',
    fix: 'Move them to another folder, or add to its .gitignore: {lines}.',
  },
  git_tracked: {
    what: '{count} files of {path} are in a git repository, first {first}',
    fix: 'Remove them from it (git rm -r --cached), unlink the accounts whose logins were pushed anywhere, and change the keys.',
  },
  git_unknown: {
    what: '{path} is inside a git repository, and git does not say what it ignores: {detail}',
    fix: 'Install git, or ask as the owner of the repository: git check-ignore tokens.',
  },
  check_failed: { what: 'the check "{topic}" failed: {detail}', fix: '{hint}' },
} satisfies FindingsPart;
