import { transferSession } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { canAsk } from './ask.ts';
import { askHidden, secretFromFile } from './secret.ts';

const WHERE = 'On that machine it is in admin.key, in the data folder.';

/** A key of another manager: from a file, the environment, or a person. Never a value on the command line: those are seen by everybody. */
export async function readTargetKey(io: Io, file: string | undefined): Promise<string> {
  const key = await find(io, file);
  if (transferSession.shape.key.safeParse(key).success) return key;
  const what = key === '' ? 'is empty' : 'is no key: a key is one line without spaces';
  const where = file === undefined ? '' : ` in ${file}`;
  throw CliError.usage(`The key of the other machine${where} ${what}.`, WHERE);
}

async function find(io: Io, file: string | undefined): Promise<string> {
  if (file !== undefined) return secretFromFile(io, file, 'The key of the other machine').trim();
  const { LEADMASTER_TARGET_KEY: given } = io.env;
  if (given !== undefined && given !== '') return given;
  if (canAsk(io)) return (await askHidden(io, 'Key of the other machine: ')).trim();
  throw CliError.usage(
    'The key of the other machine is needed.',
    `Set LEADMASTER_TARGET_KEY, or name a file with --key-file. ${WHERE}`,
  );
}
