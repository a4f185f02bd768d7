import { errorText, LeadMasterError, type Problem, redact } from '@leadmaster/protocol';
import { ConfigError, SettingsFileError } from '@leadmaster/session-manager/config';
import { EXIT, type ExitCode, exitCodeOfStatus } from './exit-codes.ts';
import { errorIn, type Shown, textIn } from './words/told.ts';
import { ENGLISH, type Text, type Words } from './words/words.ts';

/** An end that is not success: what to say, what to do about it, and what to tell the shell. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  /** In English, as `message` is: for programs and logs. `shownIn` has both for people. */
  readonly hint: string;
  /** The message and the hint as they were given, to be given on. */
  readonly text: Text;
  readonly advice: Text;
  /** The service's own words, where they are its. */
  readonly problem: Problem | null;
  /** More of it for programs: members of the error's JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The result was printed and says it all: with `--json` a second document would only be in the way. */
  readonly told: boolean;

  constructor(
    exitCode: ExitCode,
    code: string,
    message: Text,
    hint: Text = '',
    { problem = null, facts = {}, told = false }: Partial<Pick<CliError, 'problem' | 'facts' | 'told'>> = {},
  ) {
    super(redact(textIn(ENGLISH, message)));
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
    this.hint = textIn(ENGLISH, hint);
    this.text = message;
    this.advice = hint;
    this.problem = problem;
    this.facts = facts;
    this.told = told;
  }

  static usage(message: Text, hint: Text = ''): CliError {
    return new CliError(EXIT.usage, 'usage', message, hint);
  }

  /** Of a command that works on the disk of the session's machine, and is given elsewhere. */
  static needsDisk(message: Text): CliError {
    return new CliError(EXIT.usage, 'needs_disk', message, ({ service }) => service.runItThere);
  }

  static of(problem: Problem): CliError {
    return new CliError(exitCodeOfStatus(problem.status), problem.code, problem.detail, problem.hint, { problem });
  }

  /** What the terminal shows of it. */
  shownIn(words: Words): Shown {
    const { message, detail, hint } = errorIn(words, { code: this.code, message: this.text, hint: this.advice });
    return { message: redact(message), detail: redact(detail), hint };
  }

  /** What is wrong, as part of a sentence. */
  saidIn(words: Words): string {
    const { message, detail } = errorIn(words, { code: this.code, message: this.text, hint: '' });
    return redact(detail === '' ? message : `${message.replace(/\.$/, '')} (${detail})`);
  }
}

/** Any thrown value as the error to show. A bug stays recognisable as one. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof LeadMasterError) return CliError.of(error.toProblem());
  if (error instanceof ConfigError || error instanceof SettingsFileError)
    return new CliError(EXIT.usage, 'settings', error.message, (words) => words.service.everySetting);
  return new CliError(EXIT.failed, 'failed', errorText(error));
}
