import type { Snapshot, SnapshotKind } from '@leadmaster/protocol';
import { Argument, type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { asCliError, CliError } from '../cli-error.ts';
import { type Snapshots, withSnapshots } from '../client/snapshots.ts';
import { EXIT } from '../exit-codes.ts';
import { describeTaken, showProblems } from '../output/snapshot-words.ts';
import type { Text } from '../words/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { sessionName } from './values.ts';

interface CreateOptions {
  kind?: SnapshotKind;
  all?: true;
}

export const registerCreate: Register = (noun, io, words) => {
  noun
    .command('create')
    .description(words.help.snapshot.create.about)
    .addArgument(new Argument('[name]', words.help.snapshot.create.name).argParser(sessionName(words)))
    .addOption(new Option('--kind <kind>', words.help.snapshot.create.kind).choices(['essential', 'full']))
    .option('--all', words.help.snapshot.create.all)
    .action(async (name: string | undefined, { kind, all }: CreateOptions, command: Command) => {
      const cli = cliOf(command, io);
      const wanted = kind === undefined ? {} : { kind };
      if ((name === undefined) === (all === undefined)) throw CliError.usage((w) => w.snapshots.oneOrAll);
      await withSnapshots(cli, async ({ snapshots, names }) => {
        if (name === undefined) return takeAll(cli, snapshots, await names(), wanted);
        const taken = await take(cli, snapshots, name, wanted);
        cli.print.data(taken);
      });
    });
};

type Wanted = Pick<CreateOptions, 'kind'>;

async function take(cli: Cli, snapshots: Snapshots, name: string, wanted: Wanted): Promise<Snapshot> {
  const taken = await long(cli, name, (call) => snapshots.create(name, { ...call, ...wanted, reason: 'requested' }));
  cli.print.line(describeTaken(cli.print, taken));
  const { problems } = await snapshots.list(name);
  const others = problems.filter(({ kind }) => kind === 'second_writer');
  showProblems(
    cli.print,
    others.map((problem) => ({ session: name, ...problem })),
  );
  return taken;
}

/** What has nothing to lose here: it was never linked, or its login is another machine's now. */
const EXCUSED: ReadonlySet<string> = new Set(['nothing_to_snapshot', 'session_moved']);

/** What fails of one does not stop the others. */
async function takeAll(cli: Cli, snapshots: Snapshots, names: readonly string[], wanted: Wanted): Promise<void> {
  const items: { session: string; snapshot: Snapshot | null; error: object | null }[] = [];
  const failed: string[] = [];
  for (const session of names) {
    try {
      items.push({ session, snapshot: await take(cli, snapshots, session, wanted), error: null });
    } catch (thrown) {
      const error = asCliError(thrown);
      if (error.exitCode === EXIT.interrupted) throw error;
      const { code, message: detail, hint } = error;
      items.push({ session, snapshot: null, error: { code, detail, hint } });
      if (!EXCUSED.has(code)) failed.push(session);
      cli.print.note(`${session}: ${error.saidIn(cli.words)}`);
    }
  }
  cli.print.data({ items });
  if (names.length === 0) cli.print.line(cli.words.snapshots.noneOfAll);
  if (failed.length === 0) return;
  const text: Text = (words) => words.snapshots.noneTakenOf(failed.join(', '));
  throw new CliError(EXIT.failed, 'failed', text, '', { told: true });
}
