import { type HubKey, localTime, SCOPES, type Scope } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { every } from '../client/every.ts';
import { hubClient } from '../client/hub-client.ts';
import { confirm } from '../output/confirm.ts';
import type { Printer } from '../output/printer.ts';
import { table } from '../output/table.ts';
import { ago, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';

const USUAL_SCOPES: readonly Scope[] = ['read', 'send', 'control'];

interface CreateOptions {
  tenant?: string;
  scopes: Scope[];
  sessions?: string[];
  addresses?: string[];
  expires?: string;
}

/** `keys create|list|revoke` */
export const register: Register = (parent, io, words) => {
  const { keys: help } = words.help;
  const noun = parent.command('keys').description(help.about);

  noun
    .command('create')
    .description(help.create.about)
    .argument('<name>', help.create.name)
    .option('--tenant <tenant>', help.create.tenant)
    .addOption(
      new Option('--scopes <scope...>', help.create.scopes).choices(SCOPES).default(USUAL_SCOPES).argParser(scopesOf),
    )
    .option('--sessions <name...>', help.create.sessions, listed)
    .option('--addresses <address...>', help.create.addresses, listed)
    .option('--expires <time>', help.create.expires, time)
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { tenant = null, scopes, sessions = null, addresses = null, expires = null } = options;
      const body = { name, tenant, scopes, sessions, addresses, expiresAt: expires };
      const hub = hubClient(cli);
      const made = await hub.call('createKey', { body });
      cli.print.data(made);
      cli.print.line(made.key);
      cli.print.note(words.hub.keyOnce);
      if (scopes.includes('read')) cli.print.note(words.hub.keyTry(hub.url));
    });

  noun
    .command('list')
    .description(help.list.about)
    .option('--tenant <tenant>', help.list.tenant)
    .action(async ({ tenant }: { tenant?: string }, command: Command) => {
      const cli = cliOf(command, io);
      const of = tenant === undefined ? {} : { tenant };
      const items = await every((after) => hubClient(cli).call('listKeys', { query: { limit: 500, ...of, ...after } }));
      cli.print.data({ items });
      cli.print.line(items.length === 0 ? words.hub.noKey : list(cli.print, items));
    });

  noun
    .command('revoke')
    .description(help.revoke.about)
    .argument('<id>', help.revoke.id)
    .option('-y, --yes', help.revoke.yes)
    .action(async (id: string, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await confirm(cli, yes, words.hub.askRevoke(id));
      await hubClient(cli).call('revokeKey', { params: { key: id } });
      cli.print.data({ id, revoked: true });
      cli.print.line(words.hub.revoked(id));
    });

  function time(text: string): string {
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) throw new InvalidArgumentError(words.rules.time);
    return at.toISOString();
  }
};

/** The values named so far, and those of one more argument, which may have commas between. An empty one stays, to be refused. */
function listed(text: string, before: readonly string[] = []): string[] {
  const values = text.split(',').filter((value) => value !== '');
  return [...before, ...(values.length === 0 ? [text] : values)];
}

/** @throws InvalidArgumentError with the words of commander, which are spoken in every language. */
function scopesOf(text: string, before: readonly string[]): string[] {
  const scopes = listed(text, before === USUAL_SCOPES ? [] : before);
  const known: readonly string[] = SCOPES;
  if (scopes.every((scope) => known.includes(scope))) return scopes;
  throw new InvalidArgumentError(`Allowed choices are ${SCOPES.join(', ')}.`);
}

function list(print: Printer, items: readonly HubKey[]): string {
  const { hub } = print.words;
  const rows = items.map(({ id, name, tenant, scopes, sessions, expiresAt, lastUsedAt }) => [
    id,
    printable(name),
    tenant ?? hub.operator,
    scopes.join(' '),
    sessions === null ? hub.all : sessions.join(' '),
    expiresAt === null ? '-' : localTime(expiresAt),
    lastUsedAt === null ? '-' : ago(lastUsedAt),
  ]);
  return table(print, hub.keyHead, rows, { lesser: [5, 4] });
}
