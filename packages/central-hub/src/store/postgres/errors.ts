import { errorText, LeadMasterError, sentence } from '@leadmaster/protocol';
import pg from 'pg';

const AWAY =
  'See that PostgreSQL runs and that DATABASE_URL leads to it. The hub continues by itself once it answers; sessions run on meanwhile.';

/** What PostgreSQL's codes mean to the operator; the first prefix that fits. */
const HINTS: readonly (readonly [prefix: string, hint: string])[] = [
  ['08', AWAY],
  ['28', 'Correct the user or the password in DATABASE_URL, or allow the user in pg_hba.conf.'],
  ['3D000', 'Make the database that DATABASE_URL names (createdb), or correct the name.'],
  ['42501', 'Give the user in DATABASE_URL all rights on the tables of the hub, and CREATE on their schema.'],
  ['25006', 'The server takes no changes: let DATABASE_URL lead to the primary, not to a standby.'],
  ['53100', 'The disk of PostgreSQL is full: free some space there. The change was not made.'],
  ['53300', 'Raise max_connections of PostgreSQL, or end programs that hold connections. The hub continues by itself.'],
  ['53', 'PostgreSQL lacks memory or another resource: see its log. The hub continues by itself.'],
  [
    '55P03',
    'Another program holds a lock on the tables of the hub: end it (pg_stat_activity). The hub continues by itself.',
  ],
  ['57014', 'PostgreSQL took too long: look for load or locks there (pg_stat_activity). The hub continues by itself.'],
  ['57', AWAY],
  ['58', 'PostgreSQL met an error of its system: see its log and its disk.'],
  ['25P03', 'The hub stood still in the midst of a change, which was undone. Ask again.'],
  ['XX', 'PostgreSQL reports an error of its own, or damaged data: see its log.'],
];

/** A text holds the one letter that PostgreSQL does not keep: NUL. */
const NOT_A_TEXT = '22021';

/** Codes that end one transaction to free another. */
const VICTIM = ['40001', '40P01'];

/** Whether PostgreSQL itself answered: the line is good, and what was asked has failed. */
export function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError;
}

/** Whether the same transaction may succeed when it is done again. */
export function isVictim(error: unknown): boolean {
  return VICTIM.includes(codeOf(error));
}

/** An error of PostgreSQL, or of the line to it, as one that says what to do; a mistake of the program passes as it is. */
export function postgresError(error: unknown): unknown {
  if (error instanceof LeadMasterError) return error;
  if (!isAnswer(error)) return isOfTheLine(error) ? unreachable(error, AWAY) : error;
  if (codeOf(error) === NOT_A_TEXT) return notAText(error);
  const [, hint] = HINTS.find(([prefix]) => codeOf(error).startsWith(prefix)) ?? [];
  if (hint === undefined && isVictim(error))
    return unreachable(error, 'Changes stood in the way of each other. Ask again.');
  return hint === undefined ? error : unreachable(error, hint);
}

function notAText(cause: unknown): LeadMasterError {
  return new LeadMasterError(
    'invalid_request',
    'A text holds the character NUL, which the database of the hub cannot keep.',
    'Send it without that character.',
    { cause },
  );
}

function codeOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : '';
}

/** The system's errors have a code; those of the driver have words alone. */
function isOfTheLine(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError || 'syscall' in error) return true;
  return /connection|Connection|timeout|SSL|queryable/.test(error.message);
}

function unreachable(error: unknown, hint: string): LeadMasterError {
  const code = codeOf(error);
  const said = textOf(error);
  const detail = `The database of the hub cannot be used: ${code === '' ? said : `${said} (${code})`}`;
  return new LeadMasterError('database_unreachable', sentence(detail), hint, { cause: error });
}

/** An address of several numbers fails once for each, and has no words of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ');
  return errorText(error);
}
