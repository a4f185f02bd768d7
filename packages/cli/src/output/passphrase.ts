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
  const given = file === undefined ? io.env.LEADMASTER_PASSPHRASE : secretFromFile(io, file, 'The passphrase');
  if (file !== undefined || (given !== undefined && given !== ''))
    return twice ? newPassphrase(given ?? '') : (given ?? '');
  if (!canAsk(io)) {
    throw CliError.usage(
      'No terminal to ask for the passphrase in.',
      'Set LEADMASTER_PASSPHRASE, or name a file with --passphrase-file.',
    );
  }
  if (!twice) return askHidden(io, 'Passphrase: ');
  const typed = await newPassphrase(await askHidden(io, 'Passphrase (12 characters or more): '));
  if ((await askHidden(io, 'Once more: ')) !== typed) {
    throw CliError.usage('The two are not the same.', 'Nothing was done. Try again.');
  }
  return typed;
}

/** Refuses one that is too short before it is typed again. */
async function newPassphrase(text: string): Promise<string> {
  const { checkPassphrase } = await import('@leadmaster/vault');
  checkPassphrase(text);
  return text;
}
