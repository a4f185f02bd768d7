import type { Build } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { table } from '../output/table.ts';
import { ago, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('builds')
    .description(words.help.builds.about)
    .action(async (_options, command: Command) => {
      const cli = cliOf(command, io);
      const { items } = await cli.client().call('listBuilds');
      cli.print.data({ items });
      if (items.length === 0) return cli.print.line('No build was seen yet: start a session.');
      const head = ['BUILD', 'SESSIONS', 'VERDICT', 'REACH', 'KEPT', 'FIRST SEEN', 'LAST READY', 'WHY'];
      cli.print.line(table(cli.print, head, items.map(row)));
    });
};

function row({ build, sessions, verdict, schema, kept, firstSeenAt, lastReadyAt, reason }: Build): string[] {
  return [
    build,
    String(sessions),
    verdict,
    schema === null ? '-' : String(schema),
    kept ? 'yes' : 'no',
    ago(firstSeenAt),
    lastReadyAt === null ? '-' : ago(lastReadyAt),
    printable(reason),
  ];
}
