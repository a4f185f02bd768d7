import type { SnapshotList } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { problemText } from '../words/told.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { sessionName } from './values.ts';

/** `vault accept` */
export const registerAccept: Register = (noun, io, words) => {
  noun
    .command('accept')
    .description(words.help.vault.accept.about)
    .addArgument(new Argument('[name]', words.help.vault.accept.name).argParser(sessionName(words)))
    .option('-y, --yes', words.help.vault.accept.yes)
    .action(async (name: string | undefined, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      if (name === undefined) return acceptOther(cli, yes);
      await withSnapshots(cli, async ({ snapshots }) => {
        const there = await snapshots.list(name);
        const rollback = there.problems.find(({ kind }) => kind === 'rolled_back');
        if (rollback === undefined) {
          cli.print.data({ session: name, accepted: false, ...there });
          cli.print.line(words.vault.notOlder(name));
          return;
        }
        await confirm(cli, yes, words.vault.askRollback(problemText(cli.words, rollback), holds(words, there), name));
        const now = await snapshots.accept(name);
        cli.print.data({ session: name, accepted: true, ...now });
        cli.print.line(words.vault.accepted(name, holds(words, now)));
        cli.print.note(words.vault.takeNew(name));
      });
    });
};

/** The vault that is at the address now, whichever was there before. */
async function acceptOther(cli: Cli, yes: true | undefined): Promise<void> {
  const { vault } = cli.words;
  const { acceptThere, vaultThere } = await import('@leadmaster/session-manager/vault-accept');
  const there = await long(cli, vault.label, ({ signal }) => vaultThere(cli.config, signal));
  const sessions = there.sessions.length === 0 ? vault.noSession : there.sessions.join(', ');
  const asked = vault.askOther(there.url, there.vault, sessions);
  await confirm(cli, yes, asked);
  const accepted = await long(cli, vault.label, ({ signal }) => acceptThere(cli.config, signal));
  cli.print.data(accepted);
  cli.print.line(vault.otherAccepted(accepted.vault, accepted.url));
}

function holds(words: Words, { items }: SnapshotList): string {
  const [newest] = items;
  return newest === undefined
    ? words.vault.noSnapshot
    : words.vault.holds(words.count.snapshots(items.length), nameSnapshot(words, newest));
}
