import { setTimeout as sleep } from 'node:timers/promises';
import type { Census } from '@leadmaster/protocol';
import type { WorldState } from '@leadmaster/whatsapp-standin';
import { extraOf } from '../../src/snapshots/snapshot-facts.ts';
import type { Stage } from '../../test/real/harness.ts';
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
  stage: Stage,
  load: Load,
  plan: { session: Loaded; mode: Mode; random: number },
): Promise<Moment> {
  const { session, mode } = plan;
  return load.under(mode, session, async () => {
    await sleep(plan.random * LONGEST_DELAY_MS);
    using witness = new Witness(stage.world, session.phone);
    const { snapshots, vault } = stage.context;
    const { id, pauseMs, method, bytes } = await snapshots.create(session.name, { reason: 'requested' });
    const { census } = await snapshots.get(session.name, id);
    const info = await (await vault.open()).get(session.name, id);
    const world = witness.at(new Date(extraOf(info).frozenAt));
    return { session, snapshot: id, mode, method, pauseMs, bytes, counted: census, world };
  });
}
