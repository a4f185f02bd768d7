import { transferSession } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { type Text, wordsFor } from '../words/words.ts';
import { canAsk } from './ask.ts';
import { askHidden, secretFromFile } from './secret.ts';

const WHERE: Text = ({ asking }) => asking.targetKeyIn;

/** A key of another manager: from a file, the environment, or typed at the terminal. Never a value on the command line: other users can see those. */
export async function readTargetKey(io: Io, file: string | undefined): Promise<string> {
  const key = await find(io, file);
  if (transferSession.shape.key.safeParse(key).success) return key;
  throw CliError.usage(
    ({ asking }) => (key === '' ? asking.targetKeyEmpty(file) : asking.targetKeyIsNone(file)),
    WHERE,
  );
}

async function find(io: Io, file: string | undefined): Promise<string> {
  if (file !== undefined) return secretFromFile(io, file, ({ asking }) => asking.theTargetKey).trim();
  const { LEADMASTER_TARGET_KEY: given } = io.env;
  if (given !== undefined && given !== '') return given;
  if (canAsk(io)) return (await askHidden(io, wordsFor({ env: io.env, json: false }).asking.targetKey)).trim();
  throw CliError.usage(
    ({ asking }) => asking.targetKeyNeeded,
    ({ asking }) => `${asking.targetKeyHint} ${asking.targetKeyIn}`,
  );
}
