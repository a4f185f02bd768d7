import { z } from 'zod';
import { buildList } from '../builds.ts';
import { machineFacts } from '../machine.ts';
import { acceptedPlace, acceptPlace, place } from '../place.ts';
import { operation } from '../snapshots.ts';
import { START_ERRORS } from './error-groups.ts';
import { limit, queryInteger, waitSeconds } from './inputs.ts';
import { json, routes } from './route.ts';

/** `service` and `timestamp` may be missing: a machine of an earlier version does not tell them, and is alive all the same. */
const alive = z.object({
  status: z.literal('ok'),
  service: z.string().optional(),
  timestamp: z.iso.datetime().optional(),
  version: z.string(),
  uptimeSeconds: z.number().int(),
});

/** What is about the service itself and its machine. */
export const serviceRoutes = routes({
  health: {
    method: 'GET',
    path: '/health',
    tag: 'service',
    summary: 'Whether the service is alive',
    scope: 'read',
    audience: 'tenant',
    open: true,
    answers: { 200: json('It is', alive) },
    errors: [],
  },
  ready: {
    method: 'GET',
    path: '/ready',
    tag: 'service',
    summary: 'Whether every saved session has been looked at since the start',
    scope: 'read',
    audience: 'tenant',
    open: true,
    answers: { 200: json('It has', z.object({ status: z.literal('ready') })) },
    errors: ['not_ready'],
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    tag: 'service',
    summary: 'Measurements for Prometheus',
    scope: 'read',
    audience: 'operator',
    answers: { 200: { description: 'Prometheus text format', content: { 'text/plain': { schema: z.string() } } } },
    errors: [],
  },
  getMachine: {
    method: 'GET',
    path: '/v1/machine',
    tag: 'service',
    summary: 'The machine that the service runs on: its memory and disk, and how many sessions it has',
    scope: 'read',
    audience: 'operator',
    answers: { 200: json('The machine', machineFacts) },
    errors: ['storage_failed'],
  },
  listBuilds: {
    method: 'GET',
    path: '/v1/builds',
    tag: 'service',
    summary: 'Builds of WhatsApp Web that were seen here, newest first, and what is thought of each',
    description:
      '`schema` is how far the build opens the database of messages: it never opens a profile whose number is higher. `kept`: its page is here, so that `WEB_VERSION` may name it.',
    scope: 'read',
    audience: 'operator',
    answers: { 200: json('The builds', buildList) },
    errors: ['storage_failed'],
  },
  getPlace: {
    method: 'GET',
    path: '/v1/place',
    tag: 'service',
    summary:
      'Where the data folder is and was, and which sessions wait because it is a copy, lies on another disk or was put back from a backup',
    scope: 'read',
    audience: 'operator',
    answers: { 200: json('The place', place) },
    errors: ['storage_failed'],
  },
  acceptPlace: {
    method: 'POST',
    path: '/v1/place/accept',
    tag: 'service',
    summary: 'Confirm that the previous place never runs these sessions again: they no longer wait',
    description:
      'Without `sessions`, all that wait. Those that were to run are started. One of which the vault has a newer login waits on, as `older_than_vault`.',
    scope: 'admin',
    audience: 'operator',
    body: acceptPlace,
    answers: { 200: json('What was released, and what still waits', acceptedPlace) },
    errors: ['session_not_found', ...START_ERRORS],
  },
  listOperations: {
    method: 'GET',
    path: '/v1/operations',
    tag: 'operations',
    summary: 'Long calls of the last day, newest first, whether their callers wait for them or not',
    scope: 'read',
    audience: 'tenant',
    query: z.strictObject({ limit: limit(100) }),
    answers: {
      200: json(
        'The operations',
        z.object({
          items: z.array(operation),
          unanswered: z
            .array(z.string())
            .describe('Ids of operations that their machine does not tell of just now; none of a session manager'),
        }),
      ),
    },
    errors: [],
  },
  getOperation: {
    method: 'GET',
    path: '/v1/operations/{operation}',
    tag: 'operations',
    summary: 'One long call: how far it has come, or its result or error',
    description:
      'With `wait` it answers once the operation has ended; with `after`, the `revision` already known, as soon as there is ' +
      'a newer one. Progress makes a new revision a few times a second at most, so that asking again at once draws a bar.',
    scope: 'read',
    audience: 'tenant',
    params: z.strictObject({ operation: z.string().regex(/^[\w-]{1,128}$/, 'the id of an operation') }),
    query: z.strictObject({
      wait: waitSeconds,
      after: queryInteger(0, Number.MAX_SAFE_INTEGER).optional().describe('The revision already known'),
    }),
    answers: { 200: json('The operation', operation) },
    errors: ['operation_not_found'],
  },
});
