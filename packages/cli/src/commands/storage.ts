import type { StorageReport } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { asCliError, CliError } from '../cli-error.ts';
import { type StorageReader, withStorage } from '../client/storage.ts';
import { EXIT } from '../exit-codes.ts';
import type { Printer } from '../output/printer.ts';
import { bar } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { bytes, plural } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { sessionName } from './values.ts';

const CLASSES = ['critical', 'important', 'optional', 'temporary'] as const;

/** What each class is worth, for those who see it the first time. */
const WORTH = {
  critical: 'the login and the messages; never trimmed',
  important: 'kept in snapshots; never trimmed',
  optional: 'cached media and scripts; trimmed',
  temporary: 'recreated by itself; trimmed',
} as const;

const BAR_WIDTH = 20;

/** Folders below this part of the whole are told in one line. */
const SMALL = 0.002;

export const register: Register = (parent, io, words) => {
  parent
    .command('storage')
    .description(words.help.storage.about)
    .addArgument(new Argument('[name]', words.help.storage.name).argParser(sessionName))
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
  cli.print.line(`${bytes(report.bytes)}${growth(report)}\n`);
  const classes = CLASSES.map((each) => [
    each,
    bytes(report.classes[each]),
    ...drawn(cli.print, report.classes[each], report.bytes),
    WORTH[each],
  ]);
  cli.print.line(table(cli.print, ['CLASS', 'BYTES', ...drawnHead(cli.print), 'WHAT'], classes));
  cli.print.line(`\n${folderTable(cli.print, report)}`);
  warn(cli.print, name, report);
}

/** What cannot be looked at of one does not hide the others. */
async function showAll(cli: Cli, storage: StorageReader): Promise<void> {
  const items: ({ session: string } & StorageReport)[] = [];
  const errors: { session: string; error: { code: string; detail: string; hint: string } }[] = [];
  for (const session of await storage.names()) {
    try {
      items.push({ session, ...(await storage.report(session)) });
    } catch (thrown) {
      const error = asCliError(thrown);
      if (error.exitCode === EXIT.unreachable) throw error;
      errors.push({ session, error: { code: error.code, detail: error.message, hint: error.hint } });
    }
  }
  items.sort((a, b) => b.bytes - a.bytes);
  cli.print.data({ items, errors });
  if (items.length > 0) cli.print.line(sessionTable(cli.print, items));
  else if (errors.length === 0) cli.print.line('There are no profiles yet. Make the first: ./leadmaster qr NAME');
  for (const { session, ...report } of items) warn(cli.print, session, report);
  for (const { session, error } of errors) cli.print.note(`${session}: ${error.detail}`);
  if (errors.length === 0) return;
  const names = errors.map(({ session }) => session).join(', ');
  throw new CliError(EXIT.failed, 'failed', `${names} could not be looked at.`, '', { told: true });
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
  const head = ['NAME', 'BYTES', ...CLASSES.map((each) => each.toUpperCase()), 'PER DAY', ...drawnHead(print)];
  return table(print, head, rows);
}

function folderTable(print: Printer, report: StorageReport): string {
  const large = report.folders.filter((folder) => folder.bytes >= report.bytes * SMALL);
  const small = report.folders.slice(large.length);
  const rows = large.map((folder) => [
    bytes(folder.bytes),
    String(folder.files),
    folder.class,
    ...drawn(print, folder.bytes, report.bytes),
    folder.path,
  ]);
  if (small.length > 0) {
    const [weight, files] = [sum(small.map((one) => one.bytes)), sum(small.map((one) => one.files))];
    rows.push([bytes(weight), String(files), '', ...drawn(print, 0, 1), `(${plural(small.length, 'smaller one')})`]);
  }
  return table(print, ['BYTES', 'FILES', 'CLASS', ...drawnHead(print), 'FOLDER'], rows);
}

/** The bar's column, where there is a terminal to draw on. */
function drawn(print: Printer, part: number, whole: number): string[] {
  return print.isTerminal ? [bar({ phase: '', done: part, total: whole }, BAR_WIDTH)] : [];
}

function drawnHead(print: Printer): string[] {
  return print.isTerminal ? [''] : [];
}

function growth({ growthBytesPerDay }: StorageReport): string {
  return growthBytesPerDay === null ? '' : `, ${perDay(growthBytesPerDay)} a day`;
}

function perDay(count: number): string {
  return `${count < 0 ? '-' : '+'}${bytes(Math.abs(count))}`;
}

function warn(print: Printer, name: string, { bytes: weight, warnBytes, classes }: StorageReport): void {
  if (weight < warnBytes) return;
  const spare = bytes(classes.optional + classes.temporary);
  print.note(
    `${name} is larger than STORAGE_WARN_MB (${bytes(warnBytes)}); up to ${spare} may go: ./leadmaster trim ${name}`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
