import { readFile, stat } from 'node:fs/promises';
import { errorText, type Recording, recording } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

/** A recording has some tens of kilobytes; nothing larger is read. */
const MOST_BYTES = 2_000_000;

/** A recording from a file. What is not exactly what this version writes is refused. */
export async function readRecording(path: string): Promise<Recording> {
  const text = await textOf(path);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw notARecording(path, 'it is not JSON, or not all of it is there');
  }
  const read = recording.safeParse(found);
  if (read.success) return read.data;
  throw notARecording(path, whatIsWrong(found));
}

async function textOf(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw notARecording(path, 'it is no file');
    if (found.size > MOST_BYTES) throw notARecording(path, 'it is too large for one');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.failed, 'file_failed', `${path} cannot be read: ${errorText(error)}`);
  }
}

/** In words of ours alone: what a foreign file says is not printed. */
function whatIsWrong(found: unknown): string {
  const { format, formatVersion } = Object(found) as Record<string, unknown>;
  if (format !== 'leadmaster-recording') return 'another program has written it';
  return formatVersion === 1
    ? 'something in it is not as it was recorded'
    : 'another version of LeadMaster has written it';
}

function notARecording(path: string, why: string): CliError {
  const hint = 'A recording is what "./leadmaster record NAME" writes; take the file as it was written.';
  return new CliError(EXIT.failed, 'not_a_recording', `${path} is not a recording: ${why}.`, hint);
}
