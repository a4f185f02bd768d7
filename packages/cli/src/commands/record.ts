import { type Recording, recording } from '@leadmaster/protocol';
import { Argument, type Command, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { filePath, refuseTaken, writeText } from '../client/exported-file.ts';
import { of } from '../client/service-client.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output/table.ts';
import { type Difference, differencesOf } from '../record/compare.ts';
import { readRecording } from '../record/recording-file.ts';
import { momentOf, PAGE_DATES, type PageDate, readStandinPages } from '../record/standin-pages.ts';
import { cliOf, type Register } from './command.ts';
import { sessionName } from './values.ts';

/** The service looks at the page for 15 s at most, and then probes it for 25 s at most. */
const RECORD_MS = 50_000;

interface RecordOptions {
  out?: string;
  force?: true;
  check?: string;
  page: PageDate;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('record')
    .description(words.help.record.about)
    .addArgument(new Argument('[name]', words.help.record.name).argParser(sessionName))
    .option('--out <file>', words.help.record.out)
    .option('--force', words.help.record.force)
    .option('--check <file>', words.help.record.check)
    .addOption(
      new Option('--page <date>', words.help.record.page).choices(PAGE_DATES).default('september'),
    )
    .action(async (name: string | undefined, options: RecordOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.check !== undefined && name === undefined) return check(cli, filePath(options.check), options.page);
      if (options.check === undefined && name !== undefined) return record(cli, name, options);
      throw CliError.usage(
        'Name a session to record, or give a file with --check: one of the two.',
        './leadmaster record NAME, or ./leadmaster record --check FILE',
      );
    });
};

async function record(cli: Cli, name: string, { out, force }: RecordOptions): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const file = filePath(out ?? `leadmaster-recording-${day}.json`);
  const client = cli.client();
  // Of two things that are wrong, the session is the first to be put right.
  await client.call('getSession', of(name));
  await refuseTaken(file, force === true);
  const answer = await client.call('recordSession', of(name), { timeoutMs: RECORD_MS });
  await writeText(file, `${JSON.stringify(known(answer), null, 2)}\n`);
  cli.print.data({ file });
  cli.print.line(`Written: ${file}`);
  cli.print.note(
    "It holds names of WhatsApp's own code, states, sizes and times. No text, number, key or name of the account is in it.",
  );
}

/** Nothing is written that this version does not know to be harmless. */
function known(answer: unknown): Recording {
  const { data } = recording.safeParse(answer);
  if (data !== undefined) return data;
  const hint = 'Service and command line are of different versions: restart the service, and run the command again.';
  throw new CliError(EXIT.failed, 'not_a_recording', 'What the service answered is not a recording.', hint);
}

async function check(cli: Cli, path: string, page: PageDate): Promise<void> {
  const file = await readRecording(path);
  const moment = momentOf(file);
  const differences = differencesOf(file, (await readStandinPages())[page][moment]);
  cli.print.data({ page, moment, differences });
  show(cli, differences);
  const of = `the stand-in's page of ${page}, ${moment === 'ready' ? 'linked' : 'not linked'}`;
  cli.print.line(
    differences.length === 0
      ? `No difference from ${of}.`
      : `\n${differences.length} difference${differences.length === 1 ? '' : 's'} from ${of}.`,
  );
  if (differences.length > 0) {
    throw new CliError(EXIT.failed, 'differs', `${path} differs from ${of}.`, '', { told: true });
  }
}

function show(cli: Cli, differences: readonly Difference[]): void {
  if (differences.length === 0 || cli.json) return;
  const rows = differences.map(({ what, name, file, standin }) => [what.replace('_', ' '), name, file, standin]);
  cli.print.line(table(cli.print, ['WHAT', 'NAME', 'FILE', 'STAND-IN'], rows));
}
