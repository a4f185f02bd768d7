import { shellWord } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { refuseOtherMachine } from '../client/other-machine.ts';
import { cliOf, type Register } from './command.ts';
import { openProfiles } from './profiles.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('where')
    .description(words.help.where.about)
    .addArgument(nameArgument(words))
    .action(async (name: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      await refuseOtherMachine(cli, name);
      const profiles = await openProfiles(cli.config, name);
      const path = profiles.locate(name);
      const record = await profiles.readRecord(name);
      cli.print.data({ name, path, claimed: record !== null, record });
      cli.print.line(path);
      if (record === null) cli.print.note(words.profiles.unclaimed(shellWord(path), name));
    });
};
