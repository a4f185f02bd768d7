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
      const done = await long(cli, words.vault.label, ({ signal }) => repairThere(cli.config, signal));
      cli.print.data(done);
      const { repaired, whole, thenDoctor } = words.vault;
      cli.print.line(done.written ? repaired(done.vault, done.provenBy) : whole(done.vault));
      cli.print.note(thenDoctor);
    });
};
