import { z } from 'zod';
import { session } from '../session.ts';
import {
  createSnapshot,
  pruneReport,
  recoverable,
  recovered,
  recoverSessions,
  restoreSnapshot,
  snapshot,
  snapshotDetail,
  snapshotList,
  verifyReport,
  verifySnapshot,
} from '../snapshots.ts';
import { HELD_BACK_REASONS } from '../states.ts';
import { SESSION_ERRORS, START_ERRORS, VAULT_ERRORS } from './error-groups.ts';
import { noBody, queryBoolean, sessionParams, snapshotParams } from './inputs.ts';
import { json, nothing, routes } from './route.ts';

const READ_ERRORS = [...SESSION_ERRORS, ...VAULT_ERRORS] as const;
const WRITE_ERRORS = [...READ_ERRORS, 'store_full'] as const;
const RECOVER_ERRORS = [...VAULT_ERRORS, 'profile_unreadable', 'storage_failed'] as const;

/** `/v1/sessions/{s}/snapshots` and `/v1/recover`: take them, prove them, go back to one. */
export const snapshotRoutes = routes({
  createSnapshot: {
    method: 'POST',
    path: '/v1/sessions/{session}/snapshots',
    tag: 'snapshots',
    summary: 'Take a snapshot; the session runs on',
    description:
      '201 once it is durable. Behind one that is being taken it waits its turn, and for a session that is starting or stopping a ' +
      'minute at most.',
    scope: 'storage',
    audience: 'tenant',
    long: 'snapshot',
    params: sessionParams,
    body: createSnapshot.nullish(),
    answers: { 201: json('The snapshot', snapshot) },
    errors: [
      ...WRITE_ERRORS,
      'session_unclaimed',
      'wrong_state',
      'nothing_to_snapshot',
      ...HELD_BACK_REASONS,
      'wrong_account',
      'capture_failed',
      'profile_in_use',
      'snapshot_too_large',
      'timeout',
    ],
  },
  listSnapshots: {
    method: 'GET',
    path: '/v1/sessions/{session}/snapshots',
    tag: 'snapshots',
    summary: 'Snapshots of a session, newest first; also of one that was deleted',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    answers: { 200: json('The snapshots, and what is wrong with their records', snapshotList) },
    errors: READ_ERRORS,
  },
  getSnapshot: {
    method: 'GET',
    path: '/v1/sessions/{session}/snapshots/{snapshot}',
    tag: 'snapshots',
    summary: 'One snapshot and what is in it',
    scope: 'read',
    audience: 'tenant',
    params: snapshotParams,
    answers: { 200: json('The snapshot', snapshotDetail) },
    errors: [...READ_ERRORS, 'snapshot_not_found', 'snapshot_damaged'],
  },
  deleteSnapshot: {
    method: 'DELETE',
    path: '/v1/sessions/{session}/snapshots/{snapshot}',
    tag: 'snapshots',
    summary: 'Take a snapshot out of the history; its bytes go with the next prune',
    scope: 'storage',
    audience: 'tenant',
    params: snapshotParams,
    query: z.strictObject({
      otherWriters: queryBoolean
        .default(false)
        .describe('Also one that another installation on the same vault has written'),
    }),
    body: noBody,
    answers: { 204: nothing('Removed') },
    errors: [...WRITE_ERRORS, 'snapshot_not_found', 'other_writer'],
  },
  pruneSnapshots: {
    method: 'POST',
    path: '/v1/sessions/{session}/snapshots/prune',
    tag: 'snapshots',
    summary: 'Apply the retention to a session, and free what no snapshot needs',
    scope: 'storage',
    audience: 'tenant',
    long: 'prune',
    params: sessionParams,
    body: noBody,
    answers: { 200: json('What went', pruneReport) },
    errors: WRITE_ERRORS,
  },
  acceptRollback: {
    method: 'POST',
    path: '/v1/sessions/{session}/snapshots/accept',
    tag: 'snapshots',
    summary: 'Say that an older copy of the vault was put back on purpose',
    description:
      'While the vault is older than it was (`rolled_back` among the problems of the list), nothing is written for the ' +
      'session: `vault_rolled_back`. After this its history continues from what there is.',
    scope: 'admin',
    audience: 'operator',
    long: 'accept',
    params: sessionParams,
    body: noBody,
    answers: { 200: json('What there is', snapshotList) },
    errors: WRITE_ERRORS,
  },
  verifySnapshot: {
    method: 'POST',
    path: '/v1/sessions/{session}/snapshots/{snapshot}/verify',
    tag: 'snapshots',
    summary: 'Read every byte that a snapshot needs; with `drill` also boot a copy, without any network',
    description: 'Damage is an answer, `ok: false`.',
    scope: 'storage',
    audience: 'tenant',
    long: 'verify',
    params: snapshotParams,
    body: verifySnapshot.nullish(),
    answers: { 200: json('What was found', verifyReport) },
    errors: [
      ...WRITE_ERRORS,
      'browser_missing',
      'browser_failed',
      'browser_not_gone',
      'engine_failed',
      'timeout',
      'snapshot_not_found',
      'snapshot_unsafe',
    ],
  },
  restoreSnapshot: {
    method: 'POST',
    path: '/v1/sessions/{session}/snapshots/{snapshot}/restore',
    tag: 'snapshots',
    summary: 'Put a snapshot in the place of the profile; the old profile goes to trash',
    description: 'A restore that fails leaves everything as it was.',
    scope: 'storage',
    audience: 'tenant',
    long: 'restore',
    params: snapshotParams,
    query: z.strictObject({
      restart: queryBoolean.default(false).describe('Stop a running session first, and start it afterwards'),
    }),
    body: restoreSnapshot.nullish(),
    answers: { 200: json('The session', session) },
    errors: [
      ...WRITE_ERRORS,
      'snapshot_not_found',
      'snapshot_damaged',
      'snapshot_unsafe',
      'session_running',
      'session_moved',
      'origin_not_retired',
      'newer_login',
      'other_account',
      'linked_elsewhere',
      ...START_ERRORS,
    ],
  },
  listRecoverable: {
    method: 'GET',
    path: '/v1/recover',
    tag: 'snapshots',
    summary: 'Every session that the vault holds, with its last snapshot',
    scope: 'admin',
    audience: 'operator',
    answers: { 200: json('The sessions', z.object({ items: z.array(recoverable) })) },
    errors: RECOVER_ERRORS,
  },
  recoverSessions: {
    method: 'POST',
    path: '/v1/recover',
    tag: 'snapshots',
    summary: 'Bring sessions back from the vault',
    description:
      'Asks for `originRetired: true`, confirmation by the operator that the machine they ran on never runs them again: two ' +
      'machines with one login take it from each other. What fails of one session does not stop the others.',
    scope: 'admin',
    audience: 'operator',
    long: 'recover',
    body: recoverSessions.nullish(),
    answers: { 200: json('How each came back, or why not', recovered) },
    errors: [...RECOVER_ERRORS, 'invalid_session_name', 'session_not_found', 'origin_not_retired'],
  },
});
