import { isDeepStrictEqual } from 'node:util';
import type { EVENTS as Events, LeadMasterEvent } from '@leadmaster/protocol';
import { afterAll, expect, vi } from 'vitest';
import { FAULTS } from './told-faults.ts';

/**
 * Runs with every test file: each event that a store writes must be what the contract states, to the last field.
 * The store itself does not look, so that an event is never lost to a check of its words.
 */
vi.mock('../src/state/connection.ts', async (original) => {
  const module = await original<typeof import('../src/state/connection.ts')>();
  // Loaded here, for the files alone that have a store: most have none, and each file would pay for it.
  const { EVENTS } = await import('@leadmaster/protocol');
  const connect: typeof module.connect = (options) => {
    const connection = module.connect(options);
    const addEvent: typeof connection.addEvent = (news) => {
      const event = connection.addEvent(news);
      const fault = faultOf(EVENTS, event);
      if (fault !== null) FAULTS.push(fault);
      return event;
    };
    return { ...connection, addEvent };
  };
  return { ...module, connect };
});

function faultOf(events: typeof Events, { type, session, data }: LeadMasterEvent): string | null {
  const { about, data: schema } = events[type];
  if (about !== 'either' && (session === '') !== (about === 'installation')) return `${type} of "${session}"`;
  const read = schema.safeParse(data);
  if (!read.success) return `${type}: ${read.error.message}`;
  return isDeepStrictEqual(read.data, data) ? null : `${type} tells more than is stated: ${JSON.stringify(data)}`;
}

afterAll(() => expect(FAULTS.splice(0)).toEqual([]));
