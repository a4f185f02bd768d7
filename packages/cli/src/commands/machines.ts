import type { Double, Machine } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { hubClient } from '../client/hub-client.ts';
import type { Io } from '../io.ts';
import { confirm } from '../output/confirm.ts';
import { secretFromFile } from '../output/secret.ts';
import { table } from '../output/table.ts';
import { ago, bytes, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';

/** `machines add|list|change|drain|remove` */
export const register: Register = (parent, io, words) => {
  const { machines: help } = words.help;
  const noun = parent.command('machines').description(help.about);

  noun
    .command('add')
    .description(help.add.about)
    .argument('<name>', help.name)
    .argument('<url>', help.add.url)
    .requiredOption('--token-file <file>', help.add.tokenFile)
    .action(async (name: string, url: string, { tokenFile }: { tokenFile: string }, command: Command) => {
      const cli = cliOf(command, io);
      show(cli, await hubClient(cli).call('addMachine', { body: { name, url, token: tokenIn(io, tokenFile) } }));
    });

  noun
    .command('list')
    .description(help.list.about)
    .action(async (_options, command: Command) => {
      const cli = cliOf(command, io);
      const { items, doubles } = await hubClient(cli).call('listMachines');
      cli.print.data({ items, doubles });
      cli.print.line(items.length === 0 ? words.hub.noMachine : list(cli, items));
      for (const { name, attention } of items) if (attention !== null) cli.print.note(words.hub[attention](name));
      for (const { name, untold } of items) if (untold) cli.print.note(words.hub.untold(name));
      for (const { account, sessions } of doubles) cli.print.note(words.hub.linkedTwice(account, placesOf(sessions)));
    });

  noun
    .command('change')
    .description(help.change.about)
    .argument('<name>', help.name)
    .option('--url <url>', help.add.url)
    .option('--token-file <file>', help.add.tokenFile)
    .option('--accept-log', help.change.acceptLog)
    .action(async (name: string, options: ChangeOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { url, tokenFile, acceptLog } = options;
      const token = tokenFile === undefined ? {} : { token: tokenIn(io, tokenFile) };
      const body = { ...(url === undefined ? {} : { url }), ...token, ...(acceptLog ? { acceptLog } : {}) };
      show(cli, await hubClient(cli).call('changeMachine', { params: { machine: name }, body }));
    });

  noun
    .command('drain')
    .description(help.drain.about)
    .argument('<name>', help.name)
    .option('--undo', help.drain.undo)
    .action(async (name: string, { undo }: { undo?: true }, command: Command) => {
      const cli = cliOf(command, io);
      const wanted = { params: { machine: name }, body: { draining: undo !== true } };
      show(cli, await hubClient(cli).call('drainMachine', wanted));
    });

  noun
    .command('remove')
    .description(help.remove.about)
    .argument('<name>', help.name)
    .option('--force', help.remove.force)
    .option('-y, --yes', help.remove.yes)
    .action(async (name: string, { yes, force = false }: { yes?: true; force?: boolean }, command: Command) => {
      const cli = cliOf(command, io);
      await confirm(cli, yes, words.hub.askRemoveMachine(name));
      await hubClient(cli).call('removeMachine', { params: { machine: name }, query: { force } });
      cli.print.data({ name, removed: true });
      cli.print.line(words.hub.removed(name));
    });
};

interface ChangeOptions {
  url?: string;
  tokenFile?: string;
  acceptLog?: true;
}

function placesOf(sessions: Double['sessions']): string {
  return sessions.map(({ name, machine }) => `${name} (${machine})`).join(', ');
}

function tokenIn(io: Io, file: string): string {
  return secretFromFile(io, file, ({ hub }) => hub.theToken).trim();
}

function show(cli: Cli, machine: Machine): void {
  cli.print.data(machine);
  cli.print.line(list(cli, [machine]));
}

function list({ print }: Cli, items: readonly Machine[]): string {
  const { hub } = print.words;
  const rows = items.map(({ name, url, state, version, sessions, memory, disk, lastSeenAt, sending }) => [
    name,
    sending === 'off' ? `${state}, ${hub.listens}` : state,
    sessions === null ? '-' : String(sessions),
    memory === null ? '-' : hub.freeOf(bytes(memory.freeBytes), bytes(memory.totalBytes)),
    disk === null ? '-' : hub.freeOf(bytes(disk.freeBytes), bytes(disk.totalBytes)),
    lastSeenAt === null ? '-' : ago(lastSeenAt),
    printable(version ?? '-'),
    printable(url),
  ]);
  return table(print, hub.machineHead, rows, { lesser: [6, 7] });
}
