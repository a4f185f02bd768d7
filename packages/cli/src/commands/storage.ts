import type { StorageReport } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { asCliError, CliError } from '../cli-error.ts';
import { type StorageReader, withStorage } from '../client/storage.ts';
import { EXIT } from '../exit-codes.ts';
import type { Printer } from '../output/printer.ts';
import { bar } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { bytes } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { sessionName } from './values.ts';

const CLASSES = ['critical', 'important', 'optional', 'temporary'] as const;

const BAR_WIDTH = 20;

/** Folders below this part of the whole are told in one line. */
const SMALL = 0.002;

export const register: Register = (parent, io, words) => {
  parent
    .command('storage')
    .description(words.help.storage.about)
    .addArgument(new Argument('[name]', words.help.storage.name).argParser(sessionName(words)))
    .action(async (name: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      await withStorage(cli, (storage) => (name === undefined ? showAll(cli, storage) : showOne(cli, storage, name)));
    });
};

async function showOne(cli: Cli, storage: StorageReader, name: string): Promise<void> {
  const report = await storage.report(name);
  cli.print.data({ session: name, ...report });
  const { bold } = cli.print.paint;
  cli.print.line(`${bold(name)} ${report.path}`);
  cli.print.line(`${bytes(report.bytes)}${growth(cli.words, report)}\n`);
  const { classHead, classes: names, what, worth } = cli.words.profiles;
  const classes = CLASSES.map((each) => [
    names[each],
    bytes(report.classes[each]),
    ...drawn(cli.print, report.classes[each], report.bytes),
    worth[each],
  ]);
  cli.print.line(table(cli.print, [...classHead, ...drawnHead(cli.print), what], classes));
  cli.print.line(`\n${folderTable(cli.print, report)}`);
  warn(cli.print, name, report);
}

/** What cannot be looked at of one does not hide the others. */
async function showAll(cli: Cli, storage: StorageReader): Promise<void> {
  const items: ({ session: string } & StorageReport)[] = [];
  const errors: { session: string; error: CliError }[] = [];
  for (const session of await storage.names()) {
    try {
      items.push({ session, ...(await storage.report(session)) });
    } catch (thrown) {
      const error = asCliError(thrown);
      if (error.exitCode === EXIT.unreachable) throw error;
      errors.push({ session, error });
    }
  }
  items.sort((a, b) => b.bytes - a.bytes);
  cli.print.data({ items, errors: errors.map(asData) });
  if (items.length > 0) cli.print.line(sessionTable(cli.print, items));
  else if (errors.length === 0) cli.print.line(cli.words.profiles.noProfiles);
  for (const { session, ...report } of items) warn(cli.print, session, report);
  for (const { session, error } of errors) cli.print.note(`${session}: ${error.saidIn(cli.words)}`);
  if (errors.length === 0) return;
  const names = errors.map(({ session }) => session).join(', ');
  throw new CliError(EXIT.failed, 'failed', ({ profiles }) => profiles.notLookedAt(names), '', { told: true });
}

function asData({ session, error: { code, message: detail, hint } }: { session: string; error: CliError }): object {
  return { session, error: { code, detail, hint } };
}

function sessionTable(print: Printer, items: readonly ({ session: string } & StorageReport)[]): string {
  const most = Math.max(...items.map((item) => item.bytes));
  const rows = items.map((item) => [
    item.session,
    bytes(item.bytes),
    ...CLASSES.map((each) => bytes(item.classes[each])),
    item.growthBytesPerDay === null ? '-' : perDay(item.growthBytesPerDay),
    ...drawn(print, item.bytes, most),
  ]);
  const { nameHead, classes, perDay: aDay } = print.words.profiles;
  const head = [...nameHead, ...CLASSES.map((each) => classes[each].toUpperCase()), aDay, ...drawnHead(print)];
  return table(print, head, rows);
}

function folderTable(print: Printer, report: StorageReport): string {
  const { count, profiles } = print.words;
  const { classes, folder: folderHead, folderHead: head } = profiles;
  const large = report.folders.filter((folder) => folder.bytes >= report.bytes * SMALL);
  const small = report.folders.slice(large.length);
  const rows = large.map((folder) => [
    bytes(folder.bytes),
    String(folder.files),
    classes[folder.class],
    ...drawn(print, folder.bytes, report.bytes),
    folder.path,
  ]);
  if (small.length > 0) {
    const [size, files] = [sum(small.map((one) => one.bytes)), sum(small.map((one) => one.files))];
    rows.push([bytes(size), String(files), '', ...drawn(print, 0, 1), `(${count.smallerOnes(small.length)})`]);
  }
  return table(print, [...head, ...drawnHead(print), folderHead], rows);
}

/** The bar's column, where there is a terminal to draw on. */
function drawn(print: Printer, part: number, whole: number): string[] {
  return print.isTerminal ? [bar({ phase: '', done: part, total: whole }, BAR_WIDTH)] : [];
}

function drawnHead(print: Printer): string[] {
  return print.isTerminal ? [''] : [];
}

function growth({ profiles }: Words, { growthBytesPerDay }: StorageReport): string {
  return growthBytesPerDay === null ? '' : `, ${profiles.aDay(perDay(growthBytesPerDay))}`;
}

function perDay(count: number): string {
  return `${count < 0 ? '-' : '+'}${bytes(Math.abs(count))}`;
}

function warn(print: Printer, name: string, { bytes: size, warnBytes, classes }: StorageReport): void {
  if (size < warnBytes) return;
  const spare = bytes(classes.optional + classes.temporary);
  print.note(print.words.profiles.tooLarge(name, bytes(warnBytes), spare));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
