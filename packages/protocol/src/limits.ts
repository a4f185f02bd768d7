import { z } from 'zod';

const time = z.iso.datetime();

/**
 * What WhatsApp allows the account at the moment. `locked`: it may open no new chats until `until`. `capped`: its number of
 * new chats is used up. Existing chats continue in both. Null fields: WhatsApp does not say.
 */
export const accountLimits = z.object({
  newChats: z
    .object({
      state: z.enum(['open', 'locked', 'capped']),
      until: time.nullable(),
      used: z.number().int().nullable(),
      total: z.number().int().nullable(),
    })
    .describe('Whether it may open new chats, until when it may not, how many it has opened and how many it may'),
  since: time.describe('When WhatsApp was first seen to report it'),
});
export type AccountLimits = z.infer<typeof accountLimits>;
