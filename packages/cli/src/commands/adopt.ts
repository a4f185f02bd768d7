import { resolve } from 'node:path';
import type { AdoptedSession, AdoptReport, AdoptSession } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { bytes, describeSession, plural, printable } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { sessionName } from './values.ts';

interface AdoptOptions {
  name: string;
  copy?: true;
  move?: true;
  originRetired?: true;
}

const KINDS: Record<AdoptReport['kind'], string> = {
  profile: 'a profile of Chromium',
  local_auth: 'a LocalAuth folder of whatsapp-web.js',
  remote_auth: 'an unpacked RemoteAuth archive of whatsapp-web.js',
  waha: 'a session of WAHA (webjs)',
  leadmaster: 'a session of another LeadMaster',
};

export const register: Register = (parent, io, words) => {
  parent
    .command('adopt')
    .description(words.help.adopt.about)
    .argument('<dir>', words.help.adopt.dir)
    .requiredOption('--name <name>', words.help.adopt.name, sessionName)
    .option('--move', words.help.adopt.move)
    .option('--copy', words.help.adopt.copy)
    .option('--origin-retired', words.help.adopt.originRetired)
    .action(async (dir: string, options: AdoptOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { name, copy, move, originRetired } = options;
      if (copy && move) throw CliError.usage('Either --copy or --move.');
      // An empty variable of a script would mean the folder that the command is typed in.
      if (dir.trim() === '') throw CliError.usage('The folder is empty text.', 'Name the folder of the profile.');
      const mode: Pick<AdoptSession, 'mode'> = move ? { mode: 'move' } : copy ? { mode: 'copy' } : {};
      const body = { name, path: resolve(dir), ...mode, ...(originRetired ? { originRetired } : {}) };
      const session = await long(cli, name, (call) => cli.client().operate('adoptSession', { body }, call)).catch(
        (error: unknown) => {
          throw isModeMissing(error) ? CliError.usage(error.message, error.hint) : error;
        },
      );
      cli.print.data(session);
      show(cli, session);
    });
};

/** Only the service knows whether a folder is the session's own place, which needs no mode. */
function isModeMissing(error: unknown): error is CliError {
  const { problem } = error instanceof CliError ? error : { problem: null };
  return problem !== null && 'missing' in problem && problem.missing === 'mode';
}

function show(cli: Cli, session: AdoptedSession): void {
  const { name, adopted, hint } = session;
  const { kind, path, files, chromium } = adopted;
  cli.print.line(
    `${path}: ${KINDS[kind]}, ${plural(files, 'file')}, ${bytes(adopted.bytes)}, written by ${chromium === null ? 'an unknown Chromium' : `Chromium ${chromium}`}`,
  );
  for (const warning of adopted.warnings) cli.print.line(`${cli.print.paint.yellow('note:')}  ${printable(warning)}`);
  cli.print.line(describeSession(cli.print, session));
  // A copy's hint says so, and what has to be said first.
  if (hint === '') cli.print.note(`Start it: ./leadmaster session start ${name}`);
}
