import {
  type Account,
  accountLabel,
  accountOfPhone,
  FEATURES,
  isLoginErased,
  isRestricted,
  sameAccount,
  sameLink,
} from '@leadmaster/protocol';
import {
  mayBeCopyOf,
  newestGoodSnapshot,
  type SessionRow,
  type StateReading,
} from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** What WhatsApp asks of people: a passkey, a word on the phone, patience; and logins that only a copy or a phone brings back. */
export async function checkPeople({ state }: Installation): Promise<Finding[]> {
  if (state === null) return [];
  const people = state.sessions.flatMap((row) => [...standing(row, state), ...wrongAccount(row), ...asked(row, state)]);
  return [...people, ...state.sessions.flatMap((row) => late(row, state)), ...linkedTwice(state.sessions)];
}

/** Accounts that are linked in more than one session, where no person decides about that already. */
function linkedTwice(rows: readonly SessionRow[]): Finding[] {
  const linked = rows.flatMap((row) => {
    const { name, account } = row;
    return account !== null && holdsLogin(row) ? [{ name, account }] : [];
  });
  return linked.flatMap(({ name, account }, index) => {
    const earlier = linked.slice(0, index).find((other) => sameAccount(other.account, account) === true);
    if (earlier === undefined) return [];
    if (sameLink(earlier.account, account) === true) return [copied(name, account, earlier.name)];
    const about = { account: accountLabel(account), sessions: `${earlier.name}, ${name}`, last: name };
    return [found('problem', 'linked_twice', name, about)];
  });
}

/** To remove the link of one would take the login from the other. */
function copied(session: string, account: Account, other: string): Finding {
  return found('problem', 'login_copied', session, { session, account: accountLabel(account), other });
}

function holdsLogin({ state, caughtUpTo, wrongAccount }: SessionRow): boolean {
  return caughtUpTo !== null && wrongAccount === null && state !== 'MOVED' && state !== 'AUTH_FAILURE';
}

function wrongAccount({ name, account, expectedPhone, wrongAccount: wrong }: SessionRow): Finding[] {
  if (wrong === null) return [];
  const original = mayBeCopyOf(wrong);
  if (original !== null) return [copied(name, wrong.account, original)];
  const owner = account ?? (expectedPhone === null ? null : accountOfPhone(expectedPhone));
  const label = (known: Account | null): string => (known === null ? '-' : accountLabel(known));
  const belongs = wrong.reason === 'linked_elsewhere' && wrong.session !== null ? wrong.session : label(owner);
  return [found('problem', 'wrong_account', name, { session: name, account: label(wrong.account), owner: belongs })];
}

function standing(row: SessionRow, state: StateReading): Finding[] {
  const { name, since } = row;
  if (row.state === 'PASSKEY_REQUIRED') return [found('problem', 'passkey_wanted', name, { session: name })];
  if (!isLoginErased(row)) return [];
  const id = row.reason === 'account_locked' ? 'account_locked' : 'login_erased';
  // The id stands in a command: without one, the command lists what there is.
  const snapshot = newestGoodSnapshot(state.snapshotsOfLink(name), since);
  const command = snapshot === null ? `snapshot list ${name}` : `snapshot restore ${name} ${snapshot} --start`;
  return [found('problem', id, name, { session: name, command: `./leadmaster ${command}` })];
}

function asked({ name }: SessionRow, state: StateReading): Finding[] {
  const { attention, limits } = state.page(name);
  const wanted = attention === null ? [] : [found('problem', 'attention_wanted', name, { session: name })];
  if (limits === null || !isRestricted(limits)) return wanted;
  const { state: limit, until } = limits.newChats;
  return [...wanted, found('warning', 'new_chats_limited', name, { session: name, limit, until: until ?? '-' })];
}

/** Chats whose missed messages could not be read. Their names are for `check`: a finding may be shown to others. */
function late({ name }: SessionRow, state: StateReading): Finding[] {
  const { unread } = state.page(name);
  if (unread === null) return [];
  const about = { session: name, count: unread.count, retryAt: unread.retryAt, why: unread.chats[0]?.why ?? '-' };
  return [found('warning', 'chats_unread', name, about)];
}

/** What the pages of WhatsApp Web could not do at their last probe, by feature. */
export async function checkPages({ state }: Installation): Promise<Finding[]> {
  if (state === null) return [];
  return state.sessions.flatMap(({ name }) => {
    const { capabilities } = state.page(name);
    if (capabilities === null) return [];
    const { build, features, checks } = capabilities;
    return FEATURES.filter((feature) => features[feature] === 'broken').map((feature) => {
      // Without ids or texts nothing is sent at all; the rest works.
      const stops = feature === 'ids' || feature === 'text';
      const why = checks.filter((check) => check.feature === feature && !check.ok);
      const detail = why.map((check) => `${check.name}: ${check.detail}`).join('; ') || '-';
      const about = { session: name, feature, build: build ?? '-', detail };
      return stops ? found('problem', 'text_broken', name, about) : found('warning', 'feature_broken', name, about);
    });
  });
}
