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
        throw CliError.usage(
          ({ vault }) => vault.onlyOnRequest,
          ({ vault }) => vault.giveNew,
        );
      }
      const { createVaultThere } = await import('@leadmaster/session-manager/vault-accept');
      const made = await long(cli, words.vault.label, ({ signal }) => createVaultThere(cli.config, signal));
      cli.print.data(made);
      cli.print.line(words.vault.made(made.vault, made.url));
      cli.print.note(words.vault.takeFirst);
    });
};
