import { setTimeout as sleep } from 'node:timers/promises';
import type { Census } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import type { WorldState } from '@leadmaster/whatsapp-standin';
import type { ServiceStage } from '../../test/real/service.ts';
import type { Load, Loaded, Mode } from './load.ts';
import { Witness } from './witness.ts';

const LONGEST_DELAY_MS = 1_500;

/** One snapshot, and the world it belongs into. */
export interface Moment {
  session: Loaded;
  snapshot: string;
  mode: Mode;
  method: string;
  pauseMs: number;
  bytes: number;
  /** What the page counted just before and just after the pause. */
  counted: { before: Census | null; after: Census | null };
  world: WorldState;
}

/** Takes a snapshot of a session at a random moment under load. */
export async function takeMoment(
  { world, service }: ServiceStage,
  load: Load,
  plan: { session: Loaded; mode: Mode; random: number },
): Promise<Moment> {
  const { session, mode } = plan;
  return load.under(mode, session, async () => {
    await sleep(plan.random * LONGEST_DELAY_MS);
    using witness = new Witness(world, session.phone);
    const { id, pauseMs, method, bytes, frozenAt } = await service.call('createSnapshot', of(session.name));
    const { census } = await service.call('getSnapshot', { params: { session: session.name, snapshot: id } });
    const known = witness.at(new Date(frozenAt));
    return { session, snapshot: id, mode, method, pauseMs, bytes, counted: census, world: known };
  });
}
