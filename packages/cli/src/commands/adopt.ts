import { resolve } from 'node:path';
import type { AdoptedSession, AdoptSession } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { bytes, describeSession, printable } from '../output/words.ts';
import { adoptWarningIn } from '../words/told.ts';
import { cliOf, type MachineOptions, machineOption, type Register } from './command.ts';
import { long } from './long.ts';
import { sessionName } from './values.ts';

interface AdoptOptions extends MachineOptions {
  name: string;
  copy?: true;
  move?: true;
  originRetired?: true;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('adopt')
    .description(words.help.adopt.about)
    .argument('<dir>', words.help.adopt.dir)
    .requiredOption('--name <name>', words.help.adopt.name, sessionName(words))
    .option('--move', words.help.adopt.move)
    .option('--copy', words.help.adopt.copy)
    .option('--origin-retired', words.help.adopt.originRetired)
    .addOption(machineOption(words))
    .action(async (dir: string, options: AdoptOptions, command: Command) => {
      const cli = cliOf(command, io, options);
      // The folder is one of the machine that is to run it.
      if (cli.machine === null) cli.refuseElsewhere();
      const { name, copy, move, originRetired } = options;
      if (copy && move) throw CliError.usage(({ portable }) => portable.copyOrMove);
      // An empty variable of a script would mean the folder that the command is typed in.
      if (dir.trim() === '')
        throw CliError.usage(
          ({ portable }) => portable.emptyFolder,
          ({ portable }) => portable.nameTheFolder,
        );
      const mode: Pick<AdoptSession, 'mode'> = move ? { mode: 'move' } : copy ? { mode: 'copy' } : {};
      const path = cli.machine === null ? resolve(dir) : dir;
      const body = { name, path, ...mode, ...(originRetired ? { originRetired } : {}) };
      const session = await long(cli, name, (call) => cli.client().operate('adoptSession', { body }, call)).catch(
        (error: unknown) => {
          throw isModeMissing(error) ? chooseMode(path) : error;
        },
      );
      cli.print.data(session);
      show(cli, session);
    });
};

function chooseMode(path: string): CliError {
  return CliError.usage(
    ({ portable }) => portable.chooseMode(path),
    ({ portable }) => portable.modes,
  );
}

/** Only the service knows whether a folder is the session's own place, which needs no mode. */
function isModeMissing(error: unknown): boolean {
  const { problem } = error instanceof CliError ? error : { problem: null };
  return problem !== null && 'missing' in problem && problem.missing === 'mode';
}

function show(cli: Cli, session: AdoptedSession): void {
  const { name, adopted, hint } = session;
  const { kind, path, files, chromium } = adopted;
  const { count, output, portable, sessions } = cli.words;
  cli.print.line(portable.adopted(path, portable.kinds[kind], count.files(files), bytes(adopted.bytes), chromium));
  for (const warning of adopted.warnings) {
    const { says, detail } = adoptWarningIn(cli.words, warning);
    cli.print.line(`${cli.print.paint.yellow(output.note)}  ${printable(says)}`);
    if (detail !== '') cli.print.line(`${output.detail}  ${printable(detail)}`);
  }
  cli.print.line(describeSession(cli.print, session));
  // A copy's hint tells it, and what has to be confirmed first.
  if (hint === '') cli.print.note(sessions.startIt(name));
}
