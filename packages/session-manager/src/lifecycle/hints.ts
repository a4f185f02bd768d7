import {
  type Account,
  type Attention,
  accountLabel,
  type LoginMode,
  localTime,
  type SessionState,
  shellWord,
  type Unreachable,
  type UnreachableBy,
} from '@leadmaster/protocol';
import type { NewerInVault } from '../snapshots/older-login.ts';
import { mayBeCopyOf } from '../snapshots/wrong-account.ts';
import type { WrongAccount } from '../state/rows.ts';
import { olderHint, type PlaceChange, placeHint } from './held-back.ts';
import { isStarting } from './machine.ts';

const LINK_ELSEWHERE =
  'Start the service with LOGIN_MODE=qr or local to link the account again; LOGIN_MODE=server never does.';

/** A login that WhatsApp does not take, and that was adopted with an unfinished record: an unlink is one possible reason. */
export const ADOPTED_UNFINISHED = 'adopted_unfinished';

/** What a hint is made from. */
export interface HintFacts {
  state: SessionState;
  reason: string;
  session: string;
  loginMode: LoginMode;
  /** Why a running session needs a person. */
  attention: Attention | null;
  /** Why the last try did not reach WhatsApp Web; null = it did, or nothing is being tried. */
  unreachable: Unreachable | null;
  /** Starts tried since the last stable READY, and when the next one is due, where one waits. */
  attempts: number;
  nextAttemptAt: Date | null;
  /** When the page gives up waiting for a passkey. */
  passkeyUntil: Date | null;
  /** Whose session it is, and what is linked instead; null where not known, or nothing is wrong. */
  owner: Account | null;
  wrong: WrongAccount | null;
  /** The newest good snapshot from before the page erased the login; null where there is none, or nothing was erased. */
  snapshot: string | null;
  /** Where the data folder was before, for what waits because of it. */
  placeChange: PlaceChange | null;
  /** The machine that a session went to, for what is found to have moved; null where it left in a file. */
  movedTo: string | null;
  /** What the vault has that is newer, for what waits because of it. */
  olderLogin: NewerInVault | null;
}

/** What the operator can do about a state; empty when there is nothing to do. */
export function hintFor(facts: HintFacts): string {
  const { state, reason, loginMode, attention } = facts;
  const isUnlinked = state === 'DISCONNECTED_LOGOUT' && reason !== ADOPTED_UNFINISHED;
  if (isUnlinked && loginMode === 'server') return `The account was unlinked. ${LINK_ELSEWHERE}`;
  if (facts.unreachable !== null) return unreachableHint(facts.unreachable, facts);
  const hintOf = REASONS[reason] ?? STATES[state];
  if (hintOf !== undefined) return hintOf(facts.session, facts);
  return attention === null ? '' : ATTENTION[attention](facts.session, facts);
}

/** What stands in the way, and what to look at. */
const UNREACHABLE: Readonly<Record<UnreachableBy, readonly [way: string, look: string]>> = {
  dns: ['DNS', 'Look at the network and the DNS servers of this machine'],
  route: ['no route', 'Look at the network and the firewall of this machine, or set a proxy in CHROME_ARGS'],
  tls: ['TLS', 'Look for a proxy or firewall that opens encrypted connections, and at the clock of this machine'],
  proxy: ['proxy', 'Look at the proxy that CHROME_ARGS or the environment of the service names'],
  http: ['its answer', 'Look for a proxy or portal on the way; if there is none, WhatsApp has an outage'],
  other: ['network', 'Look at the network and the proxy of this machine'],
};

function unreachableHint({ by, detail }: Unreachable, facts: HintFacts): string {
  const [way, look] = UNREACHABLE[by];
  return `WhatsApp Web cannot be reached (${way}: ${detail}). ${nextTry(facts)} ${look}.`;
}

function nextTry({ state, attempts, nextAttemptAt: at }: HintFacts): string {
  if (isStarting(state)) return `Try ${attempts} is under way.`;
  return at === null ? 'It is tried again by itself.' : `It is tried again by itself, next at ${localTime(at)}.`;
}

