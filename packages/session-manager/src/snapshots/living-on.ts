import type { Recoverable } from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import { isOfAnother } from './own-link.ts';
import { extraOf } from './snapshot-facts.ts';

/** What the last snapshot before an order says of the session; null for any other snapshot. */
export function endBy(reason: string): Recoverable['gone'] {
  if (reason === 'before_delete') return 'deleted';
  return reason === 'before_transfer' ? 'moved' : null;
}

/**
 * What of a history was not ended by a delete or a move: all of it where its newest snapshot is no such end, else what other
 * installations on the same vault have written of logins of their own. Empty where the session is gone for good.
 */
export function livingOn(oldestFirst: readonly SnapshotInfo[]): readonly SnapshotInfo[] {
  const last = oldestFirst.at(-1);
  if (last === undefined) return [];
  const { reason, writer } = extraOf(last);
  if (endBy(reason) === null) return oldestFirst;
  return writer === undefined ? [] : livingOn(besides(oldestFirst, writer.id));
}

/**
 * What other installations than this one have written of logins that it is proven never to have had. One that took a session
 * over has had its login: nothing is beside that.
 */
export function besides(oldestFirst: readonly SnapshotInfo[], installation: string): readonly SnapshotInfo[] {
  const extras = oldestFirst.map(extraOf);
  const had = extras.flatMap(({ writer, account }) => (writer?.id === installation && account ? [account] : []));
  if (had.length === 0) return [];
  return oldestFirst.filter((_, at) => {
    const { writer, account } = extras[at] ?? {};
    const isOther = writer !== undefined && writer.id !== installation;
    return isOther && had.every((one) => isOfAnother(one, account ?? null));
  });
}
