import { z } from 'zod';
import { BYTES } from '../http-words.ts';
import { retireSession, session } from '../session.ts';
import { SESSION_ERRORS, START_ERRORS, VAULT_ERRORS } from './error-groups.ts';
import { passphraseHeaders, queryBoolean, sessionParams, snapshotParams } from './inputs.ts';
import { json, routes } from './route.ts';

const bytes = z.unknown().meta({ type: 'string', contentMediaType: BYTES });

/** `…/export`, `…/import`, `…/retire`: a session as one encrypted file, out, in, and given up where it was. */
export const portableRoutes = routes({
  exportSnapshot: {
    method: 'GET',
    path: '/v1/sessions/{session}/snapshots/{snapshot}/export',
    tag: 'snapshots',
    summary: 'A snapshot as one file that a passphrase opens',
    description:
      'The file is whole only if the answer is: one that breaks off is refused by an import. `X-Snapshot-Bytes` is the size ' +
      'of what is in it; the file itself is usually smaller.',
    scope: 'admin',
    audience: 'tenant',
    audit: { shows: [] },
    params: snapshotParams,
    headers: passphraseHeaders,
    answers: { 200: { description: 'The file', content: { [BYTES]: { schema: bytes } } } },
    errors: [...SESSION_ERRORS, ...VAULT_ERRORS, 'snapshot_not_found', 'snapshot_damaged', 'passphrase_refused'],
  },
  importSession: {
    method: 'POST',
    path: '/v1/sessions/{session}/import',
    tag: 'snapshots',
    summary: 'Make a session of an exported file',
    description:
      'It goes into the history of the session and into its place, STOPPED. It starts only once `originRetired` is confirmed, here or ' +
      'with a start. A file that is damaged, or breaks off, changes nothing.',
    scope: 'admin',
    audience: 'operator',
    params: sessionParams,
    query: z.strictObject({
      originRetired: queryBoolean
        .default(false)
        .describe('The operator confirms that the place it comes from never runs it again'),
      replace: queryBoolean.default(false).describe('Put it in the place of a stopped session of that name'),
      overwriteNewer: queryBoolean.default(false).describe('Also where the login in place is newer'),
      otherAccount: queryBoolean.default(false).describe('Also where it is of another account than the session here'),
      start: queryBoolean.default(false),
    }),
    headers: passphraseHeaders,
    bytes: 'streamed',
    body: bytes,
    answers: { 201: json('The session', session) },
    errors: [
      ...SESSION_ERRORS,
      ...VAULT_ERRORS,
      ...START_ERRORS,
      'passphrase_refused',
      'passphrase_wrong',
      'session_exists',
      'session_running',
      'session_moved',
      'session_unclaimed',
      'newer_login',
      'other_account',
      'snapshot_damaged',
      'snapshot_unsafe',
      'snapshot_too_large',
      'store_full',
      'origin_not_retired',
      'linked_elsewhere',
    ],
  },
  retireSession: {
    method: 'POST',
    path: '/v1/sessions/{session}/retire',
    tag: 'snapshots',
    summary: 'Retire a stopped session here: its login continues elsewhere, from that snapshot',
    description:
      'Refused when the session was used after the snapshot was taken. The profile goes to trash, and nothing of this generation starts here again.',
    scope: 'admin',
    audience: 'operator',
    params: sessionParams,
    body: retireSession,
    answers: { 200: json('The session, MOVED', session) },
    errors: [
      ...SESSION_ERRORS,
      ...VAULT_ERRORS,
      'session_unclaimed',
      'session_running',
      'wrong_account',
      'session_moved',
      'wrong_state',
      'newer_login',
      'snapshot_not_found',
    ],
  },
});
