import type { SnapshotList } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { plural } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { sessionName } from './values.ts';

/** `vault accept` */
export const registerAccept: Register = (noun, io, words) => {
  noun
    .command('accept')
    .description(words.help.vault.accept.about)
    .addArgument(
      new Argument('[name]', words.help.vault.accept.name).argParser(
        sessionName,
      ),
    )
    .option('-y, --yes', words.help.vault.accept.yes)
    .action(async (name: string | undefined, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      if (name === undefined) return acceptOther(cli, yes);
      await withSnapshots(cli, async ({ snapshots }) => {
        const there = await snapshots.list(name);
        const rollback = there.problems.find(({ kind }) => kind === 'rolled_back');
        if (rollback === undefined) {
          cli.print.data({ session: name, accepted: false, ...there });
          cli.print.line(`What the vault has of ${name} is not older than it was: there is nothing to accept.`);
          return;
        }
        await confirm(io, yes, question(name, rollback.detail, there));
        const now = await snapshots.accept(name);
        cli.print.data({ session: name, accepted: true, ...now });
        cli.print.line(`What the vault has of ${name} is taken as it is: ${holds(now)}.`);
        cli.print.note(`Take a new one: ./leadmaster snapshot create ${name}`);
      });
    });
};

/** The vault that is at the address now, whichever was there before. */
async function acceptOther(cli: Cli, yes: true | undefined): Promise<void> {
  const { acceptThere, vaultThere } = await import('@leadmaster/session-manager/vault-accept');
  const there = await long(cli, 'vault', ({ signal }) => vaultThere(cli.config, signal));
  const sessions = there.sessions.length === 0 ? 'no session' : there.sessions.join(', ');
  const asked = `At ${there.url} is the vault ${there.vault}, which holds ${sessions}. Is this the one that is meant from now on?`;
  await confirm(cli.io, yes, asked);
  const accepted = await long(cli, 'vault', ({ signal }) => acceptThere(cli.config, signal));
  cli.print.data(accepted);
  cli.print.line(`The vault ${accepted.vault} at ${accepted.url} is accepted; the next snapshot goes there.`);
}

function question(name: string, detail: string, there: SnapshotList): string {
  return (
    `${detail}\nIt holds ${holds(there)} of ${name}; whatever came later is not in it. Was this copy put back on purpose? ` +
    'If not, somebody has removed snapshots: leave it, and look for the newer vault. Go on from here?'
  );
}

function holds({ items }: SnapshotList): string {
  const [newest] = items;
  return newest === undefined
    ? 'no snapshot'
    : `${plural(items.length, 'snapshot')}, the newest ${nameSnapshot(newest)}`;
}
