import type { Snapshot, SnapshotList, SnapshotProblem } from '@leadmaster/protocol';
import { Argument } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Snapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import type { Printer } from '../output/printer.ts';
import { printable } from '../output/words.ts';
import { problemIn, problemText } from '../words/told.ts';
import type { Words } from '../words/words.ts';

/** Which snapshot is meant. */
export function idArgument(words: Words, standard?: 'latest', about = words.help.shared.id): Argument {
  return standard === undefined ? new Argument('<id>', about) : new Argument('[id]', about).default(standard);
}

/** The snapshot of a session that the operator means, by the service's or the vault's own list. */
export async function findSnapshot(
  snapshots: Snapshots,
  session: string,
  text: string,
  choose: (items: readonly Snapshot[], session: string, text: string) => Snapshot = chooseSnapshot,
  print?: Printer,
): Promise<Snapshot> {
  const list = await snapshots.list(session);
  if (text === 'latest' && print !== undefined) noteDamage(print, session, list.items[0]?.id ?? null, list.problems);
  return findIn(list, session, text, choose);
}

/** The same in a list that was read before. */
export function findIn(
  { items, problems }: SnapshotList,
  session: string,
  text: string,
  choose: (items: readonly Snapshot[], session: string, text: string) => Snapshot = chooseSnapshot,
): Snapshot {
  const rollback = problems.find(({ kind }) => kind === 'rolled_back');
  if (items.length === 0 && rollback !== undefined) throw rolledBack(session, rollback);
  return choose(items, session, text);
}

/** What "latest" is not, where something newer than the newest of these (null: there is none) cannot be read. */
export function noteDamage(
  print: Printer,
  session: string,
  newest: string | null,
  problems: readonly SnapshotProblem[],
): void {
  for (const one of newerDamage(newest, problems)) {
    print.note(print.words.snapshots.latestIs(session, sayProblem(print.words, one)));
  }
}

/** Of what is wrong with a history, what is newer than one of its snapshots (null: than none), and cannot be read. */
export function newerDamage(newest: string | null, problems: readonly SnapshotProblem[]): SnapshotProblem[] {
  const known = newest === null ? 0 : Number.parseInt(newest, 10);
  return problems.filter(
    ({ kind, object }) => kind === 'rolled_back' || (kind === 'damaged' && Number(object.split('/').at(-1)) > known),
  );
}

/** A problem as part of a line. */
export function sayProblem(words: Words, problem: SnapshotProblem): string {
  return printable(problemIn(words, problem).says);
}

/**
 * The snapshot with that id; else the only one whose id begins so. `12` means `12-...` before it means `120-...`.
 *
 * @throws CliError `snapshot_not_found`, or `ambiguous_id` with those that it could be.
 */
export function chooseSnapshot<T extends { id: string }>(items: readonly T[], session: string, text: string): T {
  const found =
    text === 'latest'
      ? items.slice(0, 1)
      : (MATCHES.map((matches) => items.filter(({ id }) => matches(id, text))).find((some) => some.length > 0) ?? []);
  const [first, ...others] = found;
  if (first === undefined) throw notFound(items, session, text);
  if (others.length === 0) return first;
  throw new CliError(
    EXIT.usage,
    'ambiguous_id',
    ({ snapshots }) => snapshots.couldBe(text, found.map(({ id }) => id).join(', ')),
    ({ snapshots }) => snapshots.writeMore,
  );
}

/**
 * The same for going back to: what a restore took of the profile that it replaced is what the operator did not want to keep, and is
 * meant by its id alone, never by "latest".
 */
export function chooseToGoBack<T extends { id: string }>(
  items: readonly T[],
  reasonOf: (item: T) => unknown,
  session: string,
  text: string,
): T {
  if (text !== 'latest') return chooseSnapshot(items, session, text);
  const found = items.find((item) => reasonOf(item) !== 'before_restore');
  if (found === undefined) throw notFound(items, session, text);
  return found;
}

const MATCHES: readonly ((id: string, text: string) => boolean)[] = [
  (id, text) => id === text,
  (id, text) => text !== '' && id.startsWith(`${text}-`),
  (id, text) => text !== '' && id.startsWith(text),
];

/** A new one would be refused, too. */
function rolledBack(session: string, rollback: SnapshotProblem): CliError {
  return new CliError(
    EXIT.notFound,
    'snapshot_not_found',
    (words) => words.snapshots.rolledBack(session, problemText(words, rollback)),
    ({ snapshots }) => snapshots.putBackHint(session),
  );
}

function notFound(items: readonly unknown[], session: string, text: string): CliError {
  const isEmpty = items.length === 0;
  return new CliError(
    EXIT.notFound,
    'snapshot_not_found',
    ({ snapshots }) => (isEmpty ? snapshots.hasNone(session) : snapshots.hasNoneSuch(session, text)),
    ({ snapshots }) => (isEmpty ? snapshots.takeOne(session) : snapshots.listThem(session)),
  );
}
