import type { Command } from 'commander';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';

/** `vault repair` */
export const registerRepair: Register = (noun, io, words) => {
  noun
    .command('repair')
    .description(words.help.vault.repair.about)
    .action(async (_options: unknown, command: Command) => {
      const cli = cliOf(command, io);
      const { repairThere } = await import('@leadmaster/session-manager/vault-accept');
      const done = await long(cli, 'vault', ({ signal }) => repairThere(cli.config, signal));
      cli.print.data(done);
      if (done.written)
        cli.print.line(`The header of vault ${done.vault} is written again, proven by ${done.provenBy}.`);
      else cli.print.line(`The header of vault ${done.vault} is whole: there is nothing to repair.`);
      cli.print.note('Then look at the rest: ./leadmaster doctor');
    });
};
