import { z } from 'zod';
import { settleAccount } from '../accounts.ts';
import { capabilities, overrideCapabilities } from '../capabilities.ts';
import { plainText } from '../plain-text.ts';
import { recording } from '../recording.ts';
import {
  adoptedSession,
  adoptSession,
  changeSession,
  checkReport,
  createSession,
  session,
  sessionPage,
  startSession,
  transition,
} from '../session.ts';
import { HELD_BACK_REASONS, SESSION_STATES } from '../states.ts';
import { usageReport } from '../usage.ts';
import { SESSION_ERRORS, START_ERRORS, VAULT_ERRORS } from './error-groups.ts';
import { limit, noBody, queryBoolean, queryInteger, sessionParams, waitSeconds } from './inputs.ts';
import { json, nothing, type RouteStatement, routes } from './route.ts';

/** An order about one session. It may be repeated. */
const order = {
  method: 'POST',
  tag: 'sessions',
  description: 'Answers at once with the state it is in; with `?wait=` once that state no longer passes by itself.',
  scope: 'control',
  audience: 'tenant',
  params: sessionParams,
  query: z.strictObject({ wait: waitSeconds }),
  body: noBody,
  answers: { 202: json('The session', session) },
  errors: [
    ...SESSION_ERRORS,
    ...START_ERRORS,
    'session_moved',
    'origin_not_retired',
    'linked_elsewhere',
    ...HELD_BACK_REASONS,
  ],
} as const satisfies Partial<RouteStatement>;

