import { existsSync } from 'node:fs';
import { LeadMasterError } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { cliOf, type Register } from './command.ts';
import { openProfiles } from './profiles.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io) => {
  parent
    .command('where')
    .description("print the folder of a session's profile; works without the service")
    .addArgument(nameArgument())
    .action(async (name: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      const profiles = await openProfiles(cli.config);
      const path = profiles.locate(name);
      if (!existsSync(path)) {
        throw new LeadMasterError(
          'session_not_found',
          `There is no profile of ${name}: it would be ${path}.`,
          'List what there is: ./leadmaster sessions',
        );
      }
      const record = await profiles.readRecord(name);
      cli.print.data({ name, path, claimed: record !== null, record });
      cli.print.line(path);
      if (record === null) cli.print.note(`No session claims it yet: ./leadmaster adopt ${path} --name ${name}`);
    });
};
