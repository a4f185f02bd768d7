import { z } from 'zod';
import { sending } from './bounds.ts';
import { room } from './machine.ts';
import { sessionName, tenantName } from './names.ts';
import { plainText } from './plain-text.ts';
import { SCOPES } from './scopes.ts';
import { createSession, session } from './session.ts';
import { seenAs } from './tenants/seen.ts';

const time = z.iso.datetime();

export const machineName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a machine name is 1 to 63 lower-case letters, digits and "-"');
/** The part of a key that may be shown. */
export const keyId = z.string().regex(/^[a-z0-9]{12}$/, 'the id of a key: 12 lower-case letters and digits');
export const scope = z.enum(SCOPES);

const title = plainText({ max: 200 });
const mostOf = z.number().int().min(0).max(1_000_000).nullable();

/** Machines that do not know yet what was ordered of sending: they are told before any text goes to them through a hub. */
const untold = z.array(z.string()).describe('Machines that could not be told of it yet');

/** How much a tenant may have; null = as much as it wants. */
export const tenantLimits = z.strictObject({ sessions: mostOf.default(null), keys: mostOf.default(null) });

/** A client of the installation, and how much it has. */
export const tenant = z.object({
  name: z.string(),
  title: z.string(),
  limits: z.object({ sessions: z.number().int().nullable(), keys: z.number().int().nullable() }),
  sessions: z.number().int(),
  keys: z.number().int(),
  sending: sending.describe('`off`: its sessions only listen'),
  untold,
  createdAt: time,
});
export type Tenant = z.infer<typeof tenant>;

export const createTenant = z.strictObject({
  name: tenantName,
  title: title.default(''),
  limits: tenantLimits.default({ sessions: null, keys: null }),
  acceptRemains: z
    .boolean()
    .default(false)
    .describe('The operator confirms that what machines hold under this name, or may hold, belongs to this tenant'),
});

export const changeTenant = z.strictObject({
  title: title.optional(),
  sending: sending.optional(),
  limits: z.strictObject({ sessions: mostOf.optional(), keys: mostOf.optional() }).optional(),
});

/** What is shown of a key, always without its secret. */
export const hubKey = z.object({
  id: z.string(),
  name: z.string(),
  tenant: z.string().nullable(),
  scopes: z.array(scope),
  sessions: z.array(z.string()).nullable(),
  addresses: z.array(z.string()).nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
});
export type HubKey = z.infer<typeof hubKey>;

const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an address or a range of addresses: 10.1.2.3, 10.0.0.0/8, 2001:db8::/32',
});

export const createKey = z.strictObject({
  name: plainText({ min: 1, max: 100 }),
  tenant: tenantName.nullable().default(null),
  scopes: z.array(scope).min(1).max(SCOPES.length),
  sessions: z
    .array(sessionName)
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe('These sessions alone, by their names within the tenant; null for all of it'),
  expiresAt: time.nullable().default(null),
  addresses: z
    .array(address)
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe('Where it may come from; null: anywhere'),
});

/** A key as it is made: `key` is shown this once. */
export const madeKey = hubKey.extend({ key: z.string() });

export const machine = z.object({
  name: z.string(),
  url: z.string(),
  state: z.enum(['up', 'down', 'draining']),
  since: time.nullable().describe('Since when it answers, or does not, as the hub that is asked sees it'),
  silence: z
    .object({ code: z.string(), detail: z.string() })
    .nullable()
    .describe('What the last try to reach it ended with; null while it answers'),
  version: z.string().nullable(),
  sessions: z.number().int().nullable(),
  memory: room.nullable(),
  disk: room.nullable(),
  lastSeenAt: time.nullable(),
  sending: sending.describe('`off`: its sessions only listen'),
  untold: z.boolean().describe('Whether it could not be told of that yet'),
  peerUrl: z.string().nullable().describe('Where other machines reach it; null: at `url`, as the hub does'),
  attention: z
    .enum(['other_log', 'unreadable'])
    .nullable()
    .describe(
      '`other_log`: its log is not the one that was read here; nothing is read until it is accepted. `unreadable`: it answers otherwise than ' +
        'this version of the hub reads, as one of another version may; its news are missing',
    ),
});
export type Machine = z.infer<typeof machine>;

