import { isSessionName, type Sending } from '@leadmaster/protocol';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { hubClient } from '../client/hub-client.ts';
import { of } from '../client/service-client.ts';
import { describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';

interface Options {
  tenant?: string;
  machine?: string;
}

/** `sending NAME on|off`, `sending on|off --tenant NAME`, `sending on|off --machine NAME` */
export const register: Register = (parent, io, words) => {
  const { sending: help } = words.help;
  parent
    .command('sending')
    .description(help.about)
    .argument('<name on|off...>', help.words)
    .addOption(new Option('--tenant <name>', help.tenant).conflicts('machine'))
    .addOption(new Option('--machine <name>', help.machine))
    .action(async (given: string[], { tenant, machine }: Options, command: Command) => {
      const cli = cliOf(command, io);
      if (tenant !== undefined) await ofTenant(cli, tenant, wordOf(given));
      else if (machine !== undefined) await ofMachine(cli, machine, wordOf(given));
      else await ofSession(cli, given);
    });
};

async function ofSession(cli: Cli, [name = '', ...word]: readonly string[]): Promise<void> {
  const sending = wordOf(word);
  if (!isSessionName(name)) throw misused();
  const session = await cli.client().call('changeSession', { ...of(name), body: { sending } });
  cli.print.data(session);
  cli.print.line(describeSession(cli.print, session));
  cli.print.line(cli.words.sessions.sending(name, session.sending));
  if (session.sending !== sending) cli.print.note(cli.words.sessions.offAbove(name));
}

async function ofTenant(cli: Cli, tenant: string, sending: Sending): Promise<void> {
  const done = await hubClient(cli).call('changeTenant', { params: { tenant }, body: { sending } });
  cli.print.data(done);
  cli.print.line(cli.words.hub.sendingOfTenant(tenant, done.sending));
  for (const machine of done.untold) cli.print.note(cli.words.hub.untold(machine));
}

async function ofMachine(cli: Cli, machine: string, sending: Sending): Promise<void> {
  const done = await hubClient(cli).call('changeMachine', { params: { machine }, body: { sending } });
  cli.print.data(done);
  cli.print.line(cli.words.hub.sendingOfMachine(machine, done.sending));
  if (done.untold) cli.print.note(cli.words.hub.untold(machine));
}

function wordOf([word, ...more]: readonly string[]): Sending {
  if ((word === 'on' || word === 'off') && more.length === 0) return word;
  throw misused();
}

function misused(): CliError {
  return CliError.usage(({ sessions }) => sessions.onOrOff, './leadmaster sending NAME on');
}
