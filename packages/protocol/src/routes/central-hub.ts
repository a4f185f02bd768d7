import { z } from 'zod';
import {
  addMachine,
  anySession,
  changeMachine,
  changeTenant,
  createHubSession,
  createKey,
  createTenant,
  double,
  drainedMachine,
  drainMachine,
  hubKey,
  hubSession,
  hubSessionPage,
  keyId,
  machine,
  machineName,
  madeKey,
  me,
  moveSession,
  tenant,
} from '../central-hub.ts';
import type { ErrorCode } from '../errors.ts';
import { tenantName } from '../names.ts';
import { plainText } from '../plain-text.ts';
import { sessionPage } from '../session.ts';
import { SESSION_STATES } from '../states.ts';
import { noBody, queryBoolean, queryInteger, sessionParams } from './inputs.ts';
import { json, nothing, type RouteStatement, routes } from './route.ts';
import { sessionRoutes } from './sessions.ts';
import { transferRoutes } from './transfers.ts';

const pageQuery = z.strictObject({
  limit: queryInteger(1, 500).default(100).describe('How many at most; 100 unless told otherwise'),
  after: plainText({ max: 128 }).optional().describe('`cursor` of the page before'),
});

function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), cursor: z.string().nullable() });
}

const STORE_ERRORS = ['database_unreachable', 'storage_failed'] as const satisfies readonly ErrorCode[];

/** What is about tenants, keys and machines: for the operator, with a key that may do everything. */
const ofOperator = { scope: 'admin', audience: 'operator' } as const satisfies Partial<RouteStatement>;

const tenantParams = z.strictObject({ tenant: tenantName });
const machineParams = z.strictObject({ machine: machineName });

/** Who the clients of the installation are, what opens the hub, and which machines stand behind it. */
export const centralHubRoutes = routes({
  getMe: {
    method: 'GET',
    path: '/v1/me',
    tag: 'keys',
    summary: 'Whose key this is, and what it may do',
    scope: 'read',
    audience: 'tenant',
    answers: { 200: json('The caller', me) },
    errors: [],
  },
  createTenant: {
    ...ofOperator,
    method: 'POST',
    path: '/v1/tenants',
    tag: 'tenants',
    summary: 'Add a tenant: its sessions are named `tenant.session`',
    audit: { names: { name: 'tenant' } },
    body: createTenant,
    answers: { 201: json('The tenant', tenant) },
    errors: ['tenant_exists', 'tenant_has_remains', ...STORE_ERRORS],
  },
  listTenants: {
    ...ofOperator,
    method: 'GET',
    path: '/v1/tenants',
    tag: 'tenants',
    summary: 'The tenants by name',
    query: pageQuery,
    answers: { 200: json('A page', pageOf(tenant)) },
    errors: STORE_ERRORS,
  },
  getTenant: {
    ...ofOperator,
    method: 'GET',
    path: '/v1/tenants/{tenant}',
    tag: 'tenants',
    summary: 'One tenant',
    params: tenantParams,
    answers: { 200: json('The tenant', tenant) },
    errors: ['tenant_not_found', ...STORE_ERRORS],
  },
  changeTenant: {
    ...ofOperator,
    method: 'PATCH',
    path: '/v1/tenants/{tenant}',
    tag: 'tenants',
    summary: 'Change its title, its limits, or whether its sessions may send; what is left out stays',
    params: tenantParams,
    body: changeTenant,
    answers: { 200: json('The tenant', tenant) },
    errors: ['tenant_not_found', ...STORE_ERRORS],
  },
  deleteTenant: {
    ...ofOperator,
    method: 'DELETE',
    path: '/v1/tenants/{tenant}',
    tag: 'tenants',
    summary: 'Remove a tenant that has no session, and its keys with it',
    params: tenantParams,
    body: noBody,
    answers: { 204: nothing('Removed') },
    errors: ['tenant_not_found', 'tenant_has_sessions', ...STORE_ERRORS],
  },
  createKey: {
    ...ofOperator,
    method: 'POST',
    path: '/v1/keys',
    tag: 'keys',
    summary: 'Make a key; the answer shows it this once',
    audit: { made: { field: 'id', kind: 'key' } },
    body: createKey,
    answers: { 201: json('The key', madeKey) },
    errors: ['tenant_not_found', 'limit_reached', 'invalid_session_name', 'expiry_in_past', ...STORE_ERRORS],
  },
  listKeys: {
    ...ofOperator,
    method: 'GET',
    path: '/v1/keys',
    tag: 'keys',
    summary: 'The keys, without their secrets',
    query: pageQuery.extend({ tenant: tenantName.optional().describe('Those of this tenant alone') }),
    answers: { 200: json('A page', pageOf(hubKey)) },
    errors: STORE_ERRORS,
  },
  revokeKey: {
    ...ofOperator,
    method: 'DELETE',
    path: '/v1/keys/{key}',
    tag: 'keys',
    summary: 'End a key at once, with the streams that it has open',
    params: z.strictObject({ key: keyId }),
    body: noBody,
    answers: { 204: nothing('Ended') },
    errors: ['key_not_found', ...STORE_ERRORS],
  },
  addMachine: {
    ...ofOperator,
    method: 'POST',
    path: '/v1/machines',
    tag: 'machines',
    summary: 'Put a session manager behind this hub',
    audit: { names: { name: 'machine', url: 'origin' } },
    description: 'Its token is tried before it is kept. Beyond this machine itself, its address must be https.',
    body: addMachine,
    answers: { 201: json('The machine', machine) },
    errors: ['machine_exists', 'machine_refused', 'machine_unreachable', ...STORE_ERRORS],
  },
  listMachines: {
    ...ofOperator,
    scope: 'read',
    method: 'GET',
    path: '/v1/machines',
    tag: 'machines',
    summary:
      'The machines, with their room and when they last answered; and accounts that are linked in several sessions',
    answers: { 200: json('The machines', z.object({ items: z.array(machine), doubles: z.array(double) })) },
    errors: STORE_ERRORS,
  },
  drainMachine: {
    ...ofOperator,
    method: 'POST',
    path: '/v1/machines/{machine}/drain',
    tag: 'machines',
    summary: 'Make no new session there; `{"draining":false}` takes that back',
    description:
      'With `move`, its sessions move to the other machines, some at a time. What could not move is named in `emptied.left`, with the reason.',
    long: 'drain',
    params: machineParams,
    body: drainMachine,
    answers: { 200: json('The machine', drainedMachine) },
    errors: ['machine_not_found', 'wrong_state', ...STORE_ERRORS],
  },
  moveSession: {
    ...ofOperator,
    method: 'POST',
    path: '/v1/sessions/{session}/move',
    tag: 'transfers',
    summary: 'Move a session to another machine behind this hub',
    description:
      'Its machine transfers it there: most of the profile goes ahead while the session runs, and it runs there afterwards if it ran here. ' +
      'The hub finishes what it has begun, also after its own end. Repeated, the request follows the move that is under way; for the ' +
      'machine that has the session it changes nothing. Where the other machine does not take what was handed over, the request ' +
      'for the first machine takes it back.',
    long: 'move',
    params: sessionParams,
    body: moveSession,
    answers: { 200: json('The session where it is now', hubSession) },
    errors: [
      ...transferRoutes.transferSession.errors,
      'session_moving',
      'machine_not_found',
      'machine_draining',
      'machine_refused',
      'machine_unreachable',
      ...STORE_ERRORS,
    ],
  },
  changeMachine: {
    ...ofOperator,
    method: 'PATCH',
    path: '/v1/machines/{machine}',
    tag: 'machines',
    summary: 'Give its new address or token, whether its sessions may send, or accept that its log is another one',
    audit: { names: { url: 'origin' } },
    description: 'Address and token are tried before they are kept. What is left out stays.',
    params: machineParams,
    body: changeMachine,
    answers: { 200: json('The machine', machine) },
    errors: ['machine_not_found', 'machine_refused', 'machine_unreachable', ...STORE_ERRORS],
  },
  removeMachine: {
    ...ofOperator,
    method: 'DELETE',
    path: '/v1/machines/{machine}',
    tag: 'machines',
    summary: 'Take a machine that has no session from behind this hub',
    params: machineParams,
    query: z.strictObject({
      force: queryBoolean
        .default(false)
        .describe('Also where it has sessions: they run on there, and the hub forgets them'),
    }),
    body: noBody,
    answers: { 204: nothing('Removed') },
    errors: ['machine_not_found', 'machine_has_sessions', 'machine_refused', ...STORE_ERRORS],
  },
});

