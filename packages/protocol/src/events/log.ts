import { z } from 'zod';
import { events, OF_MACHINE, OF_SESSION } from './statement.ts';

/** The log itself, and the hubs that read it. */
export const logEvents = events({
  'events.gap': {
    ...OF_SESSION,
    about: 'installation',
    operatorFields: ['from', 'to'],
    doc:
      'Stands in a page or stream in place of events after its cursor that are no longer kept; a session manager writes none into its log. Its `id` is `to`, so ' +
      'that a reader continues after it; its `at` is that of the oldest event kept.',
    data: z.object({
      from: z.number().int().describe('The first id that is missing'),
      to: z
        .number()
        .int()
        .describe("The last id that is missing; of a session's events: ids between may be of other sessions"),
      reason: z
        .enum(['retention', 'limit'])
        .describe(
          '`retention`: their time was over. `limit`: a hub had not confirmed some, and `EVENTS_KEEP_MB` was reached',
        ),
    }),
  },
  'hub.forgotten': {
    ...OF_MACHINE,
    about: 'installation',
    doc: 'A hub is no longer registered: events that it has not confirmed are not kept for it.',
    data: z.object({
      hub: z.string().describe('Its id'),
      reason: z.enum(['unseen', 'removed']).describe('`unseen`: for 7 days. `removed`: by order'),
      seenAt: z.iso.datetime().describe('When it last confirmed'),
      confirmed: z.number().int().describe('The newest event that it had confirmed'),
    }),
  },
});
