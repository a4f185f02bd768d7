import { Option } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { type Words, wordsFor } from '../words/words.ts';
import { canAsk } from './ask.ts';
import { askHidden, secretFromFile } from './secret.ts';

/** Never a value on the command line: those are seen by everybody on the machine, and kept in histories. */
export function passphraseOption({ help }: Words): Option {
  return new Option('--passphrase-file <file>', help.shared.passphraseFile);
}

/** The passphrase of a file: from another file, the environment, or typed at the terminal. `twice`: typed again, where a slip would lose it. */
export async function readPassphrase(io: Io, file: string | undefined, { twice }: { twice: boolean }): Promise<string> {
  const given =
    file === undefined ? io.env.LEADMASTER_PASSPHRASE : secretFromFile(io, file, ({ asking }) => asking.thePassphrase);
  if (file !== undefined || (given !== undefined && given !== ''))
    return twice ? newPassphrase(given ?? '') : (given ?? '');
  if (!canAsk(io)) {
    throw CliError.usage(
      (words) => words.asking.noPassphraseTerminal,
      (words) => words.asking.passphraseHint,
    );
  }
  const { asking } = wordsFor({ env: io.env, json: false });
  if (!twice) return askHidden(io, asking.passphrase);
  const typed = await newPassphrase(await askHidden(io, asking.newPassphrase));
  if ((await askHidden(io, asking.onceMore)) !== typed) {
    throw CliError.usage(
      (words) => words.asking.notTheSame,
      (words) => words.asking.tryAgain,
    );
  }
  return typed;
}

/** Refuses one that is too short before it is typed again. */
async function newPassphrase(text: string): Promise<string> {
  const { checkPassphrase } = await import('@leadmaster/vault');
  checkPassphrase(text);
  return text;
}
