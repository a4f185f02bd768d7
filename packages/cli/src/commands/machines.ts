import type { Double, Machine } from '@leadmaster/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { hubClient } from '../client/hub-client.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { confirm } from '../output/confirm.ts';
import { secretFromFile } from '../output/secret.ts';
import { table } from '../output/table.ts';
import { ago, bytes, printable } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';

/** `machines add|list|change|drain|remove` */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('machines').description(words.help.machines.about);
  for (const command of [add, listAll, change, drain, remove]) command(noun, io, words);
};

const add: Register = (noun, io, { help: { machines: help } }) => {
  noun
    .command('add')
    .description(help.add.about)
    .argument('<name>', help.name)
    .argument('<url>', help.add.url)
    .requiredOption('--token-file <file>', help.add.tokenFile)
    .option('--peer-url <url>', help.add.peerUrl)
    .action(async (name: string, url: string, { tokenFile, peerUrl }: AddOptions, command: Command) => {
      const cli = cliOf(command, io);
      const body = { name, url, token: tokenIn(io, tokenFile), ...(peerUrl === undefined ? {} : { peerUrl }) };
      show(cli, await hubClient(cli).call('addMachine', { body }));
    });
};

const listAll: Register = (noun, io, words) => {
  const { machines: help } = words.help;
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
};

const change: Register = (noun, io, { help: { machines: help } }) => {
  noun
    .command('change')
    .description(help.change.about)
    .argument('<name>', help.name)
    .option('--url <url>', help.add.url)
    .option('--token-file <file>', help.add.tokenFile)
    .option('--peer-url <url>', help.add.peerUrl)
    .option('--accept-log', help.change.acceptLog)
    .action(async (name: string, options: ChangeOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { url, tokenFile, peerUrl, acceptLog } = options;
      const token = tokenFile === undefined ? {} : { token: tokenIn(io, tokenFile) };
      const addresses = { ...(url === undefined ? {} : { url }), ...(peerUrl === undefined ? {} : { peerUrl }) };
      const body = { ...addresses, ...token, ...(acceptLog ? { acceptLog } : {}) };
      show(cli, await hubClient(cli).call('changeMachine', { params: { machine: name }, body }));
    });
};

const drain: Register = (noun, io, words) => {
  const { machines: help } = words.help;
  noun
    .command('drain')
    .description(help.drain.about)
    .argument('<name>', help.name)
    .addOption(new Option('--undo', help.drain.undo).conflicts('move'))
    .option('--move', help.drain.move)
    .option('--at-once <n>', help.drain.atOnce, atOnce(words))
    .action(async (name: string, options: DrainOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.move) return empty(cli, name, options);
      const wanted = { params: { machine: name }, body: { draining: options.undo !== true } };
      show(cli, await hubClient(cli).call('drainMachine', wanted));
    });
};

const remove: Register = (noun, io, words) => {
  const { machines: help } = words.help;
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

interface AddOptions {
  tokenFile: string;
  peerUrl?: string;
}

interface DrainOptions {
  undo?: true;
  move?: true;
  atOnce?: number;
}

interface ChangeOptions {
  peerUrl?: string;
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

function atOnce({ rules }: Words): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > 20) throw new InvalidArgumentError(rules.atOnce);
    return value;
  };
}

/** Moves the sessions of a machine to the others. What could not move is listed, and makes the command fail. */
async function empty(cli: Cli, name: string, { atOnce }: DrainOptions): Promise<void> {
  const body = { move: true, ...(atOnce === undefined ? {} : { atOnce }) };
  const ifLost = `Give the command again: ./leadmaster machines drain ${name} --move`;
  const machine = await long(cli, name, (call) =>
    hubClient(cli).operate('drainMachine', { params: { machine: name }, body }, { ...call, ifLost }),
  );
  const { moved = [], left = [] } = machine.emptied ?? {};
  const { print } = cli;
  print.data(machine);
  for (const { session, machine: to } of moved) print.line(print.words.hub.movedTo(session, to));
  if (left.length === 0) return print.line(print.words.hub.emptied(name, moved.length));
  const rows = left.map(({ session, code, detail }) => [session, code, printable(detail)]);
  print.line(table(print, print.words.hub.leftHead, rows));
  throw new CliError(EXIT.failed, 'machine_has_sessions', ({ hub }) => hub.notEmpty(name, left.length), '', {
    told: true,
  });
}

function show(cli: Cli, machine: Machine): void {
  cli.print.data(machine);
  cli.print.line(list(cli, [machine]));
}

function list({ print }: Cli, items: readonly Machine[]): string {
  const { hub } = print.words;
  const rows = items.map(({ name, url, peerUrl, state, version, sessions, memory, disk, lastSeenAt, sending }) => [
    name,
    sending === 'off' ? `${state}, ${hub.listens}` : state,
    sessions === null ? '-' : String(sessions),
    memory === null ? '-' : hub.freeOf(bytes(memory.freeBytes), bytes(memory.totalBytes)),
    disk === null ? '-' : hub.freeOf(bytes(disk.freeBytes), bytes(disk.totalBytes)),
    lastSeenAt === null ? '-' : ago(lastSeenAt),
    printable(version ?? '-'),
    printable(peerUrl === null ? url : `${url}, ${peerUrl}`),
  ]);
  return table(print, hub.machineHead, rows, { lesser: [6, 7] });
}
