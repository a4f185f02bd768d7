import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { errorText } from '@leadmaster/protocol';
import { Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { interrupted } from '../client/interrupt.ts';
import type { Io } from '../io.ts';
import { canAsk } from './ask.ts';

/** Never a value on the command line: those are seen by everybody on the machine, and kept in histories. */
export function passphraseOption(): Option {
  return new Option(
    '--passphrase-file <file>',
    'read the passphrase from a file, instead of asking or LEADMASTER_PASSPHRASE',
  );
}

/** The passphrase of a file: from another file, the environment, or a person. `twice`: typed again, where a slip would lose it. */
export async function readPassphrase(io: Io, file: string | undefined, { twice }: { twice: boolean }): Promise<string> {
  if (file !== undefined) return fromFile(file);
  const { LEADMASTER_PASSPHRASE: given } = io.env;
  if (given !== undefined && given !== '') return given;
  if (!canAsk(io)) {
    throw CliError.usage(
      'Nobody is there to be asked for the passphrase.',
      'Set LEADMASTER_PASSPHRASE, or name a file with --passphrase-file.',
    );
  }
  const typed = await askHidden(io, 'Passphrase: ');
  if (twice && (await askHidden(io, 'Once more: ')) !== typed) {
    throw CliError.usage('The two are not the same.', 'Nothing was done. Try again.');
  }
  return typed;
}

function fromFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw CliError.usage(`The passphrase cannot be read from ${file}: ${errorText(error)}`);
  }
}

/** What is typed is neither shown nor kept. */
async function askHidden(io: Io, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_text, _encoding, done) => done() });
  // As a terminal, so that readline takes its echo away; what is no real one has none.
  const terminal = 'setRawMode' in io.stdin;
  const reader = createInterface({ input: io.stdin, output: nowhere, terminal, historySize: 0 });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.once('line', resolve);
  reader.once('close', () => resolve(''));
  reader.once('SIGINT', () => reject(interrupted('Nothing was done.')));
  io.stderr.write(question);
  try {
    return await promise;
  } finally {
    reader.close();
    io.stderr.write('\n');
  }
}
