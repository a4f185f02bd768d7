import { z } from 'zod';
import { actionFields } from './actions.ts';

/** `application/problem+json` (RFC 9457) with a stable code and a hint. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
  ...actionFields,
});
export type Problem = z.infer<typeof problem>;
