import { randomUUID } from 'node:crypto';
import { type DrainedMachine, HUB_ROUTES, type Machine } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { noMachine } from '../../machines/links.ts';
import { refuseAddress, sendingKeptBy, tryMachine } from '../../machines/try-machine.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';
import { answerMove, machineTold } from '../moves-told.ts';

const ANSWER_MS = 5_000;

/** `/v1/machines` */
export function machineRoutes(app: HttpApp, context: RouteContext): void {
  const { store, links, teller, callers } = context;
  const get = async (name: string): Promise<MachineRecord> => {
    const record = await store.machines.get(name);
    if (record !== null) return record;
    throw noMachine(name);
  };
  const told = (record: MachineRecord, untold: string[]): Machine => machineTold(context, record, untold);

  serve(app, HUB_ROUTES.addMachine, async ({ body: { name, url, token, peerUrl } }, reply) => {
    if (peerUrl !== null) refuseAddress(peerUrl);
    const facts = await tryMachine({ url, token });
    const record = {
      name,
      url: new URL(url).origin,
      peerUrl: originOf(peerUrl),
      isDraining: false,
      sending: await sendingKeptBy({ url, token }, store.hubId),
      facts,
      lastSeenAt: null,
      createdAt: new Date(),
    };
    await store.machines.add(record, token);
    await links.refresh();
    reply.header('location', `/v1/machines/${name}`);
    return told(await get(name), await teller.untold());
  });
  serve(app, HUB_ROUTES.listMachines, async () => {
    const untold = await teller.untold();
    const items = (await store.machines.list()).map((record) => told(record, untold));
    return { items, doubles: await store.sessions.doubles() };
  });
  serve(app, HUB_ROUTES.drainMachine, async (request, reply) => {
    const { machine } = request.params;
    const { draining = true, move = false, atOnce = 2 } = request.body ?? {};
    await get(machine);
    await store.machines.drain(machine, draining);
    if (!move) return { ...told(await get(machine), await teller.untold()), emptied: null };
    const between = { source: machine, target: null, partOf: null };
    const wanted = { id: `op_${randomUUID()}`, kind: 'drain', subject: machine, ...between } as const;
    const begun = await store.moves.begin({ ...wanted, atOnce, keyId: callers.of(request).keyId });
    return answerMove<DrainedMachine>(context, request as FastifyRequest, reply, begun.move);
  });
  serve(app, HUB_ROUTES.changeMachine, async ({ params, body: { url, token, peerUrl, sending, acceptLog } }) => {
    const known = await get(params.machine);
    if (peerUrl !== undefined) {
      if (peerUrl !== null) refuseAddress(peerUrl);
      await store.machines.update(known.name, { peerUrl: originOf(peerUrl) });
    }
    if (url !== undefined || token !== undefined) {
      const wanted = {
        url: new URL(url ?? known.url).origin,
        token: token ?? (await store.machines.token(known.name)) ?? '',
      };
      await tryMachine(wanted);
      await store.machines.update(known.name, wanted);
      await links.reopen(known.name);
    }
    if (acceptLog === true) await acceptLogOf(context, known.name);
    if (sending === undefined) return told(await get(known.name), await teller.untold());
    await store.machines.setSending(known.name, sending);
    return told(await get(known.name), await teller.tellAll());
  });
  serve(app, HUB_ROUTES.removeMachine, async ({ params, query }) => {
    await get(params.machine);
    await store.machines.remove(params.machine, query);
    await links.refresh();
  });
}

function originOf(url: string | null): string | null {
  return url === null ? null : new URL(url).origin;
}

/**
 * A log that is another one is read from its beginning. One that was put back from a backup has told some of its numbers before:
 * it is read on from its end, and the sessions of the machine are read as a whole.
 */
async function acceptLogOf({ store, links }: RouteContext, machine: string): Promise<void> {
  const { client } = await links.get(machine);
  const { logId, newest } = await client.call('listHubs', {}, { timeoutMs: ANSWER_MS });
  const known = await store.machines.position(machine);
  const isSame = known?.logId === logId;
  await store.machines.acceptLog(machine, isSame ? { logId, cursor: newest } : { logId: null, cursor: 0 });
  await links.reopen(machine);
}
