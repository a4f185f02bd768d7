import { z } from 'zod';
import { logId } from './events/cursor.ts';

/** Room of a machine, in bytes. */
export const room = z.object({ totalBytes: z.number().int(), freeBytes: z.number().int() });

/** What a session manager tells of the machine that it runs on. `memory`: what new browsers could have. `disk`: of the data folder. */
export const machineFacts = z.object({
  version: z.string(),
  sessions: z.number().int(),
  memory: room,
  disk: room,
  logId,
});
export type MachineFacts = z.infer<typeof machineFacts>;
