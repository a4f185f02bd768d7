import { type Command, InvalidArgumentError, Option } from 'commander';
import { withStorage } from '../client/storage.ts';
import { table } from '../output/table.ts';
import { ago, bytes, printable } from '../output/words.ts';
import type { Words } from '../words/words.ts';
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
    .addArgument(nameArgument(words))
    .addOption(new Option('--hours <hours>', words.help.recent.hours).default(24).argParser(hours(words)))
    .addOption(new Option('--limit <count>', words.help.recent.limit).default(50).argParser(limit(words)))
    .action(async (name: string, options: RecentOptions, command: Command) => {
      const cli = cliOf(command, io);
      await withStorage(cli, async (storage) => {
        const { items, total } = await storage.recent(name, { hours: options.hours, limit: options.limit });
        cli.print.data({ session: name, items, total });
        if (items.length === 0) return cli.print.line(words.profiles.nothingChanged(options.hours));
        const rows = items.map((file) => [
          ago(file.at),
          bytes(file.bytes),
          words.profiles.classes[file.class],
          printable(file.path),
        ]);
        cli.print.line(table(cli.print, words.profiles.recentHead, rows));
        if (total > items.length) cli.print.note(words.profiles.more(total - items.length));
      });
    });
};

function hours({ rules }: Words): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,6}$/.test(text) || value < 1 || value > MOST_HOURS)
      throw new InvalidArgumentError(rules.hours(MOST_HOURS));
    return value;
  };
}
