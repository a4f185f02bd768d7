import type { SettleAccount } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { of } from '../client/service-client.ts';
import { describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { failUnlessGood, waitOption, within } from './starting.ts';
import { nameArgument } from './values.ts';

interface Options {
  accept?: true;
  unlink?: true;
  wait: number;
}

/** `account NAME --accept|--unlink` */
export const register: Register = (parent, io, words) => {
  parent
    .command('account')
    .description(words.help.account.about)
    .addArgument(nameArgument(words))
    .addOption(new Option('--accept', words.help.account.accept).conflicts('unlink'))
    .addOption(new Option('--unlink', words.help.account.unlink))
    .addOption(waitOption(words))
    .action(async (name: string, options: Options, command: Command) => {
      const cli = cliOf(command, io);
      const wanted = { ...of(name), query: { wait: options.wait }, body: wordOf(name, options) };
      const session = await cli.client().call('settleAccount', wanted, within(options.wait));
      cli.print.data(session);
      cli.print.line(describeSession(cli.print, session));
      failUnlessGood(session);
    });
};

function wordOf(name: string, { accept, unlink }: Options): SettleAccount {
  if (accept) return { accept };
  if (unlink) return { unlink };
  throw CliError.usage(({ sessions }) => sessions.acceptOrUnlink, `./leadmaster account ${name} --accept`);
}
