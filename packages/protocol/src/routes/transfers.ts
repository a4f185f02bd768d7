import { z } from 'zod';
import { BYTES } from '../http-words.ts';
import { session } from '../session.ts';
import {
  arrivingTransfer,
  missingAnswer,
  missingQuestion,
  pieceAnswer,
  pieceParams,
  prepareTransfer,
  sealTransfer,
  TRANSFER_PIECE,
  transferId,
  transferSession,
} from '../transfer.ts';
import { SESSION_ERRORS, START_ERRORS } from './error-groups.ts';
import { noBody, queryInteger, sessionParams } from './inputs.ts';
import { json, nothing, type RouteStatement, routes } from './route.ts';

const KNOWN = ['transfer_not_found', 'wrong_state', 'storage_failed'] as const;

/** A step that another manager asks for while a session comes here. It may be repeated. */
const step = {
  tag: 'transfers',
  scope: 'admin',
  audience: 'operator',
  params: z.strictObject({ transfer: transferId }),
} as const satisfies Partial<RouteStatement>;

/** `…/transfer`: a session goes to another manager. `/v1/transfers`: what that manager is asked for. */
export const transferRoutes = routes({
  transferSession: {
    method: 'POST',
    path: '/v1/sessions/{session}/transfer',
    tag: 'transfers',
    summary: 'Move a session to another session manager',
    description:
      'Most of the profile goes ahead while the session runs; then it is stopped, what has changed since follows, and it is started ' +
      'there if it ran here. `to` is https, or plain http on loopback; `key` is a key of the other manager, used for this call alone. ' +
      'After any failure one machine owns the session: a repeated request finishes the transfer; with `undo` it is taken back, once the ' +
      'other manager has given it up.',
    scope: 'admin',
    audience: 'operator',
    audit: { names: { to: 'origin' } },
    long: 'transfer',
    params: sessionParams,
    body: transferSession,
    answers: { 200: json('The session as it is here: MOVED, or what it was before when taken back', session) },
    errors: [
      ...SESSION_ERRORS,
      ...START_ERRORS,
      'session_moved',
      'place_changed',
      'older_than_vault',
      'origin_not_retired',
      'nothing_to_snapshot',
      'wrong_account',
      'capture_failed',
      'unprocessable',
      'transfer_open',
      'transfer_committed',
      'transfer_failed',
      'transfer_unfinished',
    ],
  },
  prepareTransfer: {
    method: 'POST',
    path: '/v1/transfers',
    tag: 'transfers',
    summary: 'Between managers: a session is about to come here',
    description:
      'Refused where the name is taken, the browser is older, there is no room, or what comes is older than what left.',
    scope: 'admin',
    audience: 'operator',
    body: prepareTransfer,
    answers: { 201: json('How far it has come', arrivingTransfer) },
    errors: [
      ...KNOWN,
      'invalid_session_name',
      'session_exists',
      'session_unclaimed',
      'session_moved',
      'linked_elsewhere',
      'profile_unreadable',
      'unprocessable',
      'browser_too_old',
      'browser_missing',
      'browser_failed',
    ],
  },
  getTransfer: {
    ...step,
    method: 'GET',
    path: '/v1/transfers/{transfer}',
    summary: 'Between managers: how far a session has come on its way here',
    answers: { 200: json('How far it has come', arrivingTransfer) },
    errors: ['transfer_not_found'],
  },
  missingOfTransfer: {
    ...step,
    method: 'POST',
    path: '/v1/transfers/{transfer}/missing',
    summary: 'Between managers: which of these files are not here yet',
    body: missingQuestion,
    answers: { 200: json('Those that are to be sent', missingAnswer) },
    errors: KNOWN,
  },
  sendPiece: {
    ...step,
    method: 'PUT',
    path: '/v1/transfers/{transfer}/blobs/{sha256}',
    summary: 'Between managers: one piece of a file',
    description:
      'At most 4 MiB, in order. The answer says how many bytes of the file are here; a piece that does not follow them changes nothing.',
    params: pieceParams,
    query: z.strictObject({
      offset: queryInteger(0, Number.MAX_SAFE_INTEGER).describe('Where the piece begins in the file'),
      size: queryInteger(0, Number.MAX_SAFE_INTEGER).describe('Of the whole file'),
    }),
    bytes: 'whole',
    // A little more than a piece, so that a piece that is too long gets that error; a minute, for a slow line.
    bodyLimit: { bytes: TRANSFER_PIECE + 65_536, ms: 60_000 },
    body: z.unknown().meta({ type: 'string', contentMediaType: BYTES }),
    answers: { 200: json('How much of it is here', pieceAnswer) },
    errors: [...KNOWN, 'transfer_incomplete'],
  },
  sealTransfer: {
    ...step,
    method: 'POST',
    path: '/v1/transfers/{transfer}/seal',
    summary: 'Between managers: all of it is here; put it together and prove it',
    description: 'Durable when it is answered. The session still belongs to the manager that it comes from.',
    // The manifest of a profile of some hundred thousand files.
    bodyLimit: { bytes: 64 * 2 ** 20, ms: 180_000 },
    body: sealTransfer,
    answers: { 200: json('How far it has come', arrivingTransfer) },
    errors: [...KNOWN, 'session_exists', 'session_unclaimed', 'transfer_incomplete', 'snapshot_unsafe'],
  },
  commitTransfer: {
    ...step,
    method: 'POST',
    path: '/v1/transfers/{transfer}/commit',
    summary: 'Between managers: the other one has let go; the session belongs here from now on',
    body: noBody,
    answers: { 200: json('How far it has come', arrivingTransfer) },
    errors: [...KNOWN, ...START_ERRORS, 'session_exists', 'place_changed', 'session_running', 'profile_unreadable'],
  },
  abortTransfer: {
    ...step,
    method: 'DELETE',
    path: '/v1/transfers/{transfer}',
    summary: 'Between managers: give up, for good, what has not been committed',
    answers: { 204: nothing('It is given up') },
    errors: [...KNOWN, 'transfer_committed', 'profile_unreadable'],
  },
});
