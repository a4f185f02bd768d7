import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { hubClient } from '../client/hub-client.ts';
import { of } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('move')
    .description(words.help.move.about)
    .addArgument(nameArgument(words))
    .requiredOption('--machine <machine>', words.help.move.machine)
    .action(async (name: string, { machine }: { machine: string }, command: Command) => {
      const cli = cliOf(command, io);
      const ifLost = `Give the command again: ./leadmaster move ${name} --machine ${machine}`;
      const session = await long(cli, name, (call) =>
        hubClient(cli).operate('moveSession', { ...of(name), body: { machine } }, { ...call, ifLost }),
      );
      const { print } = cli;
      const where = session.machine ?? '-';
      print.data(session);
      print.line(print.words.hub.isOn(session.name, where, session.state));
      if (where === machine) return;
      // It was turned back while it was followed, or had arrived when it was to come back.
      throw new CliError(EXIT.failed, 'transfer_committed', ({ hub }) => hub.staysOn(name, where, machine), '', {
        told: true,
      });
    });
};
