import type { SnapshotList } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { withSnapshots } from '../client/snapshots.ts';
import { confirm } from '../output/confirm.ts';
import { nameSnapshot } from '../output/snapshot-words.ts';
import { plural } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument } from './values.ts';

/** `vault accept` */
export const registerAccept: Register = (noun, io) => {
  noun
    .command('accept')
    .description('say that an older copy of the vault was put back on purpose; works without the service')
    .addArgument(nameArgument())
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
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
