import { isPutBack, localTime, type Place, type PlaceSeen } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { type PlaceAccess, withPlace } from '../client/place.ts';
import { printable } from '../output/words.ts';
import type { Words } from '../words/words.ts';
import { cliOf, type MachineOptions, machineOption, type Register } from './command.ts';
import { confirmRetired } from './confirm-retired.ts';
import { sessionNames } from './values.ts';

/** `place show`, `place accept` */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('place').description(words.help.place.about);

  noun
    .command('show')
    .description(words.help.place.show.about)
    .addOption(machineOption(words))
    .action(async (options: MachineOptions, command: Command) => {
      const cli = cliOf(command, io, options);
      const place = await withPlace(cli, ({ view }) => view());
      cli.print.data(place);
      show(cli, place);
    });

  noun
    .command('accept')
    .description(words.help.place.accept.about)
    .argument('[name...]', words.help.place.accept.name, sessionNames(words), [])
    .option('--origin-retired', words.help.place.accept.originRetired)
    .addOption(machineOption(words))
    .action(async (sessions: string[], options: { originRetired?: true } & MachineOptions, command: Command) => {
      const cli = cliOf(command, io, options);
      await withPlace(cli, (access) => accept(cli, access, sessions, options.originRetired));
    });
};

async function accept(
  cli: Cli,
  access: PlaceAccess,
  named: readonly string[],
  originRetired: true | undefined,
): Promise<void> {
  const place = await access.view();
  show(cli, place);
  const asked = named.length === 0 ? place.waiting : named;
  // With none that waits, a transfer to here may.
  if (!originRetired && (asked.length > 0 || place.before !== null)) await ifRetired(cli, asked);
  const done = await access.accept({ originRetired: true, ...(named.length === 0 ? {} : { sessions: [...named] }) });
  cli.print.data(done);
  if (done.accepted.length === 0) return cli.print.line(cli.words.place.noneOfThese);
  cli.print.line(cli.words.place.released(done.accepted.join(', ')));
  cli.print.line(whatStarts(cli, access, done.started));
  if (done.place.waiting.length > 0) cli.print.note(cli.words.place.stillWaiting(done.place.waiting.join(', ')));
}

function whatStarts(cli: Cli, { isServed }: PlaceAccess, started: readonly string[]): string {
  const { place } = cli.words;
  if (!isServed) return place.startWithService(cli.startCommand);
  return started.length === 0 ? place.noneStarted : place.started(started.join(', '));
}

async function ifRetired(cli: Cli, sessions: readonly string[]): Promise<void> {
  const which = ({ place }: Words): string => sessions.join(', ') || place.onItsWay;
  await confirmRetired(cli, {
    ask: cli.words.place.ask(which(cli.words)),
    refusal: (words) => words.place.notConfirmed(which(words)),
    hint: ({ place }) => place.saySo,
  });
}

function show(cli: Cli, { now, before, readable, waiting }: Place): void {
  const { place } = cli.words;
  if (before !== null) cli.print.line(isPutBack(before, now) ? place.putBack : place.was(seen(cli.words, before)));
  cli.print.line(place.is(seen(cli.words, now)));
  if (!readable) cli.print.note(place.cannotTell);
  cli.print.line(waiting.length === 0 ? place.noneWaits : place.waiting(waiting.join(', ')));
}

function seen({ place }: Words, { path, host, since }: PlaceSeen): string {
  return place.seen(printable(path), printable(host), localTime(since));
}
