import type { Client } from '@leadmaster/client';
import { LeadMasterError } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { Load } from '../../prove/world/load.ts';
import type { Machine } from '../../prove/world/machine.ts';

test('the load of a proof that ends as a start comes to nothing gives no further order: a stop would be answered with nothing to stop', async () => {
  const states = new Map<string, string>();
  const asked: string[] = [];
  const begun = Promise.withResolvers<Promise<void>>();
  const hub = {
    async call(route: string, { params, body }: { params?: { session: string }; body?: { name: string } }) {
      const session = params?.session ?? body?.name ?? '';
      if (session.startsWith('busy')) asked.push(route);
      if (route === 'startSession') {
        begun.resolve(load.stop());
        throw new LeadMasterError('machine_unreachable', 'It is away.', 'Wait.');
      }
      states.set(session, route === 'stopSession' ? 'STOPPED' : 'READY');
      return { id: 'msg_1' };
    },
  };
  const machine = {
    load: { busy: 1, pauseMs: 10 },
    link: async () => undefined,
    program: {
      client: {
        call: async (_route: string, { params }: { params: { session: string } }) => ({
          state: states.get(params.session),
        }),
      },
    },
  };
  const load = new Load([hub as unknown as Client], machine as unknown as Machine);
  await load.start();
  await await begun.promise;
  expect(load.faults).toEqual([]);
  expect(asked).toEqual(['createSession', 'stopSession', 'startSession']);
});
