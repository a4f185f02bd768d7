import { z } from 'zod';
import { actionFields } from '../actions.ts';
import { check } from '../session.ts';
import { captureMethod, importedFrom, snapshotKind } from '../snapshots.ts';
import { seenAs } from '../tenants/seen.ts';
import { events, OF_SESSION } from './statement.ts';

const id = z.string().describe('The snapshot');

/** Snapshots of sessions, in the order in which the vault came to have them. */
export const snapshotEvents = events({
  'snapshot.created': {
    ...OF_SESSION,
    operatorFields: ['imported'],
    doc: 'A snapshot is in the vault, durable.',
    data: z.object({
      id,
      kind: snapshotKind.describe('What it holds: what READY and the history need, or all but what is temporary'),
      reason: seenAs('word', z.string().describe('Why it was taken; `imported`: it came in a file')),
      bytes: z.number().int().describe('Bytes of the profile in it'),
      newBytes: z.number().int().describe('Bytes that the vault did not have before'),
      storedBytes: z.number().int().describe('What those came to in the store, compressed and encrypted'),
      pauseMs: z.number().optional().describe('How long the browser stood still; absent of an imported one'),
      method: captureMethod.optional().describe('How it was made to; `none` where no browser ran'),
      durationMs: z.number().optional().describe('How long the vault took'),
      imported: importedFrom.optional().describe('Where it came from, of one that was imported'),
    }),
  },
  'snapshot.failed': {
    ...OF_SESSION,
    operatorFields: ['detail', 'hint'],
    doc: 'A snapshot could not be taken; those before stay.',
    data: z.object({
      code: seenAs('word', z.string().describe('The error code, as in problem+json; `timeout` where it took too long')),
      detail: z.string().describe('What happened'),
      reason: seenAs(
        'word',
        z.string().describe('Why it was to be taken; `start`: the service has started and can take none'),
      ),
      hint: z.string().describe('What can be done about it; empty where that is not known'),
      ...actionFields,
    }),
  },
  'snapshot.verified': {
    ...OF_SESSION,
    operatorFields: ['failed'],
    doc: 'A snapshot was read to its last byte, or booted by a drill.',
    data: z.object({
      id,
      ok: z.boolean().describe('Whether it is good'),
      drill: z.boolean().describe('Whether a browser has opened a copy of it'),
      failed: z.array(check).optional().describe('What was found wrong; absent where nothing was'),
    }),
  },
  'snapshot.forgotten': {
    ...OF_SESSION,
    doc: 'Snapshots are no longer in the history: deleted, or past what is kept.',
    data: z.object({ ids: z.array(z.string()).describe('The snapshots') }),
  },
});
