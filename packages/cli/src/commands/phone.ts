import { readConfig } from '@leadmaster/session-manager/config';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { hubClient } from '../client/hub-client.ts';
import { of } from '../client/service-client.ts';
import { demoDir, readDemo } from '../demo/demo-file.ts';
import { CUSTOMER, Phones, phoneOf } from '../demo/phones.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output/table.ts';
import { cliOf, type Register } from './command.ts';
import { nameArgument, sessionName } from './values.ts';

/** `phone scan|pair|send|unlink|inbox`: the simulated phones of `start --demo`. */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('phone').description(words.help.phone.about);

  noun
    .command('scan')
    .description(words.help.phone.scan.about)
    .addArgument(nameArgument(words))
    .action(async (name: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      const phones = phonesOf(cli);
      // The hub's: the demo has a second machine.
      const { qr } = await hubClient(cli).call('getQr', of(name));
      await phones.scan(phoneOf(name), qr);
      done(cli, { session: name, phone: phoneOf(name) }, words.phones.scanned(phoneOf(name), name));
    });

  noun
    .command('pair')
    .description(words.help.phone.pair.about)
    .addArgument(nameArgument(words))
    .argument('[code]', words.help.phone.pair.code)
    .action(async (name: string, code: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      const phones = phonesOf(cli);
      const phone = phoneOf(name);
      if (code === undefined) return done(cli, { session: name, phone }, words.phones.hasNumber(phone, name));
      await phones.pair(phone, code);
      done(cli, { session: name, phone }, words.phones.paired(phone, name));
    });

  noun
    .command('send')
    .description(words.help.phone.send.about)
    .addArgument(nameArgument(words))
    .argument('<text>', words.help.phone.send.text)
    .action(async (name: string, text: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      await phonesOf(cli).send(CUSTOMER, phoneOf(name), text);
      done(cli, { from: CUSTOMER, to: phoneOf(name), text }, words.phones.wrote(CUSTOMER, name, phoneOf(name)));
    });

  noun
    .command('unlink')
    .description(words.help.phone.unlink.about)
    .addArgument(nameArgument(words))
    .action(async (name: string, _options, command: Command) => {
      const cli = cliOf(command, io);
      await phonesOf(cli).unlink(phoneOf(name));
      done(cli, { session: name, phone: phoneOf(name) }, words.phones.unlinked(phoneOf(name), name));
    });

  noun
    .command('inbox')
    .description(words.help.phone.inbox.about)
    .argument('[name]', words.help.phone.inbox.name, sessionName(words))
    .action(async (name: string | undefined, _options, command: Command) => {
      const cli = cliOf(command, io);
      const messages = await phonesOf(cli).inbox(name === undefined ? CUSTOMER : phoneOf(name));
      cli.print.data(messages);
      const rows = messages.map(({ from, body }) => [String(from), String(body)]);
      cli.print.line(rows.length === 0 ? words.phones.nothing : table(cli.print, words.phones.inboxHead, rows));
    });
};

function phonesOf(cli: Cli): Phones {
  const demo = readDemo(demoDir(readConfig(cli.environment.env).dataDir));
  if (demo !== null) return new Phones(demo.controlUrl);
  throw new CliError(
    EXIT.unreachable,
    'no_demo',
    (words) => words.phones.noDemo,
    (words) => words.phones.startOne,
  );
}

function done(cli: Cli, data: object, text: string): void {
  cli.print.data(data);
  cli.print.line(text);
}
