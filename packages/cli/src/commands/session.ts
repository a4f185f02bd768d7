import type { Session, StartSession } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { of } from '../client/service-client.ts';
import { refuseTwin } from '../client/twin.ts';
import { confirm } from '../output/confirm.ts';
import { describeSession } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { failUnlessGood, order, waitOption } from './starting.ts';
import { nameArgument, phone } from './values.ts';

/** `session create|set|start|stop|restart|logout|delete NAME` */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('session').description(words.help.session.about);
  for (const command of [create, set, run, logout, remove]) command(noun, io, words);
};

const create: Register = (noun, io, words) => {
  noun
    .command('create')
    .description(words.help.session.create.about)
    .addArgument(nameArgument(words))
    .option('--no-start', words.help.session.create.noStart)
    .option('--metadata <key=value...>', words.help.session.create.metadata, metadata(words), {})
    .action(async (name: string, options: { start: boolean; metadata: Record<string, string> }, command: Command) => {
      const cli = cliOf(command, io);
      const body = { name, start: options.start, metadata: options.metadata };
      await refuseTwin(cli, name);
      show(cli, await cli.client().call('createSession', { body }));
    });
};

const set: Register = (noun, io, words) => {
  noun
    .command('set')
    .description(words.help.session.set.about)
    .addArgument(nameArgument(words))
    .option('--metadata <key=value...>', words.help.session.set.metadata, metadata(words))
    .option('--no-metadata', words.help.session.set.noMetadata)
    .option('--expect <phone>', words.help.session.set.expect, phone(words))
    .option('--no-expect', words.help.session.set.noExpect)
    .action(async (name: string, { metadata: notes, expect }: SetOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (notes === undefined && expect === undefined) throw CliError.usage(({ sessions }) => sessions.whatToSet);
      const body = {
        ...(notes === undefined ? {} : { metadata: notes === false ? {} : notes }),
        ...(expect === undefined ? {} : { expectedPhone: expect === false ? null : expect }),
      };
      show(cli, await cli.client().call('changeSession', { ...of(name), body }));
    });
};

const run: Register = (noun, io, words) => {
  for (const [verb, id] of [
    ['start', 'startSession'],
    ['stop', 'stopSession'],
    ['restart', 'restartSession'],
  ] as const) {
    const command = noun
      .command(verb)
      .description(words.help.session[verb].about)
      .addArgument(nameArgument(words))
      .addOption(waitOption(words));
    if (verb === 'start') {
      command.option('--origin-retired', words.help.session.start.originRetired);
      command.option('--older-login', words.help.session.start.olderLogin);
    }
    command.action(async (name: string, { wait, ...said }: { wait: number } & StartSession) => {
      const cli = cliOf(command, io);
      const session = await order(cli, id, name, wait, Object.keys(said).length === 0 ? undefined : said);
      show(cli, session);
      if (verb !== 'stop') failUnlessGood(session);
    });
  }
};

const logout: Register = (noun, io, words) => {
  noun
    .command('logout')
    .description(words.help.session.logout.about)
    .addArgument(nameArgument(words))
    .addOption(waitOption(words))
    .option('-y, --yes', words.help.session.logout.yes)
    .action(async (name: string, { wait, yes }: { wait: number; yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await requireThere(cli, name);
      await confirm(cli, yes, words.sessions.askLogout(name));
      show(cli, await order(cli, 'logoutSession', name, wait));
    });
};

const remove: Register = (noun, io, words) => {
  noun
    .command('delete')
    .description(words.help.session.delete.about)
    .addArgument(nameArgument(words))
    .option('--purge', words.help.session.delete.purge)
    .option('--other-writers', words.help.session.delete.otherWriters)
    .option('-y, --yes', words.help.session.delete.yes)
    .action(async (name: string, options: DeleteOptions, command: Command) => {
      const { purge = false, otherWriters = false, yes } = options;
      const cli = cliOf(command, io);
      await requireThere(cli, name);
      await confirm(cli, yes, purge ? words.sessions.askPurge(name) : words.sessions.askDelete(name));
      await cli
        .client()
        .call('deleteSession', { ...of(name), query: { purge, otherWriters } }, { timeoutMs: DELETE_MS });
      cli.print.data({ deleted: name, purged: purge });
      cli.print.line(words.sessions.deleted(name, purge));
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

function show(cli: Cli, session: Session): void {
  cli.print.data(session);
  cli.print.line(describeSession(cli.print, session));
}

type Metadata = Record<string, string>;

/** False: `--no-...`. */
interface SetOptions {
  metadata?: Metadata | false;
  expect?: string | false;
}

function metadata({ rules }: Words): (text: string, before?: Metadata) => Metadata {
  return (text, before = {}) => {
    const at = text.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(rules.keyValue);
    const key = text.slice(0, at);
    // Readers of JSON refuse or drop it, for what it does to objects.
    if (key === '__proto__') throw new InvalidArgumentError(rules.proto);
    return { ...before, [key]: text.slice(at + 1) };
  };
}