/** The command that adopts an unclaimed profile in place. */
export function adoptCommand(session: string, profileDir: string): string {
  return `./leadmaster adopt ${shellWord(profileDir)} --name ${session}`;
}

type Hint = (session: string, facts: HintFacts) => string;

const start = (session: string): string => `then "./leadmaster session start ${session}"`;

/** Who is linked and why that waits. */
const whoIsLinked: Hint = (s, { owner, wrong }) => {
  if (wrong === null) return '';
  const linked = accountLabel(wrong.account);
  const whose =
    wrong.reason === 'other_account' && owner !== null
      ? `${s} belongs to ${accountLabel(owner)}, and ${linked} is linked now. `
      : '';
  return wrong.session === null
    ? whose
    : `${whose}${linked} is linked in the session ${wrong.session} too, and each would tell its messages. `;
};

/** The command that sets a copy aside without telling WhatsApp. */
export const toTrash = (session: string): string =>
  `"./leadmaster session delete ${session}" (its profile goes to trash, and nothing is removed at WhatsApp)`;

/** What becomes of a wrong account. A link that is another session's as well must not be removed: that one would lose its login. */
const settleHint: Hint = (s, { wrong }) => {
  const settle = `Keep this account: "./leadmaster account ${s} --accept". Remove its link: "./leadmaster account ${s} --unlink".`;
  const other = mayBeCopyOf(wrong);
  if (other === null) return `Nothing is sent, and what comes in waits. ${settle}`;
  if (wrong?.link === 'same')
    return `Both hold one and the same link, and two browsers on it take it from each other: this one was closed. Delete this copy: ${toTrash(s)}. To remove its link, or to log it out, would take the login from ${other}. It may be an older state of the login: only if you know that ${s} is the newer one, delete ${other} instead, ${start(s)}.`;
  return `Whether ${s} is a copy of the login of ${other} is not known, so its browser was closed. If it is, or may be, delete it: ${toTrash(s)}; to remove its link would take the login from ${other}. Only if it has a link of its own on the phone: ${settle}`;
};

const wrongHint: Hint = (s, facts) => `${whoIsLinked(s, facts)}${settleHint(s, facts)}`;

const PASSKEY_WAY_OUT = 'docs/passkeys.md has the steps';

/** The one command that brings a login back that the page has erased, or the way to a new one. */
const bringBack: Hint = (s, { snapshot }) => {
  const link = `link it again with the phone: "./leadmaster session logout ${s}" (the profile goes to trash), then "./leadmaster qr ${s}"`;
  return snapshot === null
    ? `No good snapshot from before is known here; "./leadmaster snapshot list ${s}" looks into the vault. Otherwise ${link}.`
    : `Bring the login back from the newest good snapshot: "./leadmaster snapshot restore ${s} ${snapshot} --start". If WhatsApp refuses it, ${link}.`;
};

const newestSnapshot = (session: string): string =>
  `the newest snapshot: "./leadmaster snapshot list ${session}" shows them, "./leadmaster snapshot restore ${session} ID" puts one in place.`;

const ATTENTION: Readonly<Record<Attention, Hint>> = {
  integrity_challenge: (s) =>
    `WhatsApp wants to see that a person uses this account, and may log it out. Open WhatsApp on its phone and confirm what it asks there; if it asks nothing, stop the session and open its profile visibly (LOGIN_MODE=local, "./leadmaster session start ${s}").`,
};

function untilWords(until: Date | null): string {
  return until === null ? '' : `, until ${localTime(until)}`;
}

