import { readFile, stat } from 'node:fs/promises';
import { errorText, type Recording, recording } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { textIn } from '../words/told.ts';
import type { Text } from '../words/words.ts';

/** A recording has some tens of kilobytes; nothing larger is read. */
const MOST_BYTES = 2_000_000;

/** A recording from a file. What is not exactly what this version writes is refused. */
export async function readRecording(path: string): Promise<Recording> {
  const text = await textOf(path);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw notARecording(path, ({ recordings }) => recordings.notJson);
  }
  const read = recording.safeParse(found);
  if (read.success) return read.data;
  throw notARecording(path, whatIsWrong(found));
}

async function textOf(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw notARecording(path, ({ recordings }) => recordings.noFile);
    if (found.size > MOST_BYTES) throw notARecording(path, ({ recordings }) => recordings.tooLarge);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.failed, 'file_failed', ({ files }) => files.unread(path, errorText(error)));
  }
}

/** In words of ours alone: what a foreign file says is not printed. */
function whatIsWrong(found: unknown): Text {
  const { format, formatVersion } = Object(found) as Record<string, unknown>;
  if (format !== 'leadmaster-recording') return ({ recordings }) => recordings.otherProgram;
  return ({ recordings }) => (formatVersion === 1 ? recordings.notAsRecorded : recordings.otherVersion);
}

function notARecording(path: string, why: Text): CliError {
  return new CliError(
    EXIT.failed,
    'not_a_recording',
    (words) => words.recordings.isNone(path, textIn(words, why)),
    ({ recordings }) => recordings.takeAsWritten,
  );
}