/** Routes of a session manager that say more on a hub. The others are the same on both. */
export const hubSessionRoutes = routes({
  createSession: {
    ...sessionRoutes.createSession,
    description: 'Made where there is most room, or where the operator says.',
    operatorInput: ['machine'],
    body: createHubSession,
    answers: { 201: json('The session', hubSession) },
    errors: [
      ...sessionRoutes.createSession.errors,
      'limit_reached',
      'machine_not_found',
      'machine_unreachable',
      'no_machine',
      ...STORE_ERRORS,
    ],
  },
  listSessions: {
    ...sessionRoutes.listSessions,
    summary: 'Sessions by name, as the hub last knew them',
    operatorInput: ['tenant', 'machine'],
    description: 'A page: `cursor` is the next `after`, and null when these were the last.',
    query: z.strictObject({
      ...pageQuery.shape,
      state: z
        .enum([...SESSION_STATES, 'UNCLAIMED'])
        .optional()
        .describe('Those in this state alone'),
      tenant: tenantName.optional().describe('Those of this tenant alone; for the operator'),
      machine: machineName.optional().describe('Those of this machine alone; for the operator'),
      q: plainText({ min: 1, max: 100 })
        .optional()
        .describe("Those with this in their name, or in their account's number or name"),
    }),
    answers: { 200: json('A page', hubSessionPage) },
    errors: STORE_ERRORS,
  },
  changeSession: {
    ...sessionRoutes.changeSession,
    description:
      `${sessionRoutes.changeSession.description} An order of \`{"sending":"off"}\` alone is kept where the machine does not answer: it is told ` +
      'before any text goes to it through a hub.',
    answers: { 200: json('The session', hubSession) },
    errors: [...sessionRoutes.changeSession.errors, 'scope_missing', 'machine_unreachable', ...STORE_ERRORS],
  },
  getSession: {
    ...sessionRoutes.getSession,
    answers: { 200: json('The session', hubSession) },
    errors: [...sessionRoutes.getSession.errors, ...STORE_ERRORS],
  },
});

/** Sessions as a client reads them, from a session manager or a hub. */
export const anySessionRoutes = routes({
  listSessions: {
    ...sessionRoutes.listSessions,
    answers: { 200: json('The sessions', sessionPage.extend({ items: z.array(anySession) })) },
  },
  getSession: { ...sessionRoutes.getSession, answers: { 200: json('The session', anySession) } },
});