/** The hint of an ERROR, and of `account_locked`, begins with what was noticed: the rest does not repeat it. */
const REASONS: Readonly<Record<string, Hint>> = {
  place_changed: (s, { placeChange }) => placeHint(s, placeChange),
  older_than_vault: (s, { olderLogin }) => olderHint(s, olderLogin),
  login_required: () =>
    'LOGIN_MODE=server never links an account. Link it with LOGIN_MODE=qr or local, or bring the profile of a linked one.',
  login_refused: () =>
    'WhatsApp no longer knows this login. Start the service with LOGIN_MODE=qr or local and link the account again.',
  [ADOPTED_UNFINISHED]: (s, { loginMode }) =>
    `WhatsApp does not take this login. It was adopted with an unfinished record, so its last changes may be missing, and that may be the reason; whether the account was unlinked is not known. Delete the session and adopt a copy that was taken with the program stopped. ${loginMode === 'server' ? LINK_ELSEWHERE : `Or link it again: "./leadmaster qr ${s}".`}`,
  linked_elsewhere: (s, facts) =>
    facts.state === 'WRONG_ACCOUNT'
      ? wrongHint(s, facts)
      : `One of the two is a copy, and may be an older state of the login. Delete this one ("./leadmaster session delete ${s}": its profile goes to trash, and nothing is removed at WhatsApp), ${start('NAME')} for the other. Delete the other instead only if you know that ${s} is the newer one.`,
  conflict: (s) => `The same login is open somewhere else. Stop it there, ${start(s)}.`,
  pinned_web_version_deprecated: (s) =>
    `WhatsApp refuses the pinned WEB_VERSION. Unset it or pin a newer one, restart the service, ${start(s)}.`,
  page_erased_login: (s, facts) =>
    `The page of WhatsApp Web gave the login up by itself and erased it; the phone may still list the device. The profile stays where it is. ${bringBack(s, facts)}`,
  account_locked: (s, facts) => `Unlock it on the phone first. ${bringBack(s, facts)}`,
  terms_refused: (s) =>
    `The account was unlinked because its owner did not accept WhatsApp's terms. Accept them on the phone, then link it again with "./leadmaster qr ${s}"; the old profile is in trash.`,
  passkey_required: (s, { passkeyUntil, loginMode }) =>
    loginMode === 'local'
      ? `WhatsApp asks this account for a passkey before it links${untilWords(passkeyUntil)}. Press Continue in the window of the browser and give it there; the session continues by itself.`
      : `WhatsApp asks this account for a passkey before it links${untilWords(passkeyUntil)}. Only its owner can give it, in a visible browser: link it on your own computer (LOGIN_MODE=local) and move it here with "./leadmaster transfer ${s} --to URL"; ${PASSKEY_WAY_OUT}. Nothing on a server works around it.`,
  passkey_not_given: (s) =>
    `WhatsApp asked this account for a passkey, and none was given in time; the browser was closed. Link it in a visible browser on your own computer (LOGIN_MODE=local) and move it here; ${PASSKEY_WAY_OUT}. WhatsApp asks some accounts for some days only: "./leadmaster qr ${s}" tries again.`,
  proxy_blocked: (s) =>
    `Change the proxy in CHROME_ARGS, or the network, restart the service, ${start(s)}. The login is untouched.`,
  screen_locked: (s) =>
    `Open the profile visibly (LOGIN_MODE=local), unlock it and turn the app lock off in its settings, ${start(s)}. The login is untouched.`,
  unsupported_browser: (s) =>
    `Install a current Chromium or set CHROME_PATH, and take a user agent out of CHROME_ARGS, ${start(s)}. The login is untouched.`,
  terms_required: (s) =>
    `The owner of the account accepts them on the phone, ${start(s)}. Left too long, WhatsApp unlinks the account.`,
  storage_full: (s) =>
    `The page of WhatsApp Web has no room left. Free space on the disk of the data folder ("./leadmaster storage ${s}" shows the size of the session, "./leadmaster trim ${s}" frees some); it starts again by itself. Nothing was clicked in the page, and the login is untouched.`,
  load_overdue: (_s, facts) =>
    `WhatsApp Web came neither to a login nor to a QR in its time (LOAD_DEADLINE_S). ${nextTry(facts)} If it stays so, look at the network and the proxy of this machine.`,
  page_unreachable: (_s, facts) =>
    `The page of WhatsApp Web could not be loaded. ${nextTry(facts)} If it stays so, look at the network and the proxy of this machine.`,
  page_failed: (_s, facts) =>
    `The page of WhatsApp Web did not load as it should. ${nextTry(facts)} The log says more.`,
  qr_unattended: (s) => `No phone scanned the QR. With the phone ready: "./leadmaster qr ${s}".`,
  profile_in_use: (s) => `End the program that has the profile open, ${start(s)}.`,
  profile_unreadable: (s) => `Look with "./leadmaster check ${s}", repair the disk or the permissions, ${start(s)}.`,
  login_missing: (s) =>
    `Mount its disk or put the folder back, ${start(s)}. If the folder is lost, bring back ${newestSnapshot(s)}`,
  login_damaged: (s) =>
    `Nothing was overwritten. Bring back ${newestSnapshot(s)} What is damaged: "./leadmaster check ${s}".`,
  session_moved: (s, { movedTo }) =>
    `${movedTo === null ? 'Import its file where it continues' : `Start it on ${movedTo}`}: what lies here is from before it went, and never starts here. "./leadmaster session delete ${s}" takes it off the list; its profile goes to trash.`,
  browser_too_old: (s) =>
    `A newer Chromium has written this profile. Install that version or a newer one, ${start(s)}.`,
  browser_missing: (s) => `Install chromium-headless-shell or set CHROME_PATH, ${start(s)}.`,
  browser_failed: (s) => `The browser does not start. Fix that, or set CHROME_PATH to another, ${start(s)}.`,
  display_missing: (s) =>
    `LOGIN_MODE=local opens a window, and there is no screen (DISPLAY is not set). Start the service on a desktop, or with LOGIN_MODE=qr, ${start(s)}.`,
  browser_not_gone: (s) =>
    `A browser process could not be ended; look for it in state D. When it is gone, "./leadmaster session start ${s}".`,
  origin_not_retired: (s) =>
    `This is a copy of a login. When the place it came from never runs it again, confirm it: "./leadmaster session start ${s} --origin-retired".`,
  storage_failed: (s, { state }) =>
    state === 'DISCONNECTED_RECOVERABLE'
      ? 'Free some space on the disk of the data folder; the session starts again by itself.'
      : `Free some space or repair the disk, ${start(s)}.`,
  web_version_missing: (s) =>
    `The pinned WEB_VERSION cannot be opened here. Choose another ("./leadmaster builds" shows them) or WEB_VERSION=live, restart the service, ${start(s)}.`,
  web_version_damaged: (s) =>
    `The login is untouched. Put the file back from a copy, choose another WEB_VERSION ("./leadmaster builds" shows those that are kept) or WEB_VERSION=live, which keeps the page again when WhatsApp serves that build; restart the service, ${start(s)}.`,
  web_version_unsafe: (s) =>
    `The login is untouched: that WEB_VERSION could erase it. Choose a newer one ("./leadmaster builds" shows how far each goes) or WEB_VERSION=live, restart the service, ${start(s)}.`,
};

