import { isSessionName, isToRecover, localTime, type Recoverable, type Recovered } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type SnapshotAccess, withSnapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import { ask, canAsk } from '../output/ask.ts';
import type { Printer } from '../output/printer.ts';
import { okOrFail, showDetail, showProblems, verdict } from '../output/snapshot-words.ts';
import { table } from '../output/table.ts';
import { ago, bytes, printable } from '../output/words.ts';
import { recoveredIn } from '../words/told.ts';
import type { Text } from '../words/words.ts';
import { cliOf, type MachineOptions, machineOption, type Register } from './command.ts';
import { confirmRetired } from './confirm-retired.ts';
import { long } from './long.ts';
import { noteHubs, recoverHubHere } from './recover-hub.ts';
import { sessionNames } from './values.ts';

interface RecoverOptions extends MachineOptions {
  all?: true;
  originRetired?: true;
  otherAccount?: true;
  yes?: true;
  start: boolean;
  hub?: string | true;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('recover')
    .description(words.help.recover.about)
    .addArgument(new Argument('[name...]', words.help.recover.name).argParser(sessionNames(words)))
    .option('--all', words.help.recover.all)
    .option('--hub [id]', words.help.recover.hub)
    .option('--origin-retired', words.help.recover.originRetired)
    .option('--other-account', words.help.recover.otherAccount)
    .option('-y, --yes', words.help.recover.yes)
    .option('--no-start', words.help.recover.noStart)
    .addOption(machineOption(words))
    .action(async (wanted: string[], options: RecoverOptions, command: Command) => {
      const cli = cliOf(command, io, options);
      if (wanted.length > 0 && options.all) throw CliError.usage((w) => w.recover.namesOrAll);
      const { hub } = options;
      if (hub === undefined) return withSnapshots(cli, (access) => recover(cli, access, wanted, options));
      if (wanted.length > 0 || options.all) throw CliError.usage((w) => w.recover.hubAlone);
      return withSnapshots(cli, (access) => recoverHubHere(cli, access, hub === true ? null : hub));
    });
};

async function recover(
  cli: Cli,
  access: SnapshotAccess,
  named: readonly string[],
  options: RecoverOptions,
): Promise<void> {
  const { snapshots, isServed } = access;
  const held = await snapshots.recoverable();
  showHeld(cli.print, held);
  await noteHubs(cli, access);
  const sessions = await choose(cli, held, named, options);
  if (sessions.length === 0) {
    cli.print.data({ items: held });
    return;
  }
  if (!options.originRetired) await ifRetired(cli, sessions, options.yes);
  const wanted = { sessions, originRetired: true, otherAccount: options.otherAccount ?? false, start: options.start };
  const done = await long(cli, cli.words.recover.label, (call) => snapshots.recover(wanted, call));
  cli.print.data(done);
  showRecovered(cli.print, done);
  if (!isServed && options.start) cli.print.note(cli.words.sessions.theyStartWithService(cli.startCommand));
  const failed = done.items.filter(({ ok }) => !ok).map(({ session }) => session);
  if (failed.length === 0) return;
  const text: Text = (words) => words.recover.notBroughtBack(failed.join(', '));
  throw new CliError(EXIT.failed, 'failed', text, '', { told: true });
}

/** Which sessions to bring back: those that were named, or chosen now; none where it is only asked what there is. */
async function choose(
  { io, json, print }: Cli,
  held: readonly Recoverable[],
  named: readonly string[],
  { all, yes }: RecoverOptions,
): Promise<string[]> {
  const { recover } = print.words;
  const missing = held.filter(isToRecover).map(({ session }) => session);
  if (named.length > 0) return checked(named, held);
  if (all) {
    noteGone(print, held);
    if (missing.length === 0) print.note(recover.nothingMissing);
    return missing;
  }
  if (missing.length === 0) return [];
  if (canAsk(io) && !json && !yes) {
    const answer = await ask(io, recover.ask);
    if (recover.all.includes(answer)) {
      noteGone(print, held);
      return missing;
    }
    return checked(answer.split(/[\s,]+/).filter(Boolean), held);
  }
  print.note(recover.bringBack);
  return [];
}

/** Names what "all" leaves out. */
function noteGone(print: Printer, held: readonly Recoverable[]): void {
  const gone = held.filter(({ isHere, gone: how }) => !isHere && how !== null).map(({ session }) => session);
  if (gone.length === 0) return;
  print.note(print.words.recover.leftOut(gone.join(', ')));
  print.note(print.words.recover.oneAnyway(gone[0]));
}

function checked(wanted: readonly string[], held: readonly Recoverable[]): string[] {
  for (const name of wanted) {
    if (!isSessionName(name)) throw CliError.usage(({ rules }) => rules.noSession(name));
    if (held.some(({ session }) => session === name)) continue;
    // Of what is damaged the name may not be known: the vault can tell whether it is the one.
    if (held.some(({ damaged }) => damaged)) continue;
    throw new CliError(
      EXIT.notFound,
      'session_not_found',
      (words) => words.recover.holdsNothing(name),
      (words) => words.recover.listIt,
    );
  }
  return [...new Set(wanted)];
}

async function ifRetired(cli: Cli, sessions: readonly string[], yes: true | undefined): Promise<void> {
  const which = sessions.join(', ');
  await confirmRetired(
    cli,
    {
      ask: cli.words.recover.askRetired(which),
      refusal: (words) => words.recover.confirmRetired(which),
      hint: (words) => words.recover.retiredHint,
    },
    yes,
  );
}

function showHeld(print: Printer, held: readonly Recoverable[]): void {
  const { output, recover } = print.words;
  const rows = held.map(({ session, snapshots, last, isHere, gone, damaged }) => [
    session,
    damaged ? '-' : String(snapshots),
    ...(last === null
      ? ['-', '-', '-', '-', damaged ? print.paint.red(output.damaged) : '-']
      : [last.id, localTime(last.at), ago(last.at), bytes(last.bytes), verdict(print, last)]),
    isHere ? output.yes : gone === null ? output.no : recover.gone[gone],
  ]);
  print.line(rows.length === 0 ? recover.holdsNone : table(print, recover.head, rows));
  for (const { session, problems } of held)
    showProblems(
      print,
      problems.map((one) => ({ session, ...one })),
    );
}

function showRecovered(print: Printer, { items }: Recovered): void {
  for (const item of items) {
    const { says, detail } = recoveredIn(print.words, item);
    print.line(
      `${okOrFail(print, item.ok)} ${print.words.recover.from(item.session, item.snapshot)}: ${printable(says)}`,
    );
    showDetail(print, detail);
  }
}
