import type { DoctorWords } from './types.ts';

export const en: DoctorWords = {
  severity: { ok: 'ok', note: 'note', warning: 'warning', problem: 'problem' },
  fixed: 'fixed',
  notFixed: 'not fixed',
  found: {
    problem: { one: '1 problem', many: '{count} problems' },
    warning: { one: '1 warning', many: '{count} warnings' },
    note: { one: '1 note', many: '{count} notes' },
  },
  problems: { what: 'There are problems.', cure: 'Each has a suggested fix.' },
  ok: {
    data_folder: 'the data folder is there',
    place: 'the data folder is where it was, and no login waits because of that',
    database: 'the database can be read',
    permissions: 'only the owner has access',
    owners: 'everything belongs to one user',
    user: 'not run as root',
    browsers: 'only browsers that LeadMaster started run on profiles',
    locks: 'no lock of an ended process is left',
    profiles: 'every session has its profile, every profile has its session, every login is whole',
    moved: 'no session that moved away is still in place',
    transfers: 'no transfer to or from here is stuck',
    hubs: 'every hub that reads the log of events here keeps up',
    sessions: 'no session fails to run or waits for a QR scan',
    people: 'WhatsApp asks nothing of the operator, and restricts no account',
    pages: 'the last probes of WhatsApp Web found no broken feature',
    builds: 'sessions run the chosen builds of WhatsApp Web',
    code: 'no code or settings name another folder for sessions',
    chromium: 'the browser is no older than any profile',
    whatsapp: 'WhatsApp Web can be reached, by the route that the browsers use',
    vault: 'the vault can be reached, or is created at the first start',
    vault_key: 'the key of the vault is private and has a backup, or is created at the first start',
    vault_disk: 'the vault does not share a disk with the profiles',
    snapshots: 'every login has a recent snapshot',
    disk: 'the disk has room',
    foreign: 'the folders of LeadMaster hold no foreign files',
    git: 'no login or key can reach a git repository',
  },
  findings: {
    data_folder_missing: {
      what: 'there is no data folder {path} yet',
      cure: 'The first start creates it: npm start. If sessions should be there, set LEADMASTER_DATA_DIR to where they are.',
    },
    place_changed: {
      what: 'the data folder is a copy, is on another disk, or was restored from a backup: sessions wait ({sessions}). It was {before}, seen there since {since}',
      cure: 'A login that runs in two places is taken from both. With the service up, once the previous place never runs them again: ./leadmaster place accept --origin-retired (or with their names).',
    },
    place_unknown: {
      what: 'the file system of {path} does not tell a copy from the folder itself: a copy of it would start every login',
      cure: 'Keep the data folder on a local file system (ext4, XFS, Btrfs, ZFS). Until then never start a copy of it while the folder itself may run.',
    },
    profile_put_back: {
      what: 'the profile of {session} is not the one that ran here last: it was restored from a backup, or replaced by another. The session waits, or will at its next start',
      cure: 'The vault may have a newer login: ./leadmaster snapshot list {session}. Once no other place runs it: ./leadmaster place accept {session} --origin-retired.',
    },
    machine_changed: {
      what: 'the machine has another firmware UUID ({now}) than the one that the data folder was last accepted on ({before}): a virtual machine may have been cloned',
      cure: 'If the previous machine still runs, stop the service on one of them. If it never will again: ./leadmaster place accept --origin-retired.',
    },
    older_than_vault: {
      what: '{session} waits: its login was last used {used}, and the vault has a newer one of {taken}',
      cure: 'To continue with the newer one: ./leadmaster snapshot restore {session} {snapshot} --start. To start the older one anyway: ./leadmaster session start {session} --older-login.',
    },
    vault_not_compared: {
      what: 'at the start of {at} it was not checked whether the vault has newer logins than this folder: {detail}',
      cure: 'Sessions were started anyway. If this data folder was restored from a backup, compare it with ./leadmaster snapshot list; the next start checks again.',
    },
    database_unreadable: { what: 'the database cannot be read: {detail}', cure: '{hint}' },
    modes_open: { what: '{path} is open to other users (mode {mode})', cure: 'chmod {right} on it, or doctor --fix.' },
    modes_inside: {
      what: 'in the profile of {session}, {count} entries are open to more users than their owner, first {first} (mode {mode})',
      cure: 'The next start of the session fixes it; with the service down, doctor --fix does.',
    },
    owner_foreign: {
      what: '{count} entries belong to another user than uid {owner}, first {first} (uid {uid})',
      cure: 'As root: chown -R {owner} on {path}.',
    },
    runs_as_root: {
      what: "the sessions run as root, so Chromium's sandbox is off",
      cure: 'Make a user for it and give it the data folder: useradd --system --create-home leadmaster; chown -R leadmaster: {path}; then run the service as that user (packaging/ has a systemd unit).',
    },
    stray_browser: {
      what: 'a browser that LeadMaster did not start runs on the profile of {session}: pid {pid} ({comm})',
      cure: 'One login must not run twice. Find its owner (ps -fp {pid}) and close it there; LeadMaster ends only processes that it started.',
    },
    stray_files: {
      what: 'pid {pid} ({comm}) has a file of a login open: {file}',
      cure: 'See what it is: ps -fp {pid}. A backup tool copies a running profile half-written; ./leadmaster snapshot does not.',
    },
    orphan_browser: {
      what: 'the browser of {session} (pid {pid}) has outlived its service',
      cure: 'Nothing to do: the next start of the service ends it first.',
    },
    singleton_stale: {
      what: "Chromium's lock in the profile of {session} belongs to a process that has ended ({target})",
      cure: 'The next start of the session clears it; with the service down, doctor --fix does.',
    },
    singleton_foreign: {
      what: "Chromium's lock in the profile of {session} belongs to another machine, {host}",
      cure: 'Make sure that no browser runs on this profile there. Then the next start clears it.',
    },
    lock_stale: {
      what: 'the process that held this lock has ended (pid {pid}, since {since})',
      cure: 'It does no harm: the lock is free. With the service down, doctor --fix clears it.',
    },
    profile_unclaimed: {
      what: 'tokens/{session} holds a profile that is not a session yet',
      cure: 'Make it a session: ./leadmaster adopt {path} --name {session}; or move it away.',
    },
    profile_missing: {
      what: '{session} is linked, and its profile is gone',
      cure: 'Mount its disk or put the folder back. Was it moved to another installation (adopted there)? Then the login continues there and must not run here too: ./leadmaster session delete {session}. Only if it runs nowhere else, bring it back: ./leadmaster snapshot list {session}, then ./leadmaster snapshot restore {session} ID.',
    },
    record_unreadable: {
      what: 'the record of {session} cannot be used: {detail}',
      cure: 'See ./leadmaster check {session}. The login beside it is untouched.',
    },
    login_damaged: {
      what: 'the login of {session} is damaged: {detail}',
      cure: 'Nothing was overwritten. Bring back the newest snapshot: ./leadmaster snapshot list {session}, then ./leadmaster snapshot restore {session} ID.',
    },
    folder_no_session: {
      what: '"{name}" is among the profiles, but its name is not valid for a session',
      cure: 'If it is a profile, rename it to one of a-z, 0-9, - and _ and adopt it; else move it away.',
    },
    folder_set_aside: {
      what: '"{name}" was set aside when its login moved into a session',
      cure: 'It must never run, and is not to be adopted. Once that session is READY, delete it.',
    },
    origin_not_retired: {
      what: '{session} is a copy of a login and does not start',
      cure: 'When the place it came from never runs it again: ./leadmaster session start {session} --origin-retired.',
    },
    moved_in_place: {
      what: '{session} was given away with generation {moved}, and a profile of generation {generation} is in place here',
      cure: 'Do not run it: its login lives on another machine. The next start of the service moves it to trash, or: ./leadmaster session delete {session}.',
    },
    arrival_left: {
      what: 'a transfer of {session} to here was begun, and nothing has arrived since {at}',
      cure: 'Repeat it on the source machine; otherwise the next start of the service deletes what has arrived.',
    },
    arrival_sealed: {
      what: 'all of {session} has arrived here, but the source has not handed it over since {at}: its name stays reserved',
      cure: 'On the source machine, repeat the transfer, or take it back with --undo. If that machine is gone for good, and never runs it again: POST {url}/commit takes it over here; DELETE {url} gives it up, and its name is free (docs/operations.md says how).',
    },
    arrival_unfinished: {
      what: '{session} was handed over to this machine, {at}, and is not in its place',
      cure: 'Restart the service: it finishes the transfer, or its log says what prevents it.',
    },
    departure_unfinished: {
      what: '{session} was handed over to {peer}, {at}, which has not confirmed it: it may run nowhere',
      cure: 'Finish the transfer: {command}; or take it back, with --undo. Until then all of it stays in the trash here.',
    },
    wrong_account: {
      what: '{session} waits for a decision: {account} is linked in it, and it belongs to {owner}',
      cure: 'Keep that account: ./leadmaster account {session} --accept. Remove its link: ./leadmaster account {session} --unlink.',
    },
    linked_twice: {
      what: 'one account, {account}, is linked in {sessions}: each of them reports every message',
      cure: 'Count its links on the phone. With one for each session: log one out, ./leadmaster session logout {last}. With fewer, one is a copy: delete that one, ./leadmaster session delete {last} (its profile goes to trash, and nothing is removed at WhatsApp).',
    },
    login_copied: {
      what: '{session} holds a login of {account} that {other} has too, or may have: two browsers on one login take it from each other',
      cure: 'Delete the one that you do not want: ./leadmaster session delete {session} (its profile goes to trash, and nothing is removed at WhatsApp). Do not unlink one or log it out: the other would lose its login.',
    },
    hub_late: {
      what: 'the hub {hub} has not confirmed {events} events, the oldest from {since}; it was last seen {seen}',
      cure: 'They are kept for it. If it does not catch up, look at that hub.',
    },
    hub_unseen: {
      what: 'the hub {hub} was last seen {seen} and has not confirmed {events} events; after {days} days without it is forgotten, and they are no longer kept for it',
      cure: 'Start that hub, or check the line between. If it is gone for good, nothing is to be done.',
    },
    hub_holds_much: {
      what: 'the hub {hub} has not confirmed {events} events, the oldest from {since}: {size} of at most {limit} MB',
      cure: 'Look at that hub: at the limit the oldest go, and it is told which. If it has to catch up over longer times, raise EVENTS_KEEP_MB.',
    },
    hub_missed: {
      what: 'events up to {upTo} are gone that the hub {hub} has not confirmed: it has confirmed up to {confirmed}, and EVENTS_KEEP_MB was reached',
      cure: 'The hub is told in their place (events.gap). Look at why it did not read, and raise EVENTS_KEEP_MB if that may take as long again.',
    },
    hub_forgotten: {
      what: 'the hub {hub} was forgotten {at}: it was last seen {seen}',
      cure: 'If it comes back, it registers by itself and is told what it has missed. If it is gone for good, nothing is to be done.',
    },
    session_unwell: {
      what: '{session} does not run since {since}: {state}, {reason}',
      cure: './leadmaster sessions says what to do, ./leadmaster events {session} what happened.',
    },
    passkey_wanted: {
      what: 'needs you: WhatsApp wants a passkey before it links {session}',
      cure: 'Link it in a visible browser on your own computer (LOGIN_MODE=local), then move it here with transfer or export; docs/passkeys.md has the steps. ./leadmaster qr {session} tries again: WhatsApp asks some accounts for some days only.',
    },
    login_erased: {
      what: 'needs you: the page of WhatsApp Web erased the login of {session}',
      cure: 'Bring it back from an earlier copy: {command}. Otherwise link it again: ./leadmaster session logout {session}, then ./leadmaster qr {session}.',
    },
    account_locked: {
      what: 'needs you: WhatsApp has locked the account of {session}',
      cure: 'Unlock it on the phone, then bring its login back from an earlier copy: {command}. Otherwise link it again: ./leadmaster session logout {session}, then ./leadmaster qr {session}.',
    },
    attention_wanted: {
      what: 'needs you: WhatsApp wants to see that a person uses the account of {session}, and may log it out',
      cure: 'Open WhatsApp on its phone and confirm what it asks there.',
    },
    new_chats_limited: {
      what: 'WhatsApp lets the account of {session} open no new chats ({limit}, until {until})',
      cure: 'Existing chats still work. Send less to people who have not written first, and wait.',
    },
    chats_unread: {
      what: '{session} could not read what it missed in {count} chats: {why}',
      cure: 'They are tried again at {retryAt} and after that, while it is READY; nothing is dropped. ./leadmaster check {session} names them.',
    },
    feature_broken: {
      what: '{session} cannot use {feature} on build {build} of WhatsApp Web: {detail}',
      cure: 'It is probed again every minute. ./leadmaster capabilities {session} shows all of it; --override {feature} uses it anyway.',
    },
    text_broken: {
      what: '{session} does not send on build {build} of WhatsApp Web, since {feature} is broken: {detail}',
      cure: 'It is probed again every minute. ./leadmaster capabilities {session} shows all of it. Update LeadMaster, or pin a build that works with WEB_VERSION.',
    },
    build_ends: {
      what: 'build {build} of WhatsApp Web, which sessions here are bound to, stops working about {until}: WhatsApp removes its files',
      cure: 'Choose a newer one before that: ./leadmaster builds shows those that are kept. WEB_VERSION=guarded does so by itself.',
    },
    build_escaped: {
      what: '{session} should open build {wanted} of WhatsApp Web but runs {running}',
      cure: 'The page left the chosen build by itself. ./leadmaster session restart {session} opens it again, if it can still open the profile.',
    },
    build_damaged: {
      what: 'the kept page of build {build} of WhatsApp Web, which sessions here are bound to, is damaged: {why}',
      cure: 'No browser opens it. Put the file back from a copy, choose another (./leadmaster builds), or set WEB_VERSION=live, which keeps it again when WhatsApp serves it.',
    },
    build_bad: {
      what: '{session} runs build {build} of WhatsApp Web, which failed here: {why}',
      cure: 'WEB_VERSION=guarded goes back to a good one if nothing is lost by that; ./leadmaster builds lists them.',
    },
    code_missing: {
      what: 'there is no code to search in {path}: {why}',
      cure: 'Give --code the folder that your code is in.',
    },
    code_folder_missing: {
      what: '{where} keeps sessions in {written}, and there is no such folder; on disk they are in {onDisk}',
      cure: 'Correct that path in the code, or remove it and let only LeadMaster run the sessions: ./leadmaster where NAME prints their folders.',
    },
    code_folder_empty: {
      what: '{where} keeps sessions in {written} ({folder}), and none is there',
      cure: 'If that program only calls the session manager, remove the path from its code; nothing is lost.',
    },
    code_folder_shared: {
      what: "{where} opens sessions in {written}, and those are LeadMaster's: {profiles}",
      cure: 'One login must not run twice: let that program call the session manager instead.',
    },
    code_folder_elsewhere: {
      what: '{where} keeps sessions in {written}, and LeadMaster does not know them: {profiles}',
      cure: 'Stop that program, then take them over: ./leadmaster adopt DIR --name NAME --move.',
    },
    code_folder_unreadable: {
      what: '{where} keeps sessions in {written}, and what is there cannot be read: {why}',
      cure: 'Run the doctor as root, or as the user of that program: the content is unknown.',
    },
    code_unreadable: {
      what: '{path} cannot be read: {why}; whether it names folders for sessions is not known',
      cure: 'Run the doctor as a user who may read it, or name a folder without it: doctor --code DIR.',
    },
    code_cut_short: {
      what: 'there is too much below {path} to search',
      cure: 'Name a smaller folder: doctor --code DIR.',
    },
    browser_missing: { what: 'there is no browser to run sessions in: {detail}', cure: '{hint}' },
    browser_older: {
      what: 'Chromium {written} has written the profile of {session}, and {installed} is installed: it would erase the login',
      cure: 'Install that version or a newer one, or set CHROME_PATH to one.',
    },
    whatsapp_unreachable: {
      what: 'WhatsApp Web cannot be reached from here ({way}: {detail}): no session can connect',
      cure: 'Check the network, DNS, firewalls, the proxy in CHROME_ARGS or the environment, and for TLS errors the clock. Sessions try again by themselves.',
    },
    vault_missing: {
      what: 'the vault at {url} is gone: snapshots were kept there',
      cure: 'Mount its disk, or set VAULT_URL to where it is now.',
    },
    vault_unreachable: { what: 'the vault at {url} cannot be read: {detail}', cure: '{hint}' },
    vault_elsewhere: {
      what: 'snapshots are off: the vault that the key {path} belongs to ({vaults}) is not at {url}',
      cure: 'Mount its disk, or set VAULT_URL to where it is. To begin a new, empty vault with this key: ./leadmaster vault create --new.',
    },
    vault_changed: {
      what: 'snapshots are off: {detail}',
      cure: 'Mount the right disk, or correct VAULT_URL. To use this vault from now on: ./leadmaster vault accept.',
    },
    vault_object: {
      what: 'in the vault ({url}): {detail}',
      cure: 'Look at {object} there: move foreign files out of the vault, and bring removed ones back from a copy of the vault.',
    },
    vault_session_damaged: {
      what: 'the snapshots of {session} in the vault are not whole, {count} in all, first: {detail}',
      cure: 'See ./leadmaster snapshot list {session}. Bring the object back from a copy of the vault; while the login is here, take a new snapshot: ./leadmaster snapshot create {session}.',
    },
    vault_session_unreadable: {
      what: 'no snapshot of {session} can be read in the vault: {detail}',
      cure: 'Until that is fixed, no snapshot of it can be taken or restored. {hint}',
    },
    vault_rolled_back: {
      what: 'the vault is older than it was for {session}, and no snapshot of it is taken: {detail}',
      cure: 'Mount the right disk, or bring the newer snapshots back from a copy of the vault. If an older copy was put back on purpose: ./leadmaster vault accept {session}; then take a new snapshot: ./leadmaster snapshot create {session}.',
    },
    second_writer: {
      what: 'the history of {session} has two writers. {detail}',
      cure: 'See ./leadmaster snapshot list {session}. Until this is settled, a restore only uses snapshots of its own account.',
    },
    vault_key_missing: {
      what: 'the key {path} of the vault at {url} is gone: no snapshot can be read',
      cure: 'Put back the copy that was kept elsewhere, or set VAULT_KEY_FILE to where it is.',
    },
    vault_key_unusable: {
      what: 'the key does not open the vault at {url}: {detail}',
      cure: 'Put back the key that belongs to this vault, or set VAULT_KEY_FILE to it.',
    },
    vault_key_open: {
      what: 'other users can read the key {path} (mode {mode})',
      cure: 'chmod 600 on it, or doctor --fix.',
    },
    vault_key_not_copied: {
      what: 'you have not confirmed a backup of the vault key {path}; without it no snapshot can be read',
      cure: 'Copy it to another disk or machine, then: ./leadmaster doctor --key-copied COPY (without COPY if it cannot be read from here).',
    },
    vault_same_disk: {
      what: 'the vault {path} is on the same disk as the profiles {tokens}, and is lost with it',
      cure: 'Set VAULT_URL to another disk, or to S3.',
    },
    snapshot_none: { what: '{session} has no snapshot', cure: 'Take one: ./leadmaster snapshot create {session}.' },
    snapshot_old: {
      what: 'the newest snapshot of {session} is from {at}',
      cure: 'See why none was taken since (./leadmaster events {session}), and take one: ./leadmaster snapshot create {session}.',
    },
    snapshot_unverified: {
      what: 'no snapshot of {session} was verified lately, the newest is from {at}',
      cure: 'Verify it: ./leadmaster snapshot verify {session} latest --drill.',
    },
    snapshot_damaged: {
      what: 'the newest snapshot of {session} ({snapshot}) is damaged',
      cure: 'Take another: ./leadmaster snapshot create {session}; and check the disk of the vault.',
    },
    snapshot_older_damaged: {
      what: 'of the older snapshots of {session}, {count} were found damaged when last verified: {snapshots}',
      cure: 'Verify again: ./leadmaster snapshot verify {session} {snapshot}. If it is still damaged, bring the object back from a copy of the vault, or delete it: ./leadmaster snapshot delete {session} {snapshot}.',
    },
    snapshot_misdated: {
      what: '{count} snapshots of {session} have dates that contradict the order in which they were taken, first {snapshot} of {at} (now it is {now})',
      cure: 'Compare the clock of this machine with the real time, and of others that write to this vault. Retention and "latest" use the order, so nothing newer is lost.',
    },
    clock_jumped: {
      what: 'the clock of this machine has jumped to {clock}; for deletions {believed} counts as now',
      cure: 'Correct the clock. If it is right (the machine was off for long), do nothing: it counts after a week without a jump.',
    },
    snapshot_failed: {
      what: 'the last snapshot of {session} could not be taken, {at}: {detail}',
      cure: 'Fix that, then: ./leadmaster snapshot create {session}.',
    },
    drill_failed: {
      what: 'the last drill of {session} failed, {at}, with snapshot {snapshot}',
      cure: 'See why: ./leadmaster snapshot verify {session} {snapshot} --drill; then take another: ./leadmaster snapshot create {session}.',
    },
    disk_full: {
      what: 'only {free} MB are free on the disk of {path}; below {min} MB no browser is started',
      cure: 'Free some space. "./leadmaster storage" shows the size of each session.',
    },
    vault_disk_full: {
      what: 'only {free} MB are free on the disk of the vault {path}: snapshots may not fit',
      cure: 'Free some space there, or keep fewer snapshots (SNAPSHOT_KEEP) and prune: ./leadmaster snapshot prune.',
    },
    disk_low: {
      what: 'the disk of {path} is nearly full: {free} MB are free',
      cure: 'Free some space in time. "./leadmaster storage" shows the size of each session.',
    },
    foreign_files: {
      what: '{folder} holds {count} entries that LeadMaster did not create, first {names}',
      cure: 'They do no harm and are never deleted. Move them elsewhere, and keep sync programs and desktops out of that folder.',
    },
    git_not_ignored: {
      what: 'the data folder {path} is inside a git repository that does not ignore: {names}',
      cure: 'Add to its .gitignore: {lines}; or doctor --fix, if the folder holds nothing else.',
    },
    git_exports: {
      what: 'exported sessions, keys or QR pictures are in the git repository {path}, which does not ignore them: {names}',
      cure: 'Move them to another folder, or add to its .gitignore: {lines}.',
    },
    git_tracked: {
      what: '{count} files of {path} are in a git repository, first {first}',
      cure: 'Remove them from it (git rm -r --cached), unlink the accounts whose logins were pushed anywhere, and change the keys.',
    },
    git_unknown: {
      what: '{path} is inside a git repository, and git does not say what it ignores: {detail}',
      cure: 'Install git, or ask as the owner of the repository: git check-ignore tokens.',
    },
    check_failed: { what: 'the check "{topic}" failed: {detail}', cure: '{hint}' },
  },
};
