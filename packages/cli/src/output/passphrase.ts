import { Option } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { canAsk } from './ask.ts';
import { askHidden, secretFromFile } from './secret.ts';

/** Never a value on the command line: those are seen by everybody on the machine, and kept in histories. */
export function passphraseOption(): Option {
  return new Option(
    '--passphrase-file <file>',
    'read the passphrase from a file, instead of asking or LEADMASTER_PASSPHRASE',
  );
}

/** The passphrase of a file: from another file, the environment, or a person. `twice`: typed again, where a slip would lose it. */
export async function readPassphrase(io: Io, file: string | undefined, { twice }: { twice: boolean }): Promise<string> {
  if (file !== undefined) return secretFromFile(io, file, 'The passphrase');
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
