import { operate } from '@leadmaster/client';
import { client } from '../service/client.ts';
import type { Choices, DeedName } from './bulk.ts';

/** How an order is given for one session. */
interface Order {
  /** How many are under way at the same time. */
  atOnce: number;
  /** Resolves once it is done. @throws LeadMasterError what the hub refuses it with. */
  give: (session: string, choices: Choices) => Promise<unknown>;
}

export const orders: Readonly<Record<DeedName, Order>> = {
  start: { atOnce: 4, give: (session) => client.call('startSession', { params: { session } }) },
  stop: { atOnce: 4, give: (session) => client.call('stopSession', { params: { session } }) },
  snapshot: { atOnce: 2, give: (session) => operate(client, 'createSnapshot', { params: { session } }) },
  trim: {
    atOnce: 2,
    give: (session, { restart }) => operate(client, 'trimStorage', { params: { session }, query: { restart } }),
  },
  listen: { atOnce: 4, give: (session) => switchSending(session, 'off') },
  send: { atOnce: 4, give: (session) => switchSending(session, 'on') },
  move: {
    atOnce: 2,
    give: (session, { machine }) => operate(client, 'moveSession', { params: { session }, body: { machine } }),
  },
};

function switchSending(session: string, sending: 'on' | 'off'): Promise<unknown> {
  return client.call('changeSession', { params: { session }, body: { sending } });
}