const managerUrl = z.url({ protocol: /^https?$/, error: 'must be the http or https address of a session manager' });

export const addMachine = z.strictObject({
  name: machineName,
  url: managerUrl,
  token: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'one line of visible characters'),
  peerUrl: managerUrl
    .nullable()
    .default(null)
    .describe('Where other machines reach it for moves, if that is another address than the hub uses'),
});

export const changeMachine = z.strictObject({
  url: addMachine.shape.url.optional(),
  token: addMachine.shape.token.optional(),
  sending: sending.optional(),
  peerUrl: managerUrl.nullable().optional().describe('Where other machines reach it; null: at `url`'),
  acceptLog: z
    .literal(true)
    .optional()
    .describe('Its log was replaced, or its data folder put back from a backup: read on from what it has now'),
});

export const drainMachine = z
  .strictObject({
    draining: z.boolean().default(true),
    move: z.boolean().default(false).describe('Also move its sessions to the other machines'),
    atOnce: z.number().int().min(1).max(20).default(2).describe('How many sessions move at the same time'),
  })
  .refine(({ draining, move }) => draining || !move, {
    path: ['move'],
    error: 'a machine is emptied while it is drained',
  })
  .nullish();

/** Why a session is still on a machine that was emptied. */
export const leftSession = z.object({ session: z.string(), code: z.string(), detail: z.string() });
export type LeftSession = z.infer<typeof leftSession>;

/** A machine that is drained; `emptied` is there where its sessions were to move. */
export const drainedMachine = machine.extend({
  emptied: z
    .object({ moved: z.array(z.object({ session: z.string(), machine: z.string() })), left: z.array(leftSession) })
    .nullable(),
});
export type DrainedMachine = z.infer<typeof drainedMachine>;

/** Sends a session to another machine behind the hub. */
export const moveSession = z.strictObject({ machine: machineName });

/** One account that is linked in several sessions, on any machines and of any tenants: for the operator alone. */
export const double = z.object({
  account: z.string().describe('Its number, as digits; or its LID, where that is what they share'),
  sessions: z.array(z.object({ name: z.string(), machine: z.string() })),
});
export type Double = z.infer<typeof double>;

/** Whose key a request brings. */
export const me = z.object({
  kind: z.enum(['operator', 'tenant']),
  tenant: z.string().nullable(),
  scopes: z.array(scope),
  sessions: z.array(z.string()).nullable(),
  keyId: z.string().nullable(),
});
export type Me = z.infer<typeof me>;

/** What a session has on a hub beside what its machine tells. Of a tenant's caller, `machine` is null. */
export const hubSession = session.extend({
  tenant: z.string().nullable(),
  machine: z.string().nullable(),
  asOf: time.describe('When the hub last knew; older than now while its machine does not answer'),
  silentSince: time
    .nullable()
    .describe(
      'Since when its machine does not answer the hub that is asked: everything else is as of `asOf`; null while it answers',
    ),
  untold: seenAs('operator', untold.optional()),
  noTenant: seenAs(
    'operator',
    z
      .literal(true)
      .optional()
      .describe(
        'There is no tenant of the name before the dot, so that it waits for the operator. For the operator alone, in the list and ' +
          'where one session is asked for',
      ),
  ),
});
export type HubSession = z.infer<typeof hubSession>;

const ADDED_BY_HUB = {
  tenant: true,
  machine: true,
  asOf: true,
  silentSince: true,
  untold: true,
  noTenant: true,
} as const;

/** A session as a client reads it, of a session manager or of a hub: what a hub adds may be there. */
export const anySession = session.extend(hubSession.pick(ADDED_BY_HUB).partial().shape);
export type AnySession = z.infer<typeof anySession>;

export const hubSessionPage = z.object({ items: z.array(hubSession), cursor: z.string().nullable() });

export const createHubSession = createSession.extend({
  machine: machineName.optional().describe('Where it is made; for the operator. Left out: where there is most room'),
});
