import { randomUUID } from 'node:crypto';
import { type DrainedMachine, HUB_ROUTES, type Machine } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { noMachine } from '../../machines/links.ts';
import { refuseAddress, sendingKeptBy, tryMachine } from '../../machines/try-machine.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';
import { type AboutMachines, aboutMachines, answerMove, machineTold } from '../moves-told.ts';

const ANSWER_MS = 5_000;

/** `/v1/machines` */
export function machineRoutes(app: HttpApp, context: RouteContext): void {
  const { store, links, teller, callers } = context;
  const get = async (name: string): Promise<MachineRecord> => {
    const record = await store.machines.get(name);
    if (record !== null) return record;
    throw noMachine(name);
  };
  const toldWith = (record: MachineRecord, about: AboutMachines): Machine => machineTold(context, record, about);
  const told = async (name: string): Promise<Machine> => toldWith(await get(name), await aboutMachines(context));

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
    return told(name);
  });
  serve(app, HUB_ROUTES.listMachines, async () => {
    const about = await aboutMachines(context);
    const items = (await store.machines.list()).map((record) => toldWith(record, about));
    return { items, doubles: await store.sessions.doubles() };
  });
  serve(app, HUB_ROUTES.drainMachine, async (request, reply) => {
    const { machine } = request.params;
    const { draining = true, move = false, atOnce = 2 } = request.body ?? {};
    await get(machine);
    await store.machines.drain(machine, draining);
    if (!move) return { ...(await told(machine)), emptied: null };
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
    if (sending === undefined) return told(known.name);
    await store.machines.setSending(known.name, sending);
    const untold = await teller.tellAll();
    return toldWith(await get(known.name), { ...(await aboutMachines(context)), untold });
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
