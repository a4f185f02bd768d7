import { type Command, InvalidArgumentError, Option } from 'commander';
import { withStorage } from '../client/storage.ts';
import { table } from '../output/table.ts';
import { ago, bytes, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { limit, nameArgument } from './values.ts';

interface RecentOptions {
  hours: number;
  limit: number;
}

const MOST_HOURS = 87_600;

export const register: Register = (parent, io, words) => {
  parent
    .command('recent')
    .description(words.help.recent.about)
    .addArgument(nameArgument())
    .addOption(new Option('--hours <hours>', words.help.recent.hours).default(24).argParser(hours))
    .addOption(new Option('--limit <count>', words.help.recent.limit).default(50).argParser(limit))
    .action(async (name: string, options: RecentOptions, command: Command) => {
      const cli = cliOf(command, io);
      await withStorage(cli, async (storage) => {
        const { items, total } = await storage.recent(name, { hours: options.hours, limit: options.limit });
        cli.print.data({ session: name, items, total });
        if (items.length === 0) return cli.print.line(`Nothing was changed in the last ${options.hours} h.`);
        const rows = items.map((file) => [ago(file.at), bytes(file.bytes), file.class, printable(file.path)]);
        cli.print.line(table(cli.print, ['AGO', 'BYTES', 'CLASS', 'FILE'], rows));
        if (total > items.length) cli.print.note(`${total - items.length} more; --limit shows up to 1000.`);
      });
    });
};

function hours(text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < 1 || value > MOST_HOURS)
    throw new InvalidArgumentError(`It must be a whole number of hours from 1 to ${MOST_HOURS}.`);
  return value;
}
