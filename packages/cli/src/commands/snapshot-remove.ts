import type { PruneReport, Snapshot, SnapshotList, SnapshotProblem } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import { withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { bytes } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { findIn, idArgument } from './snapshot-id.ts';
import { nameArgument, sessionName } from './values.ts';

export const registerDelete: Register = (noun, io, words) => {
  noun
    .command('delete')
    .description(words.help.snapshot.delete.about)
    .addArgument(nameArgument(words))
    .addArgument(idArgument(words))
    .option('--other-writers', words.help.snapshot.delete.otherWriters)
    .option('-y, --yes', words.help.snapshot.delete.yes)
    .action(async (name: string, text: string, options: { otherWriters?: true; yes?: true }, command: Command) => {
      const { otherWriters = false, yes } = options;
      const cli = cliOf(command, io);
      await withSnapshots(cli, async ({ snapshots }) => {
        const list = await snapshots.list(name);
        const { id, what } = unreadable(words, list, text) ?? named(words, findIn(list, name, text));
        await confirm(cli, yes, words.snapshots.askDelete(what, name));
        await snapshots.delete(name, id, { otherWriters });
        cli.print.data({ session: name, deleted: id });
        cli.print.line(words.snapshots.deleted(id, name));
      });
    });
};

function named(words: Words, one: Snapshot): { id: string; what: string } {
  return { id: one.id, what: nameSnapshot(words, one) };
}

/** A record that cannot be read no longer has an id: it goes by its number. Null where that is not what is meant. */
function unreadable(
  { snapshots }: Words,
  { items, problems }: SnapshotList,
  text: string,
): { id: string; what: string } | null {
  if (!/^[1-9][0-9]*$/.test(text) || items.some(({ id }) => id.startsWith(`${text}-`))) return null;
  const isIt = ({ kind, object }: SnapshotProblem): boolean =>
    kind === 'damaged' && object.startsWith('chain/') && Number(object.split('/').at(-1)) === Number(text);
  return problems.some(isIt) ? { id: text, what: snapshots.unreadRecord(text) } : null;
}

export const registerPrune: Register = (noun, io, words) => {
  noun
    .command('prune')
    .description(words.help.snapshot.prune.about)
    .addArgument(new Argument('[name]', words.help.snapshot.prune.name).argParser(sessionName(words)))
    .option('-y, --yes', words.help.snapshot.prune.yes)
    .action(async (name: string | undefined, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await confirm(cli, yes, words.snapshots.askPrune(name));
      await withSnapshots(cli, async ({ snapshots }) => {
        const items = await long(cli, name ?? words.vault.label, async (call) =>
          name === undefined ? snapshots.pruneAll(call) : [await snapshots.prune(name, call)],
        );
        cli.print.data({ items });
        for (const report of items) cli.print.line(describe(words, report));
        if (items.length === 0) cli.print.line(words.snapshots.nothingToPrune);
      });
    });
};

function describe(
  { count, snapshots }: Words,
  { session, forgotten, freedBytes, deletedPacks, rewrittenPacks }: PruneReport,
): string {
  const gone = snapshots.forgotten(forgotten);
  return snapshots.pruned(session, gone, bytes(freedBytes), count.packs(deletedPacks), rewrittenPacks);
}
