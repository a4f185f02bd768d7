import { isSessionName, isToRecover, type Recoverable, type Recovered, SESSION_NAME_RULE } from '@leadmaster/protocol';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { type SnapshotAccess, withSnapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import { ask, canAsk } from '../output/ask.ts';
import { confirmWholly } from '../output/confirm.ts';
import type { Printer } from '../output/printer.ts';
import { showProblems, verdict } from '../output/snapshot-words.ts';
import { table } from '../output/table.ts';
import { ago, bytes, localTime, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { sessionName } from './values.ts';

interface RecoverOptions {
  all?: true;
  originRetired?: true;
  otherAccount?: true;
  yes?: true;
  start: boolean;
}

const HEAD = ['SESSION', 'SNAPSHOTS', 'LAST', 'WHEN', 'AGE', 'SIZE', 'VERIFIED', 'HERE'];

export const register: Register = (parent, io, words) => {
  parent
    .command('recover')
    .description(words.help.recover.about)
    .addArgument(new Argument('[name...]', words.help.recover.name).argParser(names))
    .option('--all', words.help.recover.all)
    .option('--origin-retired', words.help.recover.originRetired)
    .option('--other-account', words.help.recover.otherAccount)
    .option('-y, --yes', words.help.recover.yes)
    .option('--no-start', words.help.recover.noStart)
    .action(async (wanted: string[], options: RecoverOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (wanted.length > 0 && options.all) throw CliError.usage('Give names or --all, not both.');
      await withSnapshots(cli, (access) => recover(cli, access, wanted, options));
    });
};

function names(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), sessionName(text)];
}

async function recover(
  cli: Cli,
  { snapshots, isServed }: SnapshotAccess,
  named: readonly string[],
  options: RecoverOptions,
): Promise<void> {
  const held = await snapshots.recoverable();
  showHeld(cli.print, held);
  const sessions = await choose(cli, held, named, options);
  if (sessions.length === 0) {
    cli.print.data({ items: held });
    return;
  }
  await confirmRetired(cli, sessions, options);
  const wanted = { sessions, originRetired: true, otherAccount: options.otherAccount ?? false, start: options.start };
  const done = await long(cli, 'recover', (call) => snapshots.recover(wanted, call));
  cli.print.data(done);
  showRecovered(cli.print, done);
  if (!isServed && options.start) cli.print.note(`They start with the service: ${cli.startCommand}`);
  const failed = done.items.filter(({ ok }) => !ok).map(({ session }) => session);
  if (failed.length === 0) return;
  throw new CliError(EXIT.failed, 'failed', `Not brought back: ${failed.join(', ')}.`, '', { told: true });
}

/** Which sessions to bring back: those that were named, or chosen now; none where it is only asked what there is. */
async function choose(
  { io, json, print }: Cli,
  held: readonly Recoverable[],
  named: readonly string[],
  { all, yes }: RecoverOptions,
): Promise<string[]> {
  const missing = held.filter(isToRecover).map(({ session }) => session);
  if (named.length > 0) return checked(named, held);
  if (all) {
    noteGone(print, held);
    if (missing.length === 0) print.note('Nothing that the vault holds is missing here.');
    return missing;
  }
  if (missing.length === 0) return [];
  if (canAsk(io) && !json && !yes) {
    const answer = await ask(io, 'Which shall be brought back? (names, "all", or nothing) ');
    if (answer === 'all') noteGone(print, held);
    if (answer === 'all') return missing;
    return checked(answer.split(/[\s,]+/).filter(Boolean), held);
  }
  print.note('Bring them back: ./leadmaster recover NAME..., or --all');
  return [];
}

/** What "all" leaves out, so that none is missed without a word. */
function noteGone(print: Printer, held: readonly Recoverable[]): void {
  const gone = held.filter(({ isHere, gone: how }) => !isHere && how !== null).map(({ session }) => session);
  if (gone.length === 0) return;
  print.note(`Left out, as they were deleted or moved on purpose: ${gone.join(', ')}.`);
  print.note(`To bring one back all the same: ./leadmaster recover ${gone[0]}`);
}

function checked(wanted: readonly string[], held: readonly Recoverable[]): string[] {
  for (const name of wanted) {
    if (!isSessionName(name)) throw CliError.usage(`${JSON.stringify(name)} is no session: ${SESSION_NAME_RULE}.`);
    if (held.some(({ session }) => session === name)) continue;
    // Of what is damaged the name may not be known: the vault can tell whether it is the one.
    if (held.some(({ damaged }) => damaged)) continue;
    const hint = 'List what it holds: ./leadmaster recover';
    throw new CliError(EXIT.notFound, 'session_not_found', `The vault holds nothing of ${name}.`, hint);
  }
  return [...new Set(wanted)];
}

/** Two machines with one login take it from each other: only a person knows that there is no other. */
async function confirmRetired(
  { io, json }: Cli,
  sessions: readonly string[],
  { originRetired, yes }: RecoverOptions,
): Promise<void> {
  if (originRetired) return;
  const which = sessions.join(', ');
  if (canAsk(io) && !json && !yes) {
    const question =
      `${which}: is the machine that ran this gone for good, or will it never run it again?\n` +
      'Two machines with one login take it from each other, and the phone has to scan again. Type yes: ';
    return confirmWholly(io, question);
  }
  const hint = 'Once no other machine runs these sessions, and none ever will again: --origin-retired';
  const detail = `Confirm that the machine which ran ${which} will never run it again.`;
  throw new CliError(EXIT.notAllowed, 'origin_not_retired', detail, hint);
}

function showHeld(print: Printer, held: readonly Recoverable[]): void {
  const rows = held.map(({ session, snapshots, last, isHere, gone, damaged }) => [
    session,
    damaged ? '-' : String(snapshots),
    ...(last === null
      ? ['-', '-', '-', '-', damaged ? print.paint.red('DAMAGED') : '-']
      : [last.id, localTime(last.at), ago(last.at), bytes(last.bytes), verdict(print, last)]),
    isHere ? 'yes' : (gone ?? 'no'),
  ]);
  print.line(rows.length === 0 ? 'The vault holds no session.' : table(print, HEAD, rows));
  for (const { session, problems } of held)
    showProblems(
      print,
      problems.map((one) => ({ session, ...one })),
    );
}

function showRecovered(print: Printer, { items }: Recovered): void {
  const { green, red } = print.paint;
  for (const { session, ok, snapshot, detail } of items) {
    const from = snapshot === null ? '' : ` from ${snapshot}`;
    print.line(`${ok ? green('ok  ') : red('FAIL')} ${session}${from}: ${printable(detail)}`);
  }
}