const STATES: Readonly<Partial<Record<SessionState, Hint>>> = {
  QR_REQUIRED: (s, { owner }) =>
    `${owner === null ? 'Scan the QR with the phone' : `${accountLabel(owner)} is no longer linked. Scan the QR with its phone`}: "./leadmaster qr ${s}", or GET /v1/sessions/${s}/qr.`,
  DISCONNECTED_LOGOUT: (s) =>
    `The account was unlinked. Link it again with "./leadmaster qr ${s}"; the old profile is in trash.`,
  DISCONNECTED_BANNED: (s) =>
    `WhatsApp has banned this account; its phone says more. The profile and its snapshots stay here. When the ban is lifted, "./leadmaster session start ${s}".`,
  PASSKEY_REQUIRED: (s) =>
    `WhatsApp asks this account for a passkey; ${PASSKEY_WAY_OUT}. "./leadmaster qr ${s}" tries again.`,
  WRONG_ACCOUNT: wrongHint,
  AUTH_FAILURE: (s) => `WhatsApp refused the login: "./leadmaster check ${s}".`,
  MOVED: (s) =>
    `The session lives on another machine. Its profile here is in the trash; "./leadmaster session delete ${s}" takes it off the list.`,
  ERROR: (s) => `See the log, ${start(s)}.`,
};
