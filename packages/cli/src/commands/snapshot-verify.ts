import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { withSnapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import { showChecks } from '../output/snapshot-words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { findSnapshot, idArgument } from './snapshot-id.ts';
import { nameArgument } from './values.ts';

export const registerVerify: Register = (noun, io) => {
  noun
    .command('verify')
    .description('read every byte that a snapshot needs; works without the service. Exit code 1: it is damaged')
    .addArgument(nameArgument())
    .addArgument(idArgument('latest'))
    .option('--drill', 'also boot a restored copy of it, without any network')
    .action(async (name: string, text: string, { drill = false }: { drill?: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, async ({ snapshots }) => {
        const { id } = await findSnapshot(snapshots, name, text, undefined, cli.print);
        const report = await long(cli, name, (call) => snapshots.verify(name, id, { ...call, drill }));
        cli.print.data({ session: name, snapshot: id, ...report });
        showChecks(cli.print, report.checks);
        const message = `Snapshot ${id} of ${name} is not good.`;
        if (!report.ok) throw new CliError(EXIT.failed, 'snapshot_damaged', message, '', { told: true });
        cli.print.line(`Snapshot ${id} of ${name} is good.`);
      });
    });
};
