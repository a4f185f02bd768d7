import type { PruneReport } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import { withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { bytes, plural } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { findSnapshot, idArgument } from './snapshot-id.ts';
import { nameArgument, sessionName } from './values.ts';

export const registerDelete: Register = (noun, io) => {
  noun
    .command('delete')
    .description('take a snapshot out of the history; its room is free after the next prune')
    .addArgument(nameArgument())
    .addArgument(idArgument())
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, text: string, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, async ({ snapshots }) => {
        const chosen = await findSnapshot(snapshots, name, text);
        await confirm(io, yes, `Delete ${nameSnapshot(chosen)} of ${name}? It cannot be brought back.`);
        await snapshots.delete(name, chosen.id);
        cli.print.data({ session: name, deleted: chosen.id });
        cli.print.line(`Snapshot ${chosen.id} of ${name} is deleted.`);
      });
    });
};

export const registerPrune: Register = (noun, io) => {
  noun
    .command('prune')
    .description('forget the snapshots that SNAPSHOT_KEEP does not keep, and free what no snapshot needs')
    .addArgument(new Argument('[name]', 'of this session alone').argParser(sessionName))
    .option('-y, --yes', 'do not ask')
    .action(async (name: string | undefined, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await confirm(io, yes, `Forget the snapshots of ${name ?? 'all sessions'} that SNAPSHOT_KEEP does not keep?`);
      await withSnapshots(cli, async ({ snapshots }) => {
        const items = await long(cli, name ?? 'vault', (call) => snapshots.prune(name ?? null, call));
        cli.print.data({ items });
        for (const report of items) cli.print.line(describe(report));
        if (items.length === 0) cli.print.line('There is nothing to prune: the vault holds no session.');
      });
    });
};

function describe({ session, forgotten, freedBytes, deletedPacks, rewrittenPacks }: PruneReport): string {
  const gone = forgotten.length === 0 ? 'nothing forgotten' : `forgotten ${forgotten.join(', ')}`;
  const packs = `${plural(deletedPacks, 'pack')} deleted, ${rewrittenPacks} rewritten`;
  return `${session}: ${gone}; ${bytes(freedBytes)} freed (${packs})`;
}
