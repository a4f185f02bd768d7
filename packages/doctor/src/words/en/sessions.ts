import type { FindingsPart } from '../types.ts';

/** Profiles and their logins, transfers, accounts, and who reads the events. */
export const sessions = {
  profile_unclaimed: {
    what: 'tokens/{session} holds a profile that is not a session yet',
    fix: 'Make it a session: ./leadmaster adopt {path} --name {session}; or move it away.',
  },
  profile_missing: {
    what: '{session} is linked, and its profile is gone',
    fix: 'Mount its disk or put the folder back. Was it moved to another installation (adopted there)? Then the login continues there and must not run here too: ./leadmaster session delete {session}. Only if it runs nowhere else, bring it back: ./leadmaster snapshot list {session}, then ./leadmaster snapshot restore {session} ID.',
  },
  record_unreadable: {
    what: 'the record of {session} cannot be used: {detail}',
    fix: 'See ./leadmaster check {session}. The login beside it is untouched.',
  },
  login_damaged: {
    what: 'the login of {session} is damaged: {detail}',
    fix: 'Nothing was overwritten. Bring back the newest snapshot: ./leadmaster snapshot list {session}, then ./leadmaster snapshot restore {session} ID.',
  },
  folder_no_session: {
    what: '"{name}" is among the profiles, but its name is not valid for a session',
    fix: 'If it is a profile, rename it to one of a-z, 0-9, - and _ and adopt it; else move it away.',
  },
  folder_set_aside: {
    what: '"{name}" was set aside when its login moved into a session',
    fix: 'It must never run, and is not to be adopted. Once that session is READY, delete it.',
  },
  origin_not_retired: {
    what: '{session} is a copy of a login and does not start',
    fix: 'When the place it came from never runs it again: ./leadmaster session start {session} --origin-retired.',
  },
  moved_in_place: {
    what: '{session} was given away with generation {moved}, and a profile of generation {generation} is in place here',
    fix: 'Do not run it: its login lives on another machine. The next start of the service moves it to trash, or: ./leadmaster session delete {session}.',
  },
  arrival_left: {
    what: 'a transfer of {session} to here was begun, and nothing has arrived since {at}',
    fix: 'Repeat it on the source machine; otherwise the next start of the service deletes what has arrived.',
  },
  arrival_sealed: {
    what: 'all of {session} has arrived here, but the source has not handed it over since {at}: its name stays reserved',
    fix: 'On the source machine, repeat the transfer, or take it back with --undo. If that machine is gone for good, and never runs it again: POST {url}/commit takes it over here; DELETE {url} gives it up, and its name is free (docs/operations.md says how).',
  },
  arrival_unfinished: {
    what: '{session} was handed over to this machine, {at}, and is not in its place',
    fix: 'Restart the service: it finishes the transfer, or its log says what prevents it.',
  },
  departure_unfinished: {
    what: '{session} was handed over to {peer}, {at}, which has not confirmed it: it may run nowhere',
    fix: 'Finish the transfer: {command}; or take it back, with --undo. Until then all of it stays in the trash here.',
  },
  wrong_account: {
    what: '{session} waits for a decision: {account} is linked in it, and it belongs to {owner}',
    fix: 'Keep that account: ./leadmaster account {session} --accept. Remove its link: ./leadmaster account {session} --unlink.',
  },
  linked_twice: {
    what: 'one account, {account}, is linked in {sessions}: each of them reports every message',
    fix: 'Count its links on the phone. With one for each session: log one out, ./leadmaster session logout {last}. With fewer, one is a copy: delete that one, ./leadmaster session delete {last} (its profile goes to trash, and nothing is removed at WhatsApp).',
  },
  login_copied: {
    what: '{session} holds a login of {account} that {other} has too, or may have: two browsers on one login take it from each other',
    fix: 'Delete the one that you do not want: ./leadmaster session delete {session} (its profile goes to trash, and nothing is removed at WhatsApp). Do not unlink one or log it out: the other would lose its login.',
  },
  hub_late: {
    what: 'the hub {hub} has not confirmed {events} events, the oldest from {since}; it was last seen {seen}',
    fix: 'They are kept for it. If it does not catch up, look at that hub.',
  },
  hub_unseen: {
    what: 'the hub {hub} was last seen {seen} and has not confirmed {events} events; after {days} days without it is forgotten, and they are no longer kept for it',
    fix: 'Start that hub, or check the line between. If it is gone for good, nothing is to be done.',
  },
  hub_holds_much: {
    what: 'the hub {hub} has not confirmed {events} events, the oldest from {since}: {size} of at most {limit} MB',
    fix: 'Look at that hub: at the limit the oldest go, and it is told which. If it has to catch up over longer times, raise EVENTS_KEEP_MB.',
  },
  hub_missed: {
    what: 'events up to {upTo} are gone that the hub {hub} has not confirmed: it has confirmed up to {confirmed}, and EVENTS_KEEP_MB was reached',
    fix: 'The hub is told in their place (events.gap). Look at why it did not read, and raise EVENTS_KEEP_MB if that may take as long again.',
  },
  hub_forgotten: {
    what: 'the hub {hub} was forgotten {at}: it was last seen {seen}',
    fix: 'If it comes back, it registers by itself and is told what it has missed. If it is gone for good, nothing is to be done.',
  },
  session_unwell: {
    what: '{session} does not run since {since}: {state}, {reason}',
    fix: './leadmaster sessions says what to do, ./leadmaster events {session} what happened.',
  },
  passkey_wanted: {
    what: 'needs you: WhatsApp wants a passkey before it links {session}',
    fix: 'Link it in a visible browser on your own computer (LOGIN_MODE=local), then move it here with transfer or export; docs/passkeys.md has the steps. ./leadmaster qr {session} tries again: WhatsApp asks some accounts for some days only.',
  },
  login_erased: {
    what: 'needs you: the page of WhatsApp Web erased the login of {session}',
    fix: 'Bring it back from an earlier copy: {command}. Otherwise link it again: ./leadmaster session logout {session}, then ./leadmaster qr {session}.',
  },
  account_locked: {
    what: 'needs you: WhatsApp has locked the account of {session}',
    fix: 'Unlock it on the phone, then bring its login back from an earlier copy: {command}. Otherwise link it again: ./leadmaster session logout {session}, then ./leadmaster qr {session}.',
  },
  attention_wanted: {
    what: 'needs you: WhatsApp wants to see that a person uses the account of {session}, and may log it out',
    fix: 'Open WhatsApp on its phone and confirm what it asks there.',
  },
  new_chats_limited: {
    what: 'WhatsApp lets the account of {session} open no new chats ({limit}, until {until})',
    fix: 'Existing chats still work. Send less to people who have not written first, and wait.',
  },
  chats_unread: {
    what: '{session} could not read what it missed in {count} chats: {why}',
    fix: 'They are tried again at {retryAt} and after that, while it is READY; nothing is dropped. ./leadmaster check {session} names them.',
  },
} satisfies FindingsPart;
