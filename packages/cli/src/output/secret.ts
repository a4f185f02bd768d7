import { readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { errorText, shellWord, visibleLines } from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import { interrupted } from '../client/interrupt.ts';
import type { Io } from '../io.ts';
import { textIn } from '../words/told.ts';
import { type Text, wordsFor } from '../words/words.ts';

/** The only line of a file. `what` names it in the error. Says so where others may read the file, too. */
export function secretFromFile(io: Io, file: string, what: Text): string {
  try {
    const found = statSync(file);
    // A named pipe may never say anything; the pipe of a shell's <(command) does, or ends.
    if (found.isFIFO() && !/^\/(dev|proc\/self)\/(fd\/|stdin$)/.test(file)) throw new Error('it is a named pipe');
    if (found.isFile() && (found.mode & 0o077) !== 0) io.stderr.write(visibleLines(`${openWarning(io, file)}\n`));
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw CliError.usage((words) => words.asking.secretUnread(textIn(words, what), file, errorText(error)));
  }
}

function openWarning({ env }: Io, file: string): string {
  const { asking, output } = wordsFor({ env, json: false });
  return `${output.warning} ${asking.secretOpen(file, `chmod 600 ${shellWord(file)}`)}`;
}

/** What is typed is neither shown nor kept. */
export async function askHidden(io: Io, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_text, _encoding, done) => done() });
  // As a terminal, so that readline takes its echo away; what is no real one has none.
  const terminal = 'setRawMode' in io.stdin;
  const reader = createInterface({ input: io.stdin, output: nowhere, terminal, historySize: 0 });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.once('line', resolve);
  reader.once('close', () => resolve(''));
  reader.once('SIGINT', () => reject(interrupted(({ asking }) => asking.nothingDone)));
  io.stderr.write(visibleLines(question));
  try {
    return await promise;
  } finally {
    reader.close();
    io.stderr.write('\n');
  }
}
