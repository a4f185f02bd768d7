import type { Command } from 'commander';
import { masterKeysOf } from '../client/extract.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';

/** `vault repair` */
export const registerRepair: Register = (noun, io) => {
  noun
    .command('repair')
    .description('write the header of the vault again where it was lost or damaged, once the key proves it')
    .action(async (_options: unknown, command: Command) => {
      const cli = cliOf(command, io);
      const { vault, dataDir } = cli.config;
      const done = await long(cli, 'vault', async ({ signal }) => {
        const { openStore, repairVault, storeUrl } = await import('@leadmaster/vault');
        const store = await openStore(storeUrl(vault.location), { base: dataDir });
        return repairVault(store, await masterKeysOf(cli.config), signal);
      });
      cli.print.data(done);
      if (done.written)
        cli.print.line(`The header of vault ${done.vault} is written again, proven by ${done.provenBy}.`);
      else cli.print.line(`The header of vault ${done.vault} is whole: there is nothing to repair.`);
      cli.print.note('Then look at the rest: ./leadmaster doctor');
    });
};
