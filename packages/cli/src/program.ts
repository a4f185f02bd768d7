import { Command, CommanderError } from 'commander';
import { version } from './cli.ts';
import { asCliError, CliError } from './cli-error.ts';
import { register as adopt } from './commands/adopt.ts';
import { register as check } from './commands/check.ts';
import { jsonOption } from './commands/command.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as events } from './commands/events.ts';
import { register as exportFile } from './commands/export.ts';
import { register as importFile } from './commands/import.ts';
import { register as pair } from './commands/pair.ts';
import { register as phone } from './commands/phone.ts';
import { register as qr } from './commands/qr.ts';
import { register as recent } from './commands/recent.ts';
import { register as recover } from './commands/recover.ts';
import { register as report } from './commands/report.ts';
import { register as send } from './commands/send.ts';
import { register as session } from './commands/session.ts';
import { register as sessions } from './commands/sessions.ts';
import { register as snapshot } from './commands/snapshot.ts';
import { register as start } from './commands/start.ts';
import { register as storage } from './commands/storage.ts';
import { register as transfer } from './commands/transfer.ts';
import { register as trim } from './commands/trim.ts';
import { register as vault } from './commands/vault.ts';
import { register as where } from './commands/where.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { Printer } from './output/printer.ts';

const COMMANDS = [
  start,
  sessions,
  session,
  qr,
  pair,
  send,
  events,
  where,
  storage,
  recent,
  check,
  trim,
  adopt,
  exportFile,
  importFile,
  transfer,
  snapshot,
  vault,
  recover,
  doctor,
  report,
  phone,
];

const FOOTER = `
Exit codes: 0 done; 1 the answer is no or the operation failed; 2 wrong usage; 3 not found; 4 wrong state;
5 not allowed; 6 service unreachable; 130 interrupted. With --json, errors are {"error": {...}} on standard output;
the log of a service goes to standard error, and help is always text.`;

/** Runs one command line to its end; resolves to the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes('--json');
  try {
    await createProgram(io, json).parseAsync(argv, { from: 'user' });
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
  const hint = './leadmaster --help lists the commands.';
  if (error.code === 'commander.help') return CliError.usage('No command was given, or not all of one.', hint);
  return CliError.usage(error.message.replace(/^error: /, ''), hint);
}

/** The whole command line, as commander knows it. */
export function createProgram(io: Io, json = false): Command {
  const program = new Command('leadmaster')
    .description('Keeps WhatsApp Web sessions alive, safe and movable.')
    .version(json ? JSON.stringify({ version: version() }) : version(), '-V, --version')
    .addHelpText('after', FOOTER)
    .showHelpAfterError('(./leadmaster --help lists the commands)');
  for (const register of COMMANDS) register(program, io);
  for (const command of family(program)) {
    command.addOption(jsonOption()).exitOverride();
    command.configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // With --json the error is said once, as JSON.
      writeErr: (text) => json || io.stderr.write(text),
    });
  }
  return program;
}

function family(command: Command): Command[] {
  return [command, ...command.commands.flatMap(family)];
}
