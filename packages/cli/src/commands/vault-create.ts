import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';

/** `vault create --new` */
export const registerCreate: Register = (noun, io, words) => {
  noun
    .command('create')
    .description(words.help.vault.create.about)
    .option('--new', words.help.vault.create.new)
    .action(async ({ new: isMeant }: { new?: true }, command: Command) => {
      const cli = cliOf(command, io);
      if (!isMeant) {
        const hint = 'A first start makes a vault by itself. Where the key has a vault already, say --new.';
        throw CliError.usage('A second vault is made only where that is said.', hint);
      }
      const { createVaultThere } = await import('@leadmaster/session-manager/vault-accept');
      const made = await long(cli, 'vault', ({ signal }) => createVaultThere(cli.config, signal));
      cli.print.data(made);
      cli.print.line(`A new vault ${made.vault} is at ${made.url}; it is empty.`);
      cli.print.note('Take the first snapshots: ./leadmaster snapshot create --all');
    });
};
