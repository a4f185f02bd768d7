import { accountLabel, type Check, localTime, type Snapshot, type SnapshotProblem } from '@leadmaster/protocol';
import { checkIn, problemIn, reasonIn } from '../words/told.ts';
import type { Words } from '../words/words.ts';
import type { Printer } from './printer.ts';
import { table } from './table.ts';
import { ago, bytes, duration, printable } from './words.ts';

/** A problem of a session's records. */
export interface NamedProblem extends SnapshotProblem {
  session: string;
}

/** Snapshots, one line each; with their sessions where there may be several. */
export function snapshotTable(print: Printer, items: readonly Snapshot[], withSession: boolean): string {
  const rows = items.map((one) => [
    ...(withSession ? [one.session] : []),
    one.id,
    localTime(one.at),
    ago(one.at),
    one.kind,
    bytes(one.bytes),
    bytes(one.newBytes),
    bytes(one.storedBytes),
    one.method === 'none' ? '-' : duration(one.pauseMs),
    one.chromium ?? '-',
    printable(reasonIn(print.words, one.reason)),
    one.account === null ? '-' : printable(accountLabel(one.account)),
    writer(print, one),
    verdict(print, one),
  ]);
  const { head, session } = print.words.snapshots;
  return table(print, withSession ? [session, ...head] : head, rows);
}

/** The installation that took it, by the name of its machine then. */
function writer({ words }: Printer, { writtenBy }: Snapshot): string {
  if (writtenBy === null) return '-';
  return writtenBy.isHere ? words.output.here : printable(writtenBy.host);
}

/** What was taken, in a line. */
export function describeTaken(print: Printer, one: Snapshot): string {
  const { count, snapshots } = print.words;
  const parts = [
    snapshots.taken(print.paint.bold(one.session), one.id),
    count.files(one.files),
    bytes(one.bytes),
    snapshots.fresh(bytes(one.newBytes)),
    snapshots.stored(bytes(one.storedBytes)),
    pause(print.words, one),
    snapshots.took(duration(one.durationMs)),
  ];
  return parts.join(', ');
}

/** What a snapshot is, in a question about it: its id, when and why it was taken, kind and size. */
export function nameSnapshot(words: Words, one: Snapshot): string {
  const facts = [words.output.ago(ago(one.at)), one.kind, bytes(one.bytes), printable(reasonIn(words, one.reason))];
  return words.snapshots.named(one.id, localTime(one.at), facts.join(', '));
}

/** How long the browser stood still, and how. */
export function pause({ snapshots }: Words, { method, pauseMs }: Snapshot): string {
  return method === 'none' ? snapshots.noBrowserRan : snapshots.paused(duration(pauseMs), snapshots.pausedBy[method]);
}

/** Whether it was proven good, and when. */
export function verdict(print: Printer, { verified, verifiedAt }: Snapshot): string {
  const { output } = print.words;
  if (verified === false) return print.paint.red(output.damaged);
  return verifiedAt === null ? '-' : print.paint.green(output.ago(ago(verifiedAt)));
}

/** What is wrong with the records, in red below what was shown of them. */
export function showProblems(print: Printer, problems: readonly NamedProblem[]): void {
  const { words, paint } = print;
  for (const { session, ...problem } of problems) {
    const { kind, object } = problem;
    const what = kind === 'damaged' ? words.output.damaged : kind;
    const { says, detail } = problemIn(words, problem);
    const text = words.told === null ? `${what} ${object}: ${problem.detail}` : says;
    print.line(paint.red(`${session}: ${printable(text)}`));
    showDetail(print, detail);
  }
}

/** How one of several things went. */
export function okOrFail({ paint, words }: Printer, ok: boolean): string {
  return ok ? paint.green(words.output.ok) : paint.red(words.output.fail);
}

/** What a service says in English, below its words in the language of the terminal. */
export function showDetail(print: Printer, detail: string): void {
  if (detail !== '') print.line(`     ${print.paint.dim(print.words.output.detail)}  ${printable(detail)}`);
}

/** Checks, one line each. */
export function showChecks(print: Printer, checks: readonly Check[]): void {
  for (const check of checks) {
    const { name, says, detail } = checkIn(print.words, check);
    print.line(`${okOrFail(print, check.ok)} ${name}${says === '' ? '' : `: ${printable(says)}`}`);
    showDetail(print, detail);
  }
}
