import { localTime, type Tenant } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { every } from '../client/every.ts';
import { hubClient } from '../client/hub-client.ts';
import { confirm } from '../output/confirm.ts';
import type { Printer } from '../output/printer.ts';
import { table } from '../output/table.ts';
import { printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { wholeNumber } from './values.ts';

interface CreateOptions {
  title?: string;
  sessions?: number;
  keys?: number;
  acceptRemains?: true;
}

/** `tenants create|list|remove` */
export const register: Register = (parent, io, words) => {
  const { tenants: help } = words.help;
  const noun = parent.command('tenants').description(help.about);

  noun
    .command('create')
    .description(help.create.about)
    .argument('<name>', help.name)
    .option('--title <text>', help.create.title)
    .option('--sessions <count>', help.create.sessions, wholeNumber(words))
    .option('--keys <count>', help.create.keys, wholeNumber(words))
    .option('--accept-remains', help.create.acceptRemains)
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { title = '', sessions = null, keys = null, acceptRemains = false } = options;
      const body = { name, title, limits: { sessions, keys }, acceptRemains };
      const made = await hubClient(cli).call('createTenant', { body });
      cli.print.data(made);
      cli.print.line(words.hub.tenantMade(made.name));
    });

  noun
    .command('list')
    .description(help.list.about)
    .action(async (_options, command: Command) => {
      const cli = cliOf(command, io);
      const items = await every((after) => hubClient(cli).call('listTenants', { query: { limit: 500, ...after } }));
      cli.print.data({ items });
      cli.print.line(items.length === 0 ? words.hub.noTenant : list(cli.print, items));
    });

  noun
    .command('remove')
    .description(help.remove.about)
    .argument('<name>', help.name)
    .option('-y, --yes', help.remove.yes)
    .action(async (name: string, { yes }: { yes?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await confirm(cli, yes, words.hub.askRemoveTenant(name));
      await hubClient(cli).call('deleteTenant', { params: { tenant: name } });
      cli.print.data({ name, removed: true });
      cli.print.line(words.hub.removed(name));
    });
};

function list(print: Printer, items: readonly Tenant[]): string {
  const rows = items.map(({ name, title, sessions, keys, limits, createdAt, sending }) => [
    sending === 'off' ? `${name}, ${print.words.hub.listens}` : name,
    printable(title),
    counted(sessions, limits.sessions),
    counted(keys, limits.keys),
    localTime(createdAt),
  ]);
  return table(print, print.words.hub.tenantHead, rows, { lesser: [4, 1] });
}

function counted(count: number, limit: number | null): string {
  return limit === null ? String(count) : `${count}/${limit}`;
}
