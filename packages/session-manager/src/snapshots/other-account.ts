import { type Account, accountLabel, LeadMasterError, sameAccount } from '@leadmaster/protocol';
import type { SnapshotInfo, VaultProblem } from '@leadmaster/vault';
import type { SnapshotDeps } from './deps.ts';
import { extraOf } from './snapshot-facts.ts';

/** Whether two logins are proven to be of different accounts; what is not known of one of them proves nothing. */
export function areDifferent(one: Account | null, other: Account | null): boolean {
  return one !== null && other !== null && sameAccount(one, other) === false;
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
    `Snapshot ${info.id} is of the account ${accountLabel(account)}${from}; ${session} here belongs to ${accountLabel(own)}`,
    `Nothing was changed. "./leadmaster snapshot list ${session}" shows the account of each. To put the other account in this one's place all the same, say so (otherAccount, --other-account): where it runs elsewhere, it is taken from there.`,
    { extra: { account: account.phone, expected: own.phone } },
  );
}

/** Whose session it is, as remembered; else by the profile's record, else by the last snapshot that was taken of it here. */
async function ownAccount({ store, profiles, access, vault }: SnapshotDeps, session: string): Promise<Account | null> {
  const owner = store.sessions.get(session)?.account ?? null;
  if (owner !== null) return owner;
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
  const labels = [...new Set(others.map(labelOf))];
  return labels.length === 0 ? '' : `, account ${labelOf(account)}; other snapshots of it are of ${labels.join(', ')}`;
}

/**
 * Installations that write one session's history beside another: their snapshots are of different accounts, or one goes on
 * behind the other without what a move leaves, a higher generation. That one took over from another is no reason: a new
 * machine does, and a new database.
 */
export function secondWriters(session: string, oldestFirst: readonly SnapshotInfo[]): VaultProblem[] {
  const problems = new Map<string, VaultProblem>();
  const seen = new Set<string>();
  let before: Written | null = null;
  for (const info of oldestFirst) {
    const { writer, account, generation } = extraOf(info);
    if (writer === undefined) continue;
    const one = { id: info.id, writer, account, generation };
    if (before !== null && before.writer.id !== writer.id) {
      const isBack = seen.has(writer.id) && generation <= before.generation;
      if (isBack || areDifferent(before.account, account))
        problems.set([before.writer.id, writer.id].sort().join(), twoWriters(session, before, one));
    }
    seen.add(writer.id);
    before = one;
  }
  return [...problems.values()];
}

/** A snapshot and who took it. */
interface Written {
  id: string;
  writer: { id: string; host: string };
  account: Account | null;
  generation: number;
}

function twoWriters(session: string, before: Written, after: Written): VaultProblem {
  const who = ({ writer, account }: Written) => `${writer.host} (${labelOf(account)})`;
  const detail =
    `Two installations write this history: ${who(before)} took ${before.id}, ${who(after)} took ${after.id}. ` +
    'Give each a vault of its own (VAULT_URL), or another name to one of the sessions.';
  return { kind: 'second_writer', object: session, detail };
}

function labelOf(known: Account | null): string {
  return known === null ? 'account unknown' : accountLabel(known);
}
