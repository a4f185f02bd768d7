import type { TrimReport } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { operate } from '../client/operations.ts';
import { bytes } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { nameArgument, pathOf } from './values.ts';

export const register: Register = (parent, io) => {
  parent
    .command('trim')
    .description('delete caches that WhatsApp can download again; login and messages stay')
    .addArgument(nameArgument())
    .option('--restart', 'stop a running session first, and start it afterwards')
    .action(async (name: string, { restart = false }: { restart?: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      const path = `${pathOf(name)}/storage/trim${restart ? '?restart=true' : ''}`;
      const report = await long(cli, name, (call) => operate<TrimReport>(cli.client(), path, undefined, call));
      cli.print.data({ session: name, ...report });
      cli.print.line(`${name}: ${bytes(report.freedBytes)} freed, ${bytes(report.bytes)} left.`);
    });
};
