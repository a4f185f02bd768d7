import { z } from 'zod';
import { BUILD_VERDICTS } from '../builds.ts';
import { events, OF_MACHINE } from './statement.ts';

const build = z.string().describe('The build of WhatsApp Web');

/** Builds of WhatsApp Web. */
export const buildEvents = events({
  'build.seen': {
    ...OF_MACHINE,
    about: 'either',
    doc: 'A build of WhatsApp Web was loaded for the first time here, or another one than was chosen.',
    data: z.object({
      build,
      new: z.boolean().describe('Whether it was never seen here before'),
      wanted: z.string().optional().describe('The build that was to be loaded instead; absent where this one was'),
    }),
  },
  'build.verdict': {
    ...OF_MACHINE,
    about: 'either',
    doc: 'What is thought of a build of WhatsApp Web was written down.',
    data: z.object({
      build,
      verdict: z.enum(BUILD_VERDICTS).describe('What is thought of it from now on'),
      reason: z.string().describe('Why, in words'),
      capability: z.string().nullable().describe('The feature that it lacks; null where it is not that'),
      sessions: z.array(z.string()).describe('The sessions that it was learnt from'),
      fallback: z.string().nullable().optional().describe('The build that its sessions go back to; null: none is safe'),
      fallbackUntil: z.iso.datetime().nullable().optional().describe('How long that one may be loaded'),
      erased: z.boolean().optional().describe('Whether its page has erased a login'),
      detail: z.string().optional().describe('What follows for a session, in words'),
    }),
  },
});
