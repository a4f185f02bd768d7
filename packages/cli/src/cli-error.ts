import { errorText, LeadMasterError, type Problem, redact } from '@leadmaster/protocol';
import { ConfigError } from '@leadmaster/session-manager/config';
import { EXIT, type ExitCode, exitCodeOfStatus } from './exit-codes.ts';

/** An end that is not success: what to say, what to do about it, and what to tell the shell. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly hint: string;
  /** The service's own words, where they are its. */
  readonly problem: Problem | null;
  /** More of it for programs: members of the error's JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The result was printed and says it all: with `--json` a second document would only be in the way. */
  readonly told: boolean;

  constructor(
    exitCode: ExitCode,
    code: string,
    message: string,
    hint = '',
    { problem = null, facts = {}, told = false }: Partial<Pick<CliError, 'problem' | 'facts' | 'told'>> = {},
  ) {
    super(redact(message));
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = code;
    this.hint = hint;
    this.problem = problem;
    this.facts = facts;
    this.told = told;
  }

  static usage(message: string, hint = ''): CliError {
    return new CliError(EXIT.usage, 'usage', message, hint);
  }

  static of(problem: Problem): CliError {
    return new CliError(exitCodeOfStatus(problem.status), problem.code, problem.detail, problem.hint, { problem });
  }
}

/** Any thrown value as the error to show. A bug stays recognisable as one. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof LeadMasterError) return CliError.of(error.toProblem());
  if (error instanceof ConfigError)
    return new CliError(EXIT.usage, 'settings', error.message, 'See .env.example for every setting.');
  return new CliError(EXIT.failed, 'failed', errorText(error));
}
