import { actionFieldsOf } from '@leadmaster/protocol';
import type { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { type Words, wordsFor } from '../words/words.ts';
import { ink } from './ink.ts';

/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

/**
 * Where words go: results to standard output, everything said about them to standard error. With `--json`, standard
 * output has JSON and nothing else: the result, or `{"error":{...}}`, exact. Words have what would command the terminal
 * written out, also into a file or pipe, which may be shown on a terminal later.
 */
export class Printer {
  readonly json: boolean;
  /** In the language of the terminal; with `--json`, in English. */
  readonly words: Words;
  readonly isTerminal: boolean;
  /** How wide the terminal is that standard output goes to; null where it is none, or with `--json`. */
  readonly columns: number | null;
  readonly paint: ReturnType<typeof ink.colors>;
  readonly #io: Io;

  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.json = json;
    this.words = wordsFor({ env: io.env, json });
    this.isTerminal = io.stdout.isTTY === true && !json;
    this.columns = this.isTerminal ? io.stdout.columns || USUAL_COLUMNS : null;
    this.paint = ink.colors(wantsColour(io) && !json);
  }

  /** A result for people; not said with `--json`. */
  line(text = ''): void {
    if (!this.json) this.#io.stdout.write(`${ink.lines(text)}\n`);
  }

  /** A result for machines; said with `--json` alone. */
  data(value: unknown): void {
    if (this.json) this.#io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** One of many results for machines: one line each. */
  record(value: unknown): void {
    if (this.json) this.#io.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Said beside the result, to people. */
  note(text: string): void {
    if (!this.json) this.#io.stderr.write(`${ink.lines(text)}\n`);
  }

  /** A text that ends its own last line, to standard output. */
  text(text: string): void {
    this.#io.stdout.write(ink.lines(text));
  }

  error(error: CliError): void {
    if (this.json) {
      if (error.told) return;
      const { code, message: detail, hint, exitCode, problem, facts } = error;
      this.#io.stdout.write(
        `${JSON.stringify({ error: { ...(problem ?? { code, detail }), ...facts, hint, ...actionFieldsOf(hint), exitCode } }, null, 2)}\n`,
      );
      return;
    }
    const { red } = this.paint;
    const { output } = this.words;
    const { message, detail, hint } = error.shownIn(this.words);
    this.#io.stderr.write(
      ink.lines(
        `${red(output.error)} ${message}\n${this.#beside(output.detail, detail)}${this.#beside(output.hint, hint)}`,
      ),
    );
  }

  #beside(label: string, text: string): string {
    return text === '' ? '' : `${this.paint.dim(label)}  ${text}\n`;
  }
}

function wantsColour({ stdout, env }: Io): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stdout.isTTY === true && env.TERM !== 'dumb';
}
