import { z } from 'zod';
import { sending } from './bounds.ts';
import { eventCursor, logId } from './events/cursor.ts';
import { hubId, sessionName, tenantName } from './names.ts';

/** A hub that has not been seen for so long is forgotten. */
export const HUB_UNSEEN_DAYS = 7;

/** Which log it is, and which of its events are kept: `oldest` (0: none yet) to `newest`. */
const keptLog = z.object({ logId, oldest: z.number().int(), newest: z.number().int() });

/** Events that a hub has not confirmed and that are kept. */
export const unconfirmedEvents = z.object({
  events: z.number().int().describe('How many'),
  bytes: z.number().int().describe('Their bytes in the database'),
  since: z.iso.datetime().nullable().describe('When the oldest of them was written; null where there is none'),
});
export type UnconfirmedEvents = z.infer<typeof unconfirmedEvents>;

/** A registered hub, as the session manager that it reads knows it. */
export const hub = z.object({
  id: hubId,
  confirmed: z.number().int().describe('The newest event that it has confirmed; 0: none'),
  unconfirmed: unconfirmedEvents,
  registeredAt: z.iso.datetime(),
  seenAt: z.iso.datetime().describe(`When it last confirmed; after ${HUB_UNSEEN_DAYS} days without, it is forgotten`),
});
export type Hub = z.infer<typeof hub>;

/** The answer to a confirmation: the hub, and the log that it reads. */
export const hubAndLog = hub.extend(keptLog.shape);
export type HubAndLog = z.infer<typeof hubAndLog>;

/** Every registered hub, and the log that they read. */
export const hubList = keptLog.extend({
  items: z.array(hub),
  keepBytes: z.number().int().describe('So many bytes of the log are kept for hubs beyond ordinary retention'),
});
export type HubList = z.infer<typeof hubList>;

/** What a hub sends to be registered, to confirm, and to be seen. */
export const confirmEvents = z.strictObject({
  cursor: eventCursor
    .optional()
    .describe(
      'The last event that the hub has stored for good, best with its log: `42@LOGID`. Without it, nothing more is confirmed',
    ),
});
export type ConfirmEvents = z.infer<typeof confirmEvents>;

/**
 * What a hub says of sending on a whole machine: all of it, each time. `revision` grows with each change at the hub; an earlier one
 * changes nothing, so that a late word cannot undo a newer one.
 */
export const sendingWord = z.strictObject({
  revision: z.number().int().min(0),
  machine: sending.describe('For every session of the machine'),
  tenants: z.array(tenantName).max(100_000).describe('Tenants that have sending off'),
  sessions: z
    .array(sessionName)
    .max(100_000)
    .default([])
    .describe('Sessions whose own sending is switched off now; those that are not here are passed over'),
});
export type SendingWord = z.infer<typeof sendingWord>;

/** The word of a hub as the machine keeps it; `revision` 0: it never said anything. */
export const keptSendingWord = sendingWord.omit({ sessions: true });
export type KeptSendingWord = z.infer<typeof keptSendingWord>;

/** The largest document of a hub that a session manager takes. */
export const HUB_BACKUP_BYTES = 64 * 2 ** 20;

/** The newest document of a hub in the vault. */
export const hubBackup = z.object({
  hub: hubId,
  number: z.number().int().describe('The hub numbers its documents: a later one has seen more'),
  bytes: z.number().int().describe('As it is kept'),
  savedAt: z.iso.datetime(),
});
export type HubBackup = z.infer<typeof hubBackup>;

/** What became of a document that a hub has sent. */
export const savedHubBackup = z.object({
  isKept: z.boolean().describe('Whether it is in the vault; false where the vault has that number or a later one'),
  newest: z.number().int().describe('The highest number that the vault has of this hub'),
});
export type SavedHubBackup = z.infer<typeof savedHubBackup>;
