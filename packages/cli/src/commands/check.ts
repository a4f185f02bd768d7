import type { CheckReport } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { of } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { showChecks } from '../output/snapshot-words.ts';
import { cliOf, type Register } from './command.ts';
import { openProfiles } from './profiles.ts';
import { nameArgument } from './values.ts';

export const register: Register = (parent, io, words) => {
  parent
    .command('check')
    .description(words.help.check.about)
    .addArgument(nameArgument(words))
    .action(async (name: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      const report = await checkByService(cli, name);
      cli.print.data(report);
      // That a session without a login has none is no damage, and is said below.
      showChecks(cli.print, report.linked ? report.checks : report.checks.filter((one) => one.name !== 'login'));
      if (!report.valid) throw notValid(name, report);
    });
};

function notValid(name: string, { linked, checks }: CheckReport): CliError {
  const isWell = checks.every(({ ok, name: what }) => ok || what === 'login');
  if (linked || !isWell)
    return new CliError(EXIT.failed, 'not_valid', ({ profiles }) => profiles.notValid(name), '', { told: true });
  return new CliError(
    EXIT.failed,
    'not_linked',
    ({ profiles }) => profiles.notLinked(name),
    ({ profiles }) => profiles.linkIt(name),
    { told: true },
  );
}

async function checkByService(cli: Cli, name: string): Promise<CheckReport> {
  try {
    return await cli.client().call('checkSession', of(name));
  } catch (error) {
    if (cli.isElsewhere || !(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
    const profiles = await openProfiles(cli.config, name);
    cli.print.note(cli.words.profiles.checksTheDisk(cli.dataFolder));
    return profiles.check(name);
  }
}
