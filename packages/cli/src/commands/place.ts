import { isPutBack, type Place, type PlaceSeen } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type PlaceAccess, withPlace } from '../client/place.ts';
import { EXIT } from '../exit-codes.ts';
import { canAsk } from '../output/ask.ts';
import { confirmWholly } from '../output/confirm.ts';
import { localTime, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { sessionName } from './values.ts';

const PUT_BACK =
  'The data folder is not the one that ran here last: it was put back from a backup, or its disk was exchanged for a copy.';

/** `place show`, `place accept` */
export const register: Register = (parent, io, words) => {
  const noun = parent
    .command('place')
    .description(words.help.place.about);

  noun
    .command('show')
    .description(words.help.place.show.about)
    .action(async (_options, command: Command) => {
      const cli = cliOf(command, io);
      const place = await withPlace(cli, ({ view }) => view());
      cli.print.data(place);
      show(cli, place);
    });

  noun
    .command('accept')
    .description(words.help.place.accept.about)
    .argument('[name...]', words.help.place.accept.name, names, [])
    .option('--origin-retired', words.help.place.accept.originRetired)
    .action(async (sessions: string[], { originRetired }: { originRetired?: true }, command: Command) => {
      const cli = cliOf(command, io);
      await withPlace(cli, (access) => accept(cli, access, sessions, originRetired));
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
  if (asked.length > 0 || place.before !== null) await confirmRetired(cli, asked, originRetired);
  const done = await access.accept({ originRetired: true, ...(named.length === 0 ? {} : { sessions: [...named] }) });
  cli.print.data(done);
  if (done.accepted.length === 0)
    return cli.print.line('None of these sessions waits for the place of the data folder.');
  cli.print.line(`Released: ${done.accepted.join(', ')}.`);
  cli.print.line(whatStarts(cli, access, done.started));
  if (done.place.waiting.length > 0) cli.print.note(`Still waiting: ${done.place.waiting.join(', ')}`);
}

function whatStarts(cli: Cli, { isServed }: PlaceAccess, started: readonly string[]): string {
  if (!isServed) return `Those that were to run start with the service: ${cli.startCommand}`;
  return started.length === 0 ? 'None of them is started.' : `Started: ${started.join(', ')}.`;
}

/** Two places with one login take it from each other: only a person knows that there is no other. */
async function confirmRetired(
  { io, json }: Cli,
  sessions: readonly string[],
  originRetired: true | undefined,
): Promise<void> {
  if (originRetired) return;
  const which = sessions.join(', ') || 'what was on its way here';
  if (canAsk(io) && !json) {
    const question = `${which}: will the place before never run them again? Two places with one login take it from each other, and the phone has to scan again. Type yes: `;
    return confirmWholly(io, question);
  }
  const detail = `It was not said that the place before never runs ${which} again.`;
  throw new CliError(EXIT.notAllowed, 'origin_not_retired', detail, 'Once it never will, say so: --origin-retired');
}

function show(cli: Cli, { now, before, readable, waiting }: Place): void {
  if (before !== null) cli.print.line(isPutBack(before, now) ? PUT_BACK : `The data folder was ${seen(before)}.`);
  cli.print.line(`The data folder is ${seen(now)}.`);
  if (!readable) cli.print.note('Its file system does not tell a copy from the folder itself: nothing waits for that.');
  cli.print.line(waiting.length === 0 ? 'No session waits for its place.' : `Waiting: ${waiting.join(', ')}.`);
}

function seen({ path, host, since }: PlaceSeen): string {
  return `${printable(path)} on ${printable(host)}, seen there since ${localTime(since)}`;
}

function names(name: string, before: string[]): string[] {
  return [...before, sessionName(name)];
}
