import { z } from 'zod';
import { account } from './accounts.ts';
import { actionFields } from './actions.ts';
import { sending, sendingLevel } from './bounds.ts';
import { accountLimits } from './limits.ts';
import { sessionName, snapshotId } from './names.ts';
import { phoneNumber } from './phones.ts';
import { plainRecord } from './plain-text.ts';
import { SESSION_STATES, STATE_KINDS } from './states.ts';
import { seenAs } from './tenants/seen.ts';

const time = z.iso.datetime();

export const loginMode = z.enum(['qr', 'local', 'server']);
export type LoginMode = z.infer<typeof loginMode>;

/** When the session last gave evidence of life. Times are ISO 8601, UTC; null = not yet. */
export const health = z.object({
  lastProbeAt: time.nullable(),
  lastInboundAt: time.nullable(),
  lastAckAt: time.nullable(),
  lastReadyAt: time.nullable(),
});
export type Health = z.infer<typeof health>;

/**
 * Sizes in bytes of the profile on disk, or null before the first measurement. Its growth is null until there is an hour to judge by,
 * and absent where a session manager of an earlier version tells.
 */
export const storageSummary = z.object({
  bytes: z.number().int().nullable(),
  criticalBytes: z.number().int().nullable(),
  growthBytesPerDay: z.number().int().nullable().optional(),
  measuredAt: time.nullable(),
});
export type StorageSummary = z.infer<typeof storageSummary>;

/** The browser behind a running session. `pssBytes` is the proportional set size of its whole process tree. */
export const runtime = z.object({
  browser: z.string(),
  browserVersion: z.string(),
  pid: z.number().int(),
  startedAt: time,
  webVersion: z.string().nullable(),
  pssBytes: z.number().int().nullable(),
});
export type Runtime = z.infer<typeof runtime>;

/** `integrity_challenge`: WhatsApp wants to see that a person is there (whatsapp-web-2026, 4.4). */
export const ATTENTIONS = ['integrity_challenge'] as const;
export type Attention = (typeof ATTENTIONS)[number];

export const metadata = z.record(z.string().max(64), z.string().max(1024)).refine((m) => Object.keys(m).length <= 32, {
  message: 'at most 32 entries',
});

/** What keeps a browser from WhatsApp Web. `other`: a network error that is none of these. */
export const UNREACHABLE_BY = ['dns', 'route', 'tls', 'proxy', 'http', 'other'] as const;
export type UnreachableBy = (typeof UNREACHABLE_BY)[number];

/** Why WhatsApp Web could not be reached: `detail` is Chromium's own code, such as `ERR_NAME_NOT_RESOLVED`, or `HTTP 503`. */
export const unreachable = z.object({ by: z.enum(UNREACHABLE_BY), detail: seenAs('word', z.string()) });
export type Unreachable = z.infer<typeof unreachable>;

export const session = z.object({
  name: seenAs('name', z.string()),
  state: z.enum([...SESSION_STATES, 'UNCLAIMED']),
  stateKind: z.enum(STATE_KINDS),
  reason: seenAs('word', z.string()),
  /** What the operator can do about it now; empty when there is nothing to do. */
  hint: seenAs('advice', z.string()),
  ...actionFields,
  since: time,
  /** Whether a message that is handed in now leaves: READY, and sending is on. */
  canSend: z.boolean(),
  /** `off`: the session only listens. */
  sending,
  /** Who has sending off: `session` for its own word, `tenant` and `machine` for a hub's. Empty where it is on. */
  sendingOffBy: seenAs('operator', z.array(sendingLevel)),
  /** The one number that may be linked, digits with the country code; null: any. */
  expectedPhone: z.string().nullable(),
  desired: z.enum(['running', 'stopped']),
  /** Starts tried since the last stable READY. */
  attempts: z.number().int(),
  nextAttemptAt: time.nullable(),
  generation: z.number().int(),
  /** False until the operator confirms that the place this copy of a login came from never runs it again: it does not start. */
  originRetired: z.boolean(),
  engine: z.string(),
  loginMode,
  /** What is linked; null where nothing is. */
  account: account.nullable(),
  /**
   * Whose session it is, also while nothing or another account is linked; null before the first link, and once it was logged out by
   * order; absent where a session manager of an earlier version tells.
   */
  owner: account.nullable().optional(),
  health,
  storage: storageSummary,
  /** The newest of the link that the session has now: taken of it, or brought back by a restore; null where there is none yet. `verified`: proven good; `damaged`: found not to be, the last time that it was read. */
  lastSnapshot: z.object({ id: z.string(), at: time, verified: z.boolean(), damaged: z.boolean() }).nullable(),
  /** Why the last attempt at a snapshot failed; null when it succeeded, or there was none. */
  snapshotFailure: z
    .object({ at: time, code: seenAs('word', z.string()), detail: seenAs('operator', z.string()) })
    .nullable(),
  /** What WhatsApp allows the account; null before WhatsApp has reported it. */
  limits: accountLimits.nullable(),
  /** Why a running session needs a person at the phone or in WhatsApp; null = it does not. */
  attention: z.enum(ATTENTIONS).nullable(),
  /** Why the last try did not reach WhatsApp Web; null = it did, or nothing is being tried. `nextAttemptAt`: the next attempt. */
  unreachable: unreachable.extend({ at: time }).nullable(),
  runtime: seenAs('operator', runtime.nullable()),
  metadata,
  createdAt: time,
});
export type Session = z.infer<typeof session>;

