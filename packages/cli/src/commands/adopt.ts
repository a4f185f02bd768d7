import { resolve } from 'node:path';
import type { Session } from '@leadmaster/protocol';
import type { Command } from 'commander';
import { describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { sessionName } from './values.ts';

export const register: Register = (parent, io) => {
  parent
    .command('adopt')
    .description('make a session of a profile that lies in the data folder already (tokens/NAME), without copying')
    .argument('<dir>', "the profile's folder")
    .requiredOption('--name <name>', 'what the session is called', sessionName)
    .action(async (dir: string, { name }: { name: string }, command: Command) => {
      const cli = cliOf(command, io);
      const session = await cli.client().post<Session>('/v1/sessions/adopt', { name, path: resolve(dir) });
      cli.print.data(session);
      cli.print.line(describeSession(cli.print, session));
      cli.print.note(`Start it: ./leadmaster session start ${name}`);
    });
};
