import { z } from 'zod';

/** `application/problem+json` (RFC 9457) with a stable code and a hint. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
});
export type Problem = z.infer<typeof problem>;
