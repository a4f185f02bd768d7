import { type Account, LeadMasterError } from '@leadmaster/protocol';
import type { SnapshotInfo, VaultProblem } from '@leadmaster/vault';
import type { SnapshotDeps } from './deps.ts';
import { extraOf } from './snapshot-facts.ts';

/**
 * Countries whose numbers WhatsApp writes in two ways: with the digit of a mobile phone behind the country's, and
 * without it (52 and 521, 54 and 549, Brazil's ninth digit behind the area's).
 */
const SPELLINGS: readonly [RegExp, string][] = [
  [/^521(\d{10})$/, '52$1'],
  [/^549(\d{10})$/, '54$1'],
  [/^55(\d{2})9(\d{8})$/, '55$1$2'],
];

/** Whether two logins are proven to be of different accounts; what is not known of one of them proves nothing. */
export function areDifferent(one: Account | null, other: Account | null): boolean {
  const [a, b] = [numberOf(one), numberOf(other)];
  return a !== null && b !== null && a !== b;
}

/** An account's number in the spelling that all of its spellings come down to. */
function numberOf(account: Account | null): string | null {
  const digits = (account?.phone ?? '').replaceAll(/\D/g, '');
  if (digits === '') return null;
  for (const [pattern, short] of SPELLINGS) if (pattern.test(digits)) return digits.replace(pattern, short);
  return digits;
}

/**
 * Refuses to put a login of another account in the place of a session's: two installations that share a vault may both
 * have a session of that name. Nothing is fetched or stopped before.
 *
 * @throws LeadMasterError `other_account`
 */
export async function refuseOtherAccount(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<void> {
  const { account, writer } = extraOf(info);
  const own = await ownAccount(deps, session);
  if (account === null || own === null || !areDifferent(own, account)) return;
  const from = writer === undefined ? '' : `, taken on ${writer.host}`;
  throw new LeadMasterError(
    'other_account',
    `Snapshot ${info.id} is of the account +${account.phone}${from}; ${session} here is linked to +${own.phone}`,
    `Nothing was changed. "./leadmaster snapshot list ${session}" shows the account of each. To put the other account in this one's place all the same, say so (otherAccount, --other-account): where it runs elsewhere, it is taken from there.`,
    { extra: { account: account.phone, expected: own.phone } },
  );
}

/** Whose login a session of this machine has: by its record, else by the last snapshot that was taken of it here. */
async function ownAccount({ profiles, access, vault }: SnapshotDeps, session: string): Promise<Account | null> {
  const record = await profiles.readRecord(session).catch(() => null);
  if (record?.account) return record.account;
  if (!access.has(session)) return null;
  const { snapshots } = await (await vault.open()).list(session);
  const ours = snapshots.map(extraOf).filter(({ writer }) => writer?.id === vault.installation());
  return ours.findLast(({ account }) => account !== null)?.account ?? null;
}

/** What a history holds of other accounts than one of its snapshots, as the end of a sentence; empty where nothing. */
export function otherAccountsIn(snapshots: readonly SnapshotInfo[], chosen: SnapshotInfo): string {
  const { account } = extraOf(chosen);
  const others = snapshots.map((info) => extraOf(info).account).filter((other) => areDifferent(account, other));
  const phones = [...new Set(others.map((other) => `+${other?.phone}`))];
  return phones.length === 0 ? '' : `, account +${account?.phone}; other snapshots of it are of ${phones.join(', ')}`;
}

/**
 * Installations that write one session's history beside another: their snapshots do not follow upon those of the other,
 * as they do after a move (a generation above), or they are of another account.
 */
export function secondWriters(session: string, oldestFirst: readonly SnapshotInfo[]): VaultProblem[] {
  const known = oldestFirst.map((info) => ({ info, ...extraOf(info) })).filter(({ writer }) => writer !== undefined);
  const problems = new Map<string, VaultProblem>();
  for (const [at, one] of known.entries()) {
    const before = known[at - 1];
    if (before === undefined || before.writer?.id === one.writer?.id) continue;
    const isOther = areDifferent(before.account, one.account);
    if (!isOther && one.generation > before.generation) continue;
    const who = (each: typeof one) =>
      `${each.writer?.host} (${each.account === null ? 'account unknown' : `+${each.account.phone}`})`;
    const detail = `Two installations write this history: ${who(before)} took ${before.info.id}, ${who(one)} took ${one.info.id}. Give each a vault of its own (VAULT_URL), or another name to one of the sessions.`;
    problems.set([before.writer?.id, one.writer?.id].sort().join(), { kind: 'second_writer', object: session, detail });
  }
  return [...problems.values()];
}
