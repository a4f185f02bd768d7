import { visibleLines } from '@leadmaster/protocol';
import { Command, CommanderError } from 'commander';
import { version } from './cli.ts';
import { asCliError, CliError } from './cli-error.ts';
import { demoOption, jsonOption, type Register } from './commands/command.ts';
import { EXIT } from './exit-codes.ts';
import { calledOtherwise } from './hints.ts';
import type { Io } from './io.ts';
import { Printer } from './output/printer.ts';
import { WrittenOutput } from './output/written.ts';
import { refusalIn, speak } from './speak.ts';
import { type Text, wordsFor } from './words/words.ts';

/** The commands by the first word of each. Only the one that is given is loaded: the rest would take most of its time. */
const COMMANDS: Record<string, () => Promise<{ register: Register }>> = {
  start: () => import('./commands/start.ts'),
  sessions: () => import('./commands/sessions.ts'),
  status: () => import('./commands/sessions.ts'),
  list: () => import('./commands/sessions.ts'),
  session: () => import('./commands/session.ts'),
  qr: () => import('./commands/qr.ts'),
  account: () => import('./commands/account.ts'),
  pair: () => import('./commands/pair.ts'),
  send: () => import('./commands/send.ts'),
  sending: () => import('./commands/sending.ts'),
  events: () => import('./commands/events.ts'),
  where: () => import('./commands/where.ts'),
  builds: () => import('./commands/builds.ts'),
  place: () => import('./commands/place.ts'),
  storage: () => import('./commands/storage.ts'),
  recent: () => import('./commands/recent.ts'),
  capabilities: () => import('./commands/capabilities.ts'),
  check: () => import('./commands/check.ts'),
  trim: () => import('./commands/trim.ts'),
  adopt: () => import('./commands/adopt.ts'),
  export: () => import('./commands/export.ts'),
  import: () => import('./commands/import.ts'),
  transfer: () => import('./commands/transfer.ts'),
  snapshot: () => import('./commands/snapshot.ts'),
  vault: () => import('./commands/vault.ts'),
  recover: () => import('./commands/recover.ts'),
  doctor: () => import('./commands/doctor.ts'),
  record: () => import('./commands/record.ts'),
  report: () => import('./commands/report.ts'),
  tenants: () => import('./commands/tenants.ts'),
  keys: () => import('./commands/keys.ts'),
  links: () => import('./commands/links.ts'),
  move: () => import('./commands/move.ts'),
  machines: () => import('./commands/machines.ts'),
  audit: () => import('./commands/audit.ts'),
  open: () => import('./commands/open.ts'),
  phone: () => import('./commands/phone.ts'),
};

/** Runs one command line to its end; resolves to the exit code. A result that could not be written is a failure. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const output = new WrittenOutput(io);
  const code = await runCommand(argv, io);
  const failure = await output.finish(io.readerMs);
  if (failure === null || code !== EXIT.done) return code;
  // A reader that has closed the pipe (`| head`) has seen enough: that is no error.
  if (failure.code !== 'EPIPE') new Printer(io, false).error(notWritten(failure));
  return EXIT.failed;
}

function notWritten(failure: Error): CliError {
  return new CliError(
    EXIT.failed,
    'not_written',
    ({ output }) => output.notWritten(failure.message),
    ({ output }) => output.notWrittenHint,
  );
}

async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes('--json');
  try {
    const words = argv.filter((word) => !word.startsWith('-'));
    const otherwise = calledOtherwise(words);
    if (otherwise !== null && !argv.includes('--help')) throw otherwise;
    const program = await createProgram(io, json, words[0]);
    await program.parseAsync(argv, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      if (json) new Printer(io, true).error(usageError(error));
      return EXIT.usage;
    }
    const shown = asCliError(error);
    new Printer(io, json).error(shown);
    return shown.exitCode;
  }
}

/** Commander's complaint in our words; where it would have shown its help, it has none. */
function usageError(error: CommanderError): CliError {
  const hint: Text = ({ program }) => program.seeHelp;
  if (error.code === 'commander.help') return CliError.usage(({ program }) => program.noCommand, hint);
  return CliError.usage(error.message.replace(/^error: /, ''), hint);
}

/** The command line as commander knows it: that command alone, or the whole of it where there is none of that name. */
export async function createProgram(io: Io, json: boolean, name = ''): Promise<Command> {
  const words = wordsFor({ env: io.env, json });
  const program = new Command('leadmaster')
    .description(words.program.about)
    .version(json ? JSON.stringify({ version: version() }) : version(), '-V, --version', words.program.version)
    .addHelpText('after', words.program.footer)
    .showHelpAfterError(words.program.afterError);
  const one = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const wanted = one === undefined ? Object.values(COMMANDS) : [one];
  const registers = (await Promise.all(wanted.map((load) => load()))).map(({ register }) => register);
  for (const register of new Set(registers)) register(program, io, words);
  for (const command of family(program)) {
    command.addOption(jsonOption(words)).exitOverride();
    // "start --demo" has its own, which starts one.
    if (!command.options.some(({ long }) => long === '--demo')) command.addOption(demoOption(words));
    speak(command, words);
    command.configureOutput({
      writeOut: (text) => io.stdout.write(visibleLines(text)),
      // With --json the error is said once, as JSON.
      writeErr: (text) => json || io.stderr.write(visibleLines(text)),
      outputError: (text, write) => write(refusalIn(words, text)),
    });
  }
  return program;
}

function family(command: Command): Command[] {
  return [command, ...command.commands.flatMap(family)];
}
