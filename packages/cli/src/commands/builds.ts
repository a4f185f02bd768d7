import type { Build } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { table } from '../output/table.ts';
import { ago, printable } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type MachineOptions, machineOption, type Register } from './command.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('builds')
    .description(words.help.builds.about)
    .addOption(machineOption(words))
    .action(async (options: MachineOptions, command: Command) => {
      const cli = cliOf(command, io, options);
      const { items } = await cli.client().call('listBuilds');
      cli.print.data({ items });
      if (items.length === 0) return cli.print.line(words.pages.noBuild);
      const rows = items.map((one) => row(words, one));
      cli.print.line(table(cli.print, words.pages.buildHead, rows));
    });
};

function row(
  { output }: Words,
  { build, sessions, verdict, schema, kept, firstSeenAt, lastReadyAt, reason }: Build,
): string[] {
  return [
    build,
    String(sessions),
    verdict,
    schema === null ? '-' : String(schema),
    kept ? output.yes : output.no,
    ago(firstSeenAt),
    lastReadyAt === null ? '-' : ago(lastReadyAt),
    printable(reason),
  ];
}