/** One page of sessions by name. `cursor` is the next `after`; null when these were the last. */
export const sessionPage = z.object({
  items: z.array(session),
  cursor: seenAs('name', z.string()).nullable(),
});
export type SessionPage = z.infer<typeof sessionPage>;

/** Which sessions are asked for; default: all. */
export interface SessionQuery {
  limit?: number | undefined;
  /** The name of the last session already known. */
  after?: string | undefined;
  state?: Session['state'] | undefined;
  /** Part of the name, or of the account's number or name, in any case. */
  q?: string | undefined;
}

export const createSession = z.strictObject({
  name: sessionName,
  start: z.boolean().default(true),
  metadata: plainRecord(metadata).default({}),
});
export type CreateSession = z.infer<typeof createSession>;

/** What may be changed of a session while it is as it is; what is left out stays. `metadata` takes the place of all that was noted. */
export const changeSession = z.strictObject({
  metadata: plainRecord(metadata).optional(),
  sending: sending
    .optional()
    .describe('`off`: everything is told and nothing is sent; what waits to be sent fails with `sending_off`'),
  expectedPhone: phoneNumber.nullable().optional().describe('The one number that may be linked; null: any'),
});
export type ChangeSession = z.infer<typeof changeSession>;

export const transition = z.object({
  from: z.enum(SESSION_STATES),
  to: z.enum(SESSION_STATES),
  reason: seenAs('word', z.string()),
  at: time,
});
export type Transition = z.infer<typeof transition>;

/** A QR to scan. `attempt` counts the QRs shown since the browser started waiting. */
export const qrCode = z.object({ qr: z.string(), expiresAt: time, attempt: z.number().int() });
export type QrCode = z.infer<typeof qrCode>;

export const pairingRequest = z.strictObject({
  phone: phoneNumber,
});
export const pairingCode = z.object({ code: z.string(), expiresAt: time });
export type PairingCode = z.infer<typeof pairingCode>;

/** One thing that was looked at. */
export const check = z.object({
  name: seenAs('word', z.string()),
  ok: z.boolean(),
  detail: seenAs('operator', z.string()),
});
export type Check = z.infer<typeof check>;

export const checkReport = z.object({
  /** Whether everything is as it has to be, a whole login included. */
  valid: z.boolean(),
  /** False: no login was ever saved in this profile, so none is missing. */
  linked: z.boolean(),
  checks: z.array(check),
});
export type CheckReport = z.infer<typeof checkReport>;

export const startSession = z.strictObject({
  /** The operator confirms that the place a copied login came from never runs it again. */
  originRetired: z.literal(true).optional(),
  /** The operator orders to start the login in place although the vault has a newer one. */
  olderLogin: z.literal(true).optional(),
});
export type StartSession = z.infer<typeof startSession>;

export const adoptSession = z.strictObject({
  name: sessionName,
  /** The folder; without it, what is in the session's own place is adopted. */
  path: z.string().min(1).max(4096).optional(),
  /** Needed for a folder that lies elsewhere. */
  mode: z.enum(['copy', 'move']).optional(),
  originRetired: z.boolean().optional(),
});
export type AdoptSession = z.infer<typeof adoptSession>;

/** What a folder was recognised as. */
export const ADOPT_KINDS = ['profile', 'local_auth', 'remote_auth', 'waha', 'leadmaster'] as const;

/** What the operator should know of a folder that became a session. */
export const ADOPT_WARNINGS = [
  'not_taken',
  'chromium_unknown',
  'ends_unfinished',
  'record_unreadable',
  'copy',
] as const;
export const adoptWarning = z.object({ kind: z.enum(ADOPT_WARNINGS), detail: z.string() });
export type AdoptWarning = z.infer<typeof adoptWarning>;

/** What was found in a folder that became a session. */
export const adoptReport = z.object({
  kind: z.enum(ADOPT_KINDS),
  /** The profile itself, where it lay. */
  path: z.string(),
  bytes: z.number().int(),
  files: z.number().int(),
  /** The newest Chromium known to have written it; null when the folder does not say. */
  chromium: z.string().nullable(),
  /** Null until the session has been READY here. */
  account: account.nullable(),
  warnings: z.array(adoptWarning),
});
export type AdoptReport = z.infer<typeof adoptReport>;

export const adoptedSession = session.extend({ adopted: adoptReport });
export type AdoptedSession = z.infer<typeof adoptedSession>;

/** Retires the session on this machine: its login continues elsewhere, from that snapshot. */
export const retireSession = z.strictObject({ snapshot: snapshotId });
