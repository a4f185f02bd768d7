import type { Session, StartSession } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';
import { of } from '../client/service-client.ts';
import { confirm } from '../output/confirm.ts';
import { describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { failUnlessGood, order, waitOption } from './starting.ts';
import { nameArgument } from './values.ts';

/** `session create|start|stop|restart|logout|delete NAME` */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('session').description(words.help.session.about);

  noun
    .command('create')
    .description(words.help.session.create.about)
    .addArgument(nameArgument())
    .option('--no-start', words.help.session.create.noStart)
    .option('--metadata <key=value...>', words.help.session.create.metadata, metadata, {})
    .action(async (name: string, options: { start: boolean; metadata: Record<string, string> }, command: Command) => {
      const cli = cliOf(command, io);
      const body = { name, start: options.start, metadata: options.metadata };
      show(cli, await cli.client().call('createSession', { body }));
    });

  for (const [verb, id, description] of [
    ['start', 'startSession', 'start a session'],
    ['stop', 'stopSession', 'stop a session; its login is kept'],
    ['restart', 'restartSession', 'stop a session and start it again'],
  ] as const) {
    const command = noun.command(verb).description(description).addArgument(nameArgument()).addOption(waitOption());
    if (verb === 'start') {
      command.option(
        '--origin-retired',
        words.help.session.create.originRetired,
      );
      command.option('--older-login', words.help.session.create.olderLogin);
    }
    command.action(async (name: string, { wait, ...said }: { wait: number } & StartSession) => {
      const cli = cliOf(command, io);
      const session = await order(cli, id, name, wait, Object.keys(said).length === 0 ? undefined : said);
      show(cli, session);
      if (verb !== 'stop') failUnlessGood(session);
    });
  }

  noun
    .command('logout')
    .description(words.help.session.logout.about)
    .addArgument(nameArgument())
    .addOption(waitOption())
    .option('-y, --yes', words.help.session.logout.yes)
    .action(async (name: string, { wait, yes }: { wait: number; yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await requireThere(cli, name);
      await confirm(io, yes, `Log ${name} out? Its phone will have to scan a QR again.`);
      show(cli, await order(cli, 'logoutSession', name, wait));
    });

  noun
    .command('delete')
    .description(words.help.session.delete.about)
    .addArgument(nameArgument())
    .option('--purge', words.help.session.delete.purge)
    .option('--other-writers', words.help.session.delete.otherWriters)
    .option('-y, --yes', words.help.session.delete.yes)
    .action(async (name: string, options: DeleteOptions, command: Command) => {
      const { purge = false, otherWriters = false, yes } = options;
      const cli = cliOf(command, io);
      await requireThere(cli, name);
      await confirm(
        io,
        yes,
        purge ? purgeQuestion(name) : `Delete ${name}? A profile that it has here goes to the trash.`,
      );
      await cli
        .client()
        .call('deleteSession', { ...of(name), query: { purge, otherWriters } }, { timeoutMs: DELETE_MS });
      cli.print.data({ deleted: name, purged: purge });
      const snapshots = purge ? '; its snapshots are destroyed' : '';
      cli.print.line(`${name} is deleted; a profile that it had here is in the trash${snapshots}.`);
    });
};

interface DeleteOptions {
  purge?: true;
  otherWriters?: true;
  yes?: true;
}

/** No question is asked about a session that does not exist. */
async function requireThere(cli: Cli, name: string): Promise<void> {
  await cli.client().call('getSession', of(name));
}

/** A last snapshot may have to be stored first. */
const DELETE_MS = 600_000;

function purgeQuestion(name: string): string {
  return `Delete ${name} AND DESTROY ALL ITS SNAPSHOTS? Nobody can ever read them again, from no copy of the vault.`;
}

function show(cli: Cli, session: Session): void {
  cli.print.data(session);
  cli.print.line(describeSession(cli.print, session));
}

function metadata(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be KEY=VALUE.');
  const key = text.slice(0, at);
  // Readers of JSON refuse or drop it, for what it does to objects.
  if (key === '__proto__') throw new InvalidArgumentError('__proto__ cannot be a key; choose another.');
  return { ...before, [key]: text.slice(at + 1) };
}
