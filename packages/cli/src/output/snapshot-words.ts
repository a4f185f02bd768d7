import { accountLabel, type Snapshot, type SnapshotProblem } from '@leadmaster/protocol';
import type { Printer } from './printer.ts';
import { table } from './table.ts';
import { ago, bytes, duration, localTime, plural, printable } from './words.ts';

const HEAD = [
  'ID',
  'WHEN',
  'AGE',
  'KIND',
  'SIZE',
  'NEW',
  'STORED',
  'PAUSE',
  'CHROMIUM',
  'REASON',
  'ACCOUNT',
  'WRITTEN BY',
  'VERIFIED',
];

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
    printable(one.reason),
    one.account === null ? '-' : printable(accountLabel(one.account)),
    writer(one),
    verdict(print, one),
  ]);
  return table(print, withSession ? ['SESSION', ...HEAD] : HEAD, rows);
}

/** The installation that took it, by the name of its machine then. */
function writer({ writtenBy }: Snapshot): string {
  if (writtenBy === null) return '-';
  return writtenBy.isHere ? 'here' : printable(writtenBy.host);
}

/** What was taken, in a line. */
export function describeTaken(print: Printer, one: Snapshot): string {
  const parts = [
    `${print.paint.bold(one.session)}: snapshot ${one.id}`,
    plural(one.files, 'file'),
    bytes(one.bytes),
    `${bytes(one.newBytes)} new`,
    `${bytes(one.storedBytes)} stored`,
    pause(one),
    `took ${duration(one.durationMs)}`,
  ];
  return parts.join(', ');
}

/** What a snapshot is, to whoever is asked about it: its id, when and why it was taken, kind and size. */
export function nameSnapshot(one: Snapshot): string {
  const facts = [`${ago(one.at)} ago`, one.kind, bytes(one.bytes), printable(one.reason)];
  return `snapshot ${one.id} of ${localTime(one.at)} (${facts.join(', ')})`;
}

/** How long the browser stood still, and how. */
export function pause({ method, pauseMs }: Snapshot): string {
  return method === 'none' ? 'no browser ran' : `paused ${duration(pauseMs)} (${method})`;
}

/** Whether it was proven good, and when. */
export function verdict(print: Printer, { verified, verifiedAt }: Snapshot): string {
  if (verified === false) return print.paint.red('DAMAGED');
  return verifiedAt === null ? '-' : print.paint.green(`${ago(verifiedAt)} ago`);
}

/** What is wrong with the records, in red below whatever was shown of them. */
export function showProblems(print: Printer, problems: readonly NamedProblem[]): void {
  for (const { session, kind, object, detail } of problems) {
    const what = kind === 'damaged' ? 'DAMAGED' : kind;
    print.line(print.paint.red(`${session}: ${what} ${object}: ${printable(detail)}`));
  }
}

/** Checks, one line each. */
export function showChecks(print: Printer, checks: readonly { name: string; ok: boolean; detail: string }[]): void {
  const { green, red } = print.paint;
  for (const { name, ok, detail } of checks) {
    print.line(`${ok ? green('ok  ') : red('FAIL')} ${name}${detail === '' ? '' : `: ${printable(detail)}`}`);
  }
}
