import { type Census, localTime, type SnapshotDetail, type SnapshotList } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { type SnapshotAccess, type Snapshots, withSnapshots } from '../client/snapshots.ts';
import type { Printer } from '../output/printer.ts';
import { pause, showChecks, showProblems, snapshotTable, verdict } from '../output/snapshot-words.ts';
import { table } from '../output/table.ts';
import { accountName, ago, bytes, duration, printable } from '../output/words.ts';
import { reasonAndCode } from '../words/told.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { findSnapshot, idArgument } from './snapshot-id.ts';
import { nameArgument, sessionName } from './values.ts';

export const registerList: Register = (noun, io, words) => {
  noun
    .command('list')
    .description(words.help.snapshot.list.about)
    .addArgument(new Argument('[name]', words.help.snapshot.list.name).argParser(sessionName(words)))
    .action(async (name: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, (access) => list(cli, access, name));
    });
};

export const registerShow: Register = (noun, io, words) => {
  noun
    .command('show')
    .description(words.help.snapshot.show.about)
    .addArgument(nameArgument(words))
    .addArgument(idArgument(words, 'latest'))
    .option('--files', words.help.snapshot.show.files)
    .action(async (name: string, id: string, { files }: { files?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, async ({ snapshots }) => {
        const detail = await snapshots.get(name, (await findSnapshot(snapshots, name, id, undefined, cli.print)).id);
        cli.print.data(detail);
        show(cli.print, detail);
        if (files) cli.print.line(`\n${fileTable(cli.print, detail)}`);
      });
    });
};

async function list(cli: Cli, access: SnapshotAccess, name: string | undefined): Promise<void> {
  const lists = await listed(cli, access, name);
  const items = lists.flatMap((one) => one.items);
  const problems = lists.flatMap((one) => one.problems.map((problem) => ({ session: one.session, ...problem })));
  cli.print.data({ items, problems });
  if (items.length > 0) cli.print.line(snapshotTable(cli.print, items, name === undefined));
  else if (problems.length === 0) cli.print.line(cli.words.snapshots.none(name));
  showProblems(cli.print, problems);
}

type SessionSnapshots = SnapshotList & { session: string };

/** Elsewhere there may be several vaults, and most of what they hold is not the caller's: then of the sessions that are there. */
async function listed(
  cli: Cli,
  { snapshots, names }: SnapshotAccess,
  name: string | undefined,
): Promise<SessionSnapshots[]> {
  if (name === undefined && !cli.isElsewhere) return listVault(snapshots);
  const lists = [];
  for (const session of name === undefined ? await names() : [name])
    lists.push({ session, ...(await snapshots.list(session)) });
  return lists;
}

/** Of every session of the vault; one of which nothing can be read has problems, and no snapshots. */
async function listVault(snapshots: Snapshots): Promise<SessionSnapshots[]> {
  const lists = [];
  for (const { session, damaged, problems } of await snapshots.recoverable())
    lists.push({ session, ...(damaged ? { items: [], problems } : await snapshots.list(session)) });
  return lists;
}

function show(print: Printer, one: SnapshotDetail): void {
  const { bold } = print.paint;
  const { words } = print;
  const { facts, profileOf, took } = words.snapshots;
  const rows = [
    [
      facts.taken,
      `${localTime(one.at)} (${words.output.ago(ago(one.at))}), ${printable(reasonAndCode(words, one.reason))}`,
    ],
    [facts.kind, one.kind],
    [facts.account, printable(accountName(one))],
    [facts.size, sizeOf(words, one)],
    [facts.copy, `${pause(words, one)}, ${took(duration(one.durationMs))}`],
    [facts.profile, profileOf(one.generation, one.chromium)],
    [facts.verified, verdict(print, one)],
    [facts.counted, counted(words, one.census)],
  ];
  print.line(`${bold(one.session)} ${one.id}`);
  for (const [label = '', value = ''] of rows) print.line(`  ${label.padEnd(9)} ${value}`);
  if (one.structure.length > 0) print.line(`\n${bold(words.snapshots.databases)}`);
  showChecks(print, one.structure);
}

function sizeOf({ count, snapshots }: Words, one: SnapshotDetail): string {
  return snapshots.sizeIn(bytes(one.bytes), count.files(one.files), bytes(one.newBytes), bytes(one.storedBytes));
}

/** What the page held just before and just after the copy was taken. */
function counted(words: Words, { before, after }: SnapshotDetail['census']): string {
  if (before === null && after === null) return '-';
  return words.snapshots.beforeAndAfter(held(words, before), held(words, after));
}

function held({ snapshots }: Words, census: Census | null): string {
  if (census === null) return snapshots.nothing;
  const rows = Object.values(census.rows).reduce((sum, value) => sum + value, 0);
  return snapshots.rowsAndItems(rows, census.localStorage);
}

function fileTable(print: Printer, { entries }: SnapshotDetail): string {
  const rows = entries.map(({ kind, mode, size, path }) => [
    kind,
    mode.toString(8).padStart(4, '0'),
    kind === 'file' ? String(size) : '-',
    printable(path),
  ]);
  return table(print, print.words.snapshots.fileHead, rows);
}
