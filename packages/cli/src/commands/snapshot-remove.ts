import type { PruneReport, Snapshot, SnapshotList, SnapshotProblem } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import { withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { bytes, plural } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { findIn, idArgument } from './snapshot-id.ts';
import { nameArgument, sessionName } from './values.ts';

export const registerDelete: Register = (noun, io, words) => {
  noun
    .command('delete')
    .description(words.help.snapshot.delete.about)
    .addArgument(nameArgument())
    .addArgument(idArgument())
    .option('--other-writers', words.help.snapshot.delete.otherWriters)
    .option('-y, --yes', words.help.snapshot.delete.yes)
    .action(async (name: string, text: string, options: { otherWriters?: true; yes?: true }, command: Command) => {
      const { otherWriters = false, yes } = options;
      const cli = cliOf(command, io);
      await withSnapshots(cli, async ({ snapshots }) => {
        const list = await snapshots.list(name);
        const { id, what } = unreadable(list, text) ?? named(findIn(list, name, text));
        await confirm(io, yes, `Delete ${what} of ${name}? It cannot be brought back.`);
        await snapshots.delete(name, id, { otherWriters });
        cli.print.data({ session: name, deleted: id });
        cli.print.line(`Snapshot ${id} of ${name} is deleted.`);
      });
    });
};

function named(one: Snapshot): { id: string; what: string } {
  return { id: one.id, what: nameSnapshot(one) };
}

/** A record that cannot be read has no id any more: it goes by its number. Null where that is not what is meant. */
function unreadable({ items, problems }: SnapshotList, text: string): { id: string; what: string } | null {
  if (!/^[1-9][0-9]*$/.test(text) || items.some(({ id }) => id.startsWith(`${text}-`))) return null;
  const isIt = ({ kind, object }: SnapshotProblem): boolean =>
    kind === 'damaged' && object.startsWith('chain/') && Number(object.split('/').at(-1)) === Number(text);
  return problems.some(isIt) ? { id: text, what: `record ${text}, which cannot be read,` } : null;
}

export const registerPrune: Register = (noun, io, words) => {
  noun
    .command('prune')
    .description(words.help.snapshot.prune.about)
    .addArgument(new Argument('[name]', words.help.snapshot.prune.name).argParser(sessionName))
    .option('-y, --yes', words.help.snapshot.prune.yes)
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
