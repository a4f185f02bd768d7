import { HUB_ROUTES, LeadMasterError, type Machine } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import { tryMachine } from '../../machines/try-machine.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';

/** `/v1/machines` */
export function machineRoutes(app: HttpApp, context: RouteContext): void {
  const { store, links } = context;
  const get = async (name: string): Promise<MachineRecord> => {
    const record = await store.machines.get(name);
    if (record !== null) return record;
    throw new LeadMasterError('machine_not_found', `There is no machine "${name}".`, 'See them with GET /v1/machines.');
  };
  const told = ({ name, url, isDraining, facts, lastSeenAt }: MachineRecord): Machine => ({
    name,
    url,
    state: !links.isUp(name) ? 'down' : isDraining ? 'draining' : 'up',
    version: facts?.version ?? null,
    sessions: facts?.sessions ?? null,
    memory: facts?.memory ?? null,
    disk: facts?.disk ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
  });

  serve(app, HUB_ROUTES.addMachine, async ({ body: { name, url, token } }, reply) => {
    const facts = await tryMachine({ url, token });
    const record = {
      name,
      url: new URL(url).origin,
      isDraining: false,
      facts,
      lastSeenAt: null,
      createdAt: new Date(),
    };
    await store.machines.add(record, token);
    await links.refresh();
    reply.header('location', `/v1/machines/${name}`);
    return told(await get(name));
  });
  serve(app, HUB_ROUTES.listMachines, async () => ({ items: (await store.machines.list()).map(told) }));
  serve(app, HUB_ROUTES.drainMachine, async ({ params, body }) => {
    await get(params.machine);
    await store.machines.drain(params.machine, body?.draining ?? true);
    return told(await get(params.machine));
  });
  serve(app, HUB_ROUTES.removeMachine, async ({ params }) => {
    await get(params.machine);
    await store.machines.remove(params.machine);
    await links.refresh();
  });
}
