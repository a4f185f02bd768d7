import { redact, type Session, shellWord } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { of } from '../client/service-client.ts';
import { readTargetKey } from '../output/target-key.ts';
import { describeSession } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { nameArgument } from './values.ts';

interface TransferOptions {
  to: string;
  keyFile?: string;
  undo?: true;
}

export const register: Register = (parent, io, words) => {
  parent
    .command('transfer')
    .description(words.help.transfer.about)
    .addArgument(nameArgument(words))
    .requiredOption('--to <url>', words.help.transfer.to)
    .option('--key-file <file>', words.help.transfer.keyFile)
    .option('--undo', words.help.transfer.undo)
    .action(async (name: string, options: TransferOptions, command: Command) => {
      const cli = cliOf(command, io);
      const { to, undo = false } = options;
      // No key is asked for a session that is not there.
      await cli.client().call('getSession', of(name));
      const key = await readTargetKey(io, options.keyFile);
      const ifLost = `Give the command again: ./leadmaster ${commandLine(name, options)}`;
      const wanted = { ...of(name), body: { to, key, ...(undo ? { undo } : {}) } };
      const session = await long(cli, name, (call) =>
        cli.client().operate('transferSession', wanted, { ...call, ifLost }),
      );
      cli.print.data(session);
      tell(cli, session, options);
    });
};

function commandLine(name: string, { to, keyFile, undo }: TransferOptions): string {
  const key = keyFile === undefined ? [] : ['--key-file', shellWord(keyFile)];
  return ['transfer', name, '--to', shellWord(redact(to)), ...key, ...(undo ? ['--undo'] : [])].join(' ');
}

function tell({ print }: Cli, session: Session, { to, undo }: TransferOptions): void {
  if (undo) print.line(describeSession(print, session));
  else {
    print.line(print.words.portable.hasMoved(session.name, to, session.state));
    print.note(print.words.portable.profileInTrash);
  }
}
