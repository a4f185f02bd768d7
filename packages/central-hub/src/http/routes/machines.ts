import { HUB_ROUTES, type Machine } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import { noMachine } from '../../machines/links.ts';
import { sendingKeptBy, tryMachine } from '../../machines/try-machine.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';

const ANSWER_MS = 5_000;

/** `/v1/machines` */
export function machineRoutes(app: HttpApp, context: RouteContext): void {
  const { store, links, teller, attentionOf } = context;
  const get = async (name: string): Promise<MachineRecord> => {
    const record = await store.machines.get(name);
    if (record !== null) return record;
    throw noMachine(name);
  };
  const told = ({ name, url, isDraining, sending, facts, lastSeenAt }: MachineRecord, untold: string[]): Machine => ({
    name,
    url,
    state: !links.isUp(name) ? 'down' : isDraining ? 'draining' : 'up',
    version: facts?.version ?? null,
    sessions: facts?.sessions ?? null,
    memory: facts?.memory ?? null,
    disk: facts?.disk ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    sending,
    untold: untold.includes(name),
    attention: attentionOf(name),
  });

  serve(app, HUB_ROUTES.addMachine, async ({ body: { name, url, token } }, reply) => {
    const facts = await tryMachine({ url, token });
    const record = {
      name,
      url: new URL(url).origin,
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
  serve(app, HUB_ROUTES.drainMachine, async ({ params, body }) => {
    await get(params.machine);
    await store.machines.drain(params.machine, body?.draining ?? true);
    return told(await get(params.machine), await teller.untold());
  });
  serve(app, HUB_ROUTES.changeMachine, async ({ params, body: { url, token, sending, acceptLog } }) => {
    const known = await get(params.machine);
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
