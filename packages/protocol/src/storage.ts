import { z } from 'zod';
import { seenAs } from './tenants/seen.ts';

const time = z.iso.datetime();
const bytes = z.number().int();

/** What the parts of a profile are worth: `critical` is the login; `optional` and `temporary` may be trimmed. */
export const storageClass = z.enum(['critical', 'important', 'optional', 'temporary']);

/** Files of one class in one folder of a profile; `path` is below the profile, `.` the profile itself. */
export const storageFolder = z.object({
  path: z.string(),
  class: storageClass,
  bytes,
  files: z.number().int(),
});
export type StorageFolder = z.infer<typeof storageFolder>;

/** The size of a session's profile. Folders are disjoint, the largest first. */
export const storageReport = z.object({
  path: seenAs('operator', z.string()),
  bytes,
  classes: z.object({ critical: bytes, important: bytes, optional: bytes, temporary: bytes }),
  folders: seenAs('operator', z.array(storageFolder)),
  /** From the last week's measurements, since it was last made smaller; null until there is an hour of them. */
  growthBytesPerDay: z.number().int().nullable(),
  /** Its size over the last month, oldest first: one measurement an hour at most, one a day where it is older. */
  sizes: z.array(z.object({ at: time, bytes })),
  /** Warned of from here on (`STORAGE_WARN_MB`). */
  warnBytes: bytes,
  measuredAt: time,
});
export type StorageReport = z.infer<typeof storageReport>;

export const recentFile = z.object({ path: z.string(), bytes, at: time, class: storageClass });
export type RecentFile = z.infer<typeof recentFile>;

/** Files that were changed lately, newest first; `total` counts also those that were left out. */
export const recentFiles = z.object({ items: z.array(recentFile), total: z.number().int() });
export type RecentFiles = z.infer<typeof recentFiles>;

/** What a trim came to: bytes that are gone, bytes that are left. */
export const trimReport = z.object({ freedBytes: bytes, bytes });
export type TrimReport = z.infer<typeof trimReport>;
