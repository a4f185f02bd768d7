import { type Account, accountLabel, LeadMasterError, sameAccount, sameLink } from '@leadmaster/protocol';
import type { SnapshotInfo, VaultProblem } from '@leadmaster/vault';
import type { SnapshotDeps } from './deps.ts';
import { extraOf } from './snapshot-facts.ts';
import type { VaultKeeper } from './vault-keeper.ts';

/** Whether two logins are proven to be of different accounts; what is not known of one of them proves nothing. */
export function areDifferent(one: Account | null, other: Account | null): boolean {
  return one !== null && other !== null && sameAccount(one, other) === false;
}

/**
 * Whether a snapshot is proven to be of another link of the same account, which another installation has written: that
 * link may be in use there, and is no state of the login here. An earlier link of this installation is dead, and its own.
 */
export function isOfOtherLink(
  info: SnapshotInfo,
  own: Account | null,
  vault: Pick<VaultKeeper, 'installation'>,
): boolean {
  const { account } = extraOf(info);
  if (account === null || own === null || !isOfOtherWriter(info, vault)) return false;
  return sameAccount(own, account) === true && sameLink(own, account) === false;
}

/** Whether another installation is known to have written a snapshot. */
export function isOfOtherWriter(info: SnapshotInfo, vault: Pick<VaultKeeper, 'installation'>): boolean {
  const { writer } = extraOf(info);
  return writer !== undefined && writer.id !== vault.installation();
}

/**
 * Refuses to put a login of another account, or another installation's link of the same account, in the place of a
 * session's: two installations that share a vault may both have a session of that name. Nothing is fetched or stopped
 * before.
 *
 * @throws LeadMasterError `other_account`
 */
export async function refuseOtherAccount(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<void> {
  const { account, writer } = extraOf(info);
  const own = await ownAccount(deps, session);
  if (account === null || own === null) return;
  const extra = { account: account.phone, expected: own.phone };
  const hint = `Nothing was changed. "./leadmaster snapshot list ${session}" shows the account and the writer of each.`;
  if (areDifferent(own, account)) {
    const from = writer === undefined ? '' : `, taken on ${writer.host}`;
    throw new LeadMasterError(
      'other_account',
      `Snapshot ${info.id} is of the account ${accountLabel(account)}${from}; ${session} here belongs to ${accountLabel(own)}`,
      `${hint} To put the other account in this one's place anyway, confirm it (otherAccount, --other-account): where it runs elsewhere, it is taken from there.`,
      { extra },
    );
  }
  if (!(await isOfOtherLinkThan(deps, session, info, own))) return;
  throw new LeadMasterError(
    'other_account',
    `Snapshot ${info.id} is of another link of the same account ${accountLabel(account)}, written by ${writer?.host}: it may be in use there. ${await newestOwn(deps, session, own)}`,
    `${hint} To put the other link in this one's place anyway, confirm it (otherAccount, --other-account).`,
    { extra },
  );
}

/** Whether another installation has written a snapshot of another link than the session has here. */
export async function isOfOtherLinkHere(deps: SnapshotDeps, session: string, info: SnapshotInfo): Promise<boolean> {
  // The account may have to be looked up in the vault: not for a snapshot of this installation.
  const own = isOfOtherWriter(info, deps.vault) ? await ownAccount(deps, session) : null;
  return own !== null && isOfOtherLinkThan(deps, session, info, own);
}

/** Against the login in place, where its record tells its link and it is the session's own; else against the one remembered. */
async function isOfOtherLinkThan(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  own: Account,
): Promise<boolean> {
  const inPlace = (await deps.profiles.readRecord(session).catch(() => null))?.account ?? null;
  const isTold = inPlace?.device !== undefined && !areDifferent(own, inPlace);
  return isOfOtherLink(info, isTold ? inPlace : own, deps.vault);
}

/** Which snapshot of its own the session would go back to, as a sentence. */
async function newestOwn({ vault }: SnapshotDeps, session: string, own: Account): Promise<string> {
  const { snapshots } = await (await vault.open()).list(session);
  const newest = snapshots.findLast((info) => {
    const { account, writer, reason } = extraOf(info);
    const isOwn = account !== null && sameLink(own, account) !== false && writer?.id === vault.installation();
    return isOwn && reason !== 'before_restore';
  });
  return newest === undefined ? 'The vault has none of its own link' : `The newest of its own link is ${newest.id}`;
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
 * Installations that write one session's history beside another: their snapshots are of different accounts, or one continues
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
