import type { Command } from 'commander';
import { of } from '../client/service-client.ts';
import { bytes } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('trim')
    .description(words.help.trim.about)
    .addArgument(nameArgument(words))
    .option('--restart', words.help.trim.restart)
    .action(async (name: string, { restart = false }: { restart?: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      const wanted = { ...of(name), query: { restart } };
      const report = await long(cli, name, (call) => cli.client().operate('trimStorage', wanted, call));
      cli.print.data({ session: name, ...report });
      cli.print.line(words.profiles.trimmed(name, bytes(report.freedBytes), bytes(report.bytes)));
    });
};
