import { z } from 'zod';
import { actionFields } from '../actions.ts';
import { events, OF_MACHINE, OF_SESSION } from './statement.ts';

const bytesOf = (what: string) => z.number().int().describe(`Bytes of ${what}`);

/** The size of profiles, and room on the disk. */
export const storageEvents = events({
  'session.storage': {
    ...OF_SESSION,
    operatorFields: ['hint'],
    doc: 'The profile of a session has grown beyond `STORAGE_WARN_MB`; told again once it was clearly below it.',
    data: z.object({
      bytes: bytesOf('the whole profile'),
      warnBytes: z.number().int().describe('The size that is warned of'),
      critical: bytesOf('the login and the messages'),
      important: bytesOf('what is kept in full copies'),
      optional: bytesOf('what WhatsApp can send again'),
      temporary: bytesOf('what the browser makes again by itself'),
      hint: z.string().describe('What can be done about it'),
      ...actionFields,
    }),
  },
  'session.trimmed': {
    ...OF_SESSION,
    doc: 'Optional and temporary files of a stopped session were deleted.',
    data: z.object({ freedBytes: bytesOf('what was deleted'), bytes: bytesOf('what is left of the profile') }),
  },
  'disk.low': {
    ...OF_MACHINE,
    about: 'installation',
    doc: 'The disk of the data folder is nearly full, and no snapshots are taken until there is room.',
    data: z.object({
      path: z.string().describe('The data folder'),
      freeBytes: z.number().describe('Bytes that are free'),
      neededBytes: z.number().describe('Bytes that snapshots need'),
      hint: z.string().describe('What can be done about it'),
      ...actionFields,
    }),
  },
});
