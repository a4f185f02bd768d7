import { type EventCursor, LeadMasterError } from '@leadmaster/protocol';
import type { EventLog } from '../state/rows.ts';

const HINT = 'Begin again without a cursor, or with after=0; then go on with the cursors that are told here.';

/**
 * The number of the event after which a reader of this log continues. A cursor without a log counts as one of this log.
 *
 * @throws LeadMasterError `cursor_of_another_log`, where the events that it knows are not those of this log; `cursor_unknown`, where it
 *   is beyond the end: waiting for that would be silence for ever.
 */
export function goesOnAfter(cursor: EventCursor, log: EventLog): number {
  const { id, logId } = cursor;
  const end = logId === null ? log.newest : endOf(logId, log);
  if (id <= end) return id;
  const extra = { newest: log.newest, logId: log.logId };
  if (logId !== null && logId !== log.logId)
    throw new LeadMasterError(
      'cursor_of_another_log',
      `The cursor ${id} is of the log ${logId}, and this is ${log.logId}`,
      HINT,
      {
        extra,
      },
    );
  const why =
    logId === null
      ? 'it comes from another data folder, or an older copy of this database was put back'
      : 'an older copy of this database was put back';
  throw new LeadMasterError(
    'cursor_unknown',
    `The cursor ${id} is beyond the newest event, ${log.newest}: ${why}`,
    HINT,
    { extra },
  );
}

/** The last event of a log that this one has; -1 where it is another. */
function endOf(logId: string, { logId: own, newest, formerly }: EventLog): number {
  return logId === own ? newest : (formerly.find((log) => log.logId === logId)?.upTo ?? -1);
}
