import type { Census, SnapshotDetail, SnapshotList } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { type Snapshots, withSnapshots } from '../client/snapshots.ts';
import type { Printer } from '../output/printer.ts';
import { pause, showChecks, showProblems, snapshotTable, verdict } from '../output/snapshot-words.ts';
import { table } from '../output/table.ts';
import { accountName, ago, bytes, duration, localTime, plural, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { findSnapshot, idArgument } from './snapshot-id.ts';
import { nameArgument, sessionName } from './values.ts';

export const registerList: Register = (noun, io, words) => {
  noun
    .command('list')
    .description(words.help.snapshot.list.about)
    .addArgument(new Argument('[name]', words.help.snapshot.list.name).argParser(sessionName))
    .action(async (name: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, ({ snapshots }) => list(cli, snapshots, name));
    });
};

export const registerShow: Register = (noun, io, words) => {
  noun
    .command('show')
    .description(words.help.snapshot.show.about)
    .addArgument(nameArgument())
    .addArgument(idArgument('latest'))
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

async function list(cli: Cli, snapshots: Snapshots, name: string | undefined): Promise<void> {
  const lists = name === undefined ? await listAll(snapshots) : [{ session: name, ...(await snapshots.list(name)) }];
  const items = lists.flatMap((one) => one.items);
  const problems = lists.flatMap((one) => one.problems.map((problem) => ({ session: one.session, ...problem })));
  cli.print.data({ items, problems });
  if (items.length > 0) cli.print.line(snapshotTable(cli.print, items, name === undefined));
  else if (problems.length === 0)
    cli.print.line(`No snapshots yet. Take the first: ./leadmaster snapshot create ${name ?? 'NAME'}`);
  showProblems(cli.print, problems);
}

/** Of every session; one of which nothing can be read has problems, and no snapshots. */
async function listAll(snapshots: Snapshots): Promise<(SnapshotList & { session: string })[]> {
  const lists = [];
  for (const { session, damaged, problems } of await snapshots.recoverable())
    lists.push({ session, ...(damaged ? { items: [], problems } : await snapshots.list(session)) });
  return lists;
}

function show(print: Printer, one: SnapshotDetail): void {
  const { bold } = print.paint;
  const rows = [
    ['taken', `${localTime(one.at)} (${ago(one.at)} ago), ${printable(one.reason)}`],
    ['kind', one.kind],
    ['account', printable(accountName(one))],
    [
      'size',
      `${bytes(one.bytes)} in ${plural(one.files, 'file')}; ${bytes(one.newBytes)} new, ${bytes(one.storedBytes)} stored`,
    ],
    ['copy', `${pause(one)}, took ${duration(one.durationMs)}`],
    ['profile', `generation ${one.generation}, Chromium ${one.chromium ?? 'unknown'}`],
    ['verified', verdict(print, one)],
    ['counted', counted(one.census)],
  ];
  print.line(`${bold(one.session)} ${one.id}`);
  for (const [label = '', value = ''] of rows) print.line(`  ${label.padEnd(9)} ${value}`);
  if (one.structure.length > 0) print.line(`\n${bold('Databases')}`);
  showChecks(print, one.structure);
}

/** What the page held just before and just after the copy was taken. */
function counted({ before, after }: SnapshotDetail['census']): string {
  if (before === null && after === null) return '-';
  return `${count(before)} before the copy, ${count(after)} after it`;
}

function count(census: Census | null): string {
  if (census === null) return 'nothing';
  const rows = Object.values(census.rows).reduce((sum, value) => sum + value, 0);
  return `${rows} rows and ${census.localStorage} items`;
}

function fileTable(print: Printer, { entries }: SnapshotDetail): string {
  const rows = entries.map(({ kind, mode, size, path }) => [
    kind,
    mode.toString(8).padStart(4, '0'),
    kind === 'file' ? String(size) : '-',
    printable(path),
  ]);
  return table(print, ['TYPE', 'MODE', 'BYTES', 'PATH'], rows);
}
