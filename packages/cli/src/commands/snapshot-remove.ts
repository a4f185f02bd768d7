import type { PruneReport } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import { type Snapshots, withSnapshots } from '../client/snapshots.ts';
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
    .description('delete a snapshot; its space is free after the next prune')
    .addArgument(nameArgument())
    .addArgument(idArgument())
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, text: string, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await withSnapshots(cli, async ({ snapshots }) => {
        const { id, title } = await choose(snapshots, name, text);
        await confirm(io, yes, `Delete ${title} of ${name}? It cannot be brought back.`);
        await snapshots.delete(name, id);
        cli.print.data({ session: name, deleted: id });
        cli.print.line(`Snapshot ${id} of ${name} is deleted.`);
      });
    });
};

/** A snapshot; or a record that cannot be read, which is known by its number alone. */
async function choose(snapshots: Snapshots, name: string, text: string): Promise<{ id: string; title: string }> {
  if (/^\d+$/.test(text) && (await isDamaged(snapshots, name, text)))
    return { id: text, title: `the damaged record ${text}` };
  const chosen = await findSnapshot(snapshots, name, text);
  return { id: chosen.id, title: nameSnapshot(chosen) };
}

async function isDamaged(snapshots: Snapshots, name: string, number: string): Promise<boolean> {
  const { items, problems } = await snapshots.list(name);
  if (items.some(({ id }) => id.startsWith(`${number}-`))) return false;
  return problems.some(({ kind, object }) => kind === 'damaged' && Number(object.split('/').at(-1)) === Number(number));
}

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
