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
import type { Text, Words } from '../words/words.ts';
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
    .addArgument(new Argument('[name]', words.help.record.name).argParser(sessionName(words)))
    .option('--out <file>', words.help.record.out)
    .option('--force', words.help.record.force)
    .option('--check <file>', words.help.record.check)
    .addOption(new Option('--page <date>', words.help.record.page).choices(PAGE_DATES).default('september'))
    .action(async (name: string | undefined, options: RecordOptions, command: Command) => {
      const cli = cliOf(command, io);
      if (options.check !== undefined && name === undefined) return check(cli, filePath(options.check), options.page);
      if (options.check === undefined && name !== undefined) return record(cli, name, options);
      throw CliError.usage(
        ({ recordings }) => recordings.oneOfTwo,
        ({ recordings }) => recordings.both,
      );
    });
};

async function record(cli: Cli, name: string, { out, force }: RecordOptions): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const file = filePath(out ?? `leadmaster-recording-${day}.json`);
  const client = cli.client();
  // Of two things that are wrong, the session is named first.
  await client.call('getSession', of(name));
  await refuseTaken(file, force === true);
  const answer = await client.call('recordSession', of(name), { timeoutMs: RECORD_MS });
  await writeText(file, `${JSON.stringify(known(answer), null, 2)}\n`);
  cli.print.data({ file });
  cli.print.line(cli.words.files.written(file));
  cli.print.note(cli.words.recordings.whatItHolds);
}

/** Nothing is written that this version does not know to be harmless. */
function known(answer: unknown): Recording {
  const { data } = recording.safeParse(answer);
  if (data !== undefined) return data;
  throw new CliError(
    EXIT.failed,
    'not_a_recording',
    ({ recordings }) => recordings.answerIsNone,
    ({ recordings }) => recordings.restartService,
  );
}

async function check(cli: Cli, path: string, page: PageDate): Promise<void> {
  const file = await readRecording(path);
  const moment = momentOf(file);
  const differences = differencesOf(file, (await readStandinPages())[page][moment]);
  cli.print.data({ page, moment, differences });
  show(cli, differences);
  const pageIn = ({ recordings }: Words): string => recordings.page(page, moment === 'ready');
  const { count, recordings } = cli.words;
  cli.print.line(
    differences.length === 0
      ? recordings.noDifference(pageIn(cli.words))
      : `\n${recordings.differences(count.differences(differences.length), pageIn(cli.words))}`,
  );
  if (differences.length === 0) return;
  const text: Text = (words) => words.recordings.differs(path, pageIn(words));
  throw new CliError(EXIT.failed, 'differs', text, '', { told: true });
}

function show(cli: Cli, differences: readonly Difference[]): void {
  if (differences.length === 0 || cli.json) return;
  const { head, what: kinds } = cli.words.recordings;
  const rows = differences.map(({ what, name, file, standin }) => [
    kinds[what],
    name,
    cell(cli.words, file),
    cell(cli.words, standin),
  ]);
  cli.print.line(table(cli.print, head, rows));
}

/** A value of a page, or what stands there where it has none. */
function cell({ recordings }: Words, value: string): string {
  const cells: Readonly<Record<string, string>> = recordings.cells;
  return Object.hasOwn(cells, value) ? (cells[value] ?? value) : value;
}