/** `/v1/sessions`: make, list, look at and remove them; the orders to one, and what is known of it. */
export const sessionRoutes = routes({
  createSession: {
    method: 'POST',
    path: '/v1/sessions',
    tag: 'sessions',
    summary: 'Make a session, and start it unless told otherwise',
    scope: 'control',
    audience: 'tenant',
    audit: { names: { name: 'session' } },
    body: createSession,
    answers: { 201: json('The session', session) },
    errors: ['invalid_session_name', 'session_exists', 'profile_unreadable', 'storage_failed', ...START_ERRORS],
  },
  listSessions: {
    method: 'GET',
    path: '/v1/sessions',
    tag: 'sessions',
    summary: 'The sessions of this machine by name; profiles that were not adopted are UNCLAIMED',
    description:
      'All of them, or with `limit` a page: `cursor` is the next `after`, and null when these were the last.',
    scope: 'read',
    audience: 'tenant',
    query: z.strictObject({
      limit: queryInteger(1, 500).optional().describe('How many at most; all unless told otherwise'),
      after: plainText({ max: 128 }).optional().describe('The name of the last session already known'),
      state: z
        .enum([...SESSION_STATES, 'UNCLAIMED'])
        .optional()
        .describe('Those in this state alone'),
      q: plainText({ min: 1, max: 100 })
        .optional()
        .describe("Those with this in their name, or in their account's number or name"),
    }),
    answers: { 200: json('The sessions', sessionPage) },
    errors: ['profile_unreadable', 'storage_failed'],
  },
  getSession: {
    method: 'GET',
    path: '/v1/sessions/{session}',
    tag: 'sessions',
    summary: 'One session',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    answers: { 200: json('The session', session) },
    errors: SESSION_ERRORS,
  },
  changeSession: {
    method: 'PATCH',
    path: '/v1/sessions/{session}',
    tag: 'sessions',
    summary: 'Change what is noted beside a session, whether it may send, and whose phone may be linked; it runs on',
    description:
      'What is left out stays. `metadata` takes the place of all that was noted: `{}` removes it. `sending` is for the session ' +
      'alone: off at a level above it, for its tenant or its machine, stays off. On a hub, `"sending":"on"` wants the scope `admin`.',
    scope: 'control',
    audience: 'tenant',
    params: sessionParams,
    body: changeSession,
    answers: { 200: json('The session', session) },
    errors: [...SESSION_ERRORS, 'session_unclaimed', 'wrong_account'],
  },
  deleteSession: {
    method: 'DELETE',
    path: '/v1/sessions/{session}',
    tag: 'sessions',
    summary: 'Remove a session; its profile goes to trash, its snapshots stay',
    scope: 'control',
    audience: 'tenant',
    operatorInput: ['otherWriters'],
    params: sessionParams,
    query: z.strictObject({
      purge: queryBoolean
        .default(false)
        .describe("Also destroy the key of the session's snapshots: they can never be read again"),
      otherWriters: queryBoolean
        .default(false)
        .describe('With `purge`: also where another installation on the same vault has written some of them'),
    }),
    body: noBody,
    answers: { 204: nothing('Removed') },
    errors: [
      ...SESSION_ERRORS,
      'session_unclaimed',
      'other_writer',
      'transfer_open',
      'wrong_state',
      'browser_not_gone',
      'engine_failed',
      'timeout',
      ...VAULT_ERRORS,
    ],
  },
  startSession: {
    ...order,
    path: '/v1/sessions/{session}/start',
    summary: 'Start it; does nothing when it runs. A copy of a login starts once `originRetired` is confirmed',
    operatorInput: ['originRetired', 'olderLogin'],
    body: startSession.nullish(),
  },
  stopSession: {
    ...order,
    path: '/v1/sessions/{session}/stop',
    summary: 'Stop its browser; the login is kept',
  },
  restartSession: {
    ...order,
    path: '/v1/sessions/{session}/restart',
    summary: 'Stop and start it',
  },
  logoutSession: {
    ...order,
    path: '/v1/sessions/{session}/logout',
    summary: 'Unlink the account at WhatsApp; the old profile goes to trash',
  },
  settleAccount: {
    ...order,
    path: '/v1/sessions/{session}/account',
    summary: 'Settle WRONG_ACCOUNT: keep the account that is linked, or remove its link',
    description:
      '`{"accept":true}`: the session belongs to this account from now on, and messages that came in meanwhile are reported. ' +
      '`{"unlink":true}`: the link is removed at WhatsApp, its profile goes to trash, and a new QR is shown.',
    body: settleAccount,
    errors: [...SESSION_ERRORS, ...START_ERRORS, ...HELD_BACK_REASONS, 'linked_elsewhere', 'unprocessable'],
  },
  getUsage: {
    method: 'GET',
    path: '/v1/sessions/{session}/usage',
    tag: 'sessions',
    summary: "Memory and processor time of the session's browser over the last day",
    description:
      'Kept in memory: a restart of the service begins it again. Empty for a session that has not run since.',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    query: z.strictObject({
      hours: queryInteger(1, 24).default(24).describe('How far back; 24 unless told otherwise'),
    }),
    answers: { 200: json('The samples', usageReport) },
    errors: [...SESSION_ERRORS, 'session_unclaimed'],
  },
  adoptSession: {
    method: 'POST',
    path: '/v1/sessions/adopt',
    tag: 'sessions',
    summary: 'Make a session of a profile: in place, by copy or by move',
    description:
      'An UNCLAIMED profile in `tokens/` is taken as it lies. One from elsewhere (LocalAuth of whatsapp-web.js, RemoteAuth ' +
      'unzipped, WAHA, another LeadMaster) is copied or moved; nothing may run on it. A copy starts only once `originRetired` is ' +
      'confirmed, here or with a start. Repeated after an interruption, it is finished.',
    scope: 'admin',
    audience: 'operator',
    audit: { names: { name: 'session' } },
    long: 'adopt',
    body: adoptSession,
    answers: { 201: json('The session, STOPPED, and what was found', adoptedSession) },
    errors: [
      'session_running',
      ...SESSION_ERRORS,
      'session_exists',
      'wrong_state',
      'adopt_refused',
      'profile_in_use',
      'browser_missing',
      'browser_failed',
    ],
  },
  listTransitions: {
    method: 'GET',
    path: '/v1/sessions/{session}/transitions',
    tag: 'sessions',
    summary: 'State changes with their reasons, newest first',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    query: z.strictObject({ limit: limit(100) }),
    answers: { 200: json('The transitions', z.object({ items: z.array(transition) })) },
    errors: [...SESSION_ERRORS, 'session_unclaimed'],
  },
  checkSession: {
    method: 'GET',
    path: '/v1/sessions/{session}/check',
    tag: 'sessions',
    summary: 'Look at the profile: structure, owner, permissions, login',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    answers: { 200: json('What was found', checkReport) },
    errors: [...SESSION_ERRORS, 'session_unclaimed'],
  },
  getCapabilities: {
    method: 'GET',
    path: '/v1/sessions/{session}/capabilities',
    tag: 'sessions',
    summary: 'What the page of WhatsApp Web that it runs on can do, feature by feature',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    answers: { 200: json('What the last probe found', capabilities) },
    errors: [...SESSION_ERRORS, 'session_unclaimed'],
  },
  overrideCapabilities: {
    method: 'PATCH',
    path: '/v1/sessions/{session}/capabilities',
    tag: 'sessions',
    summary: 'Use features although the probe calls them broken; an empty list goes by the probe again',
    scope: 'control',
    audience: 'operator',
    params: sessionParams,
    body: overrideCapabilities,
    answers: { 200: json('What the last probe found, with the overrides', capabilities) },
    errors: [...SESSION_ERRORS, 'session_unclaimed'],
  },
  recordSession: {
    method: 'GET',
    path: '/v1/sessions/{session}/recording',
    tag: 'sessions',
    summary: 'Describe the page that it runs on: modules and their shapes, builds, states, times',
    description:
      'Holds no text, number, key or name of the account. Works as soon as its browser runs, also while a QR waits.',
    scope: 'read',
    audience: 'operator',
    params: sessionParams,
    answers: { 200: json('The recording', recording) },
    errors: [...SESSION_ERRORS, 'session_unclaimed', 'session_not_ready', 'engine_failed'],
  },
});
