import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '@leadmaster/whatsapp-standin';
import { cpuSeconds } from '../lifecycle/processes.ts';
import type { BenchService } from './service.ts';

const WRITERS = 8;
const TICK_MS = 10;
const QUIET_MS = 15_000;

export interface InboundFigures {
  /** What was sent by the second, as far as this machine could. */
  offeredPerSecond: number;
  /** From the first message to the event of the last. */
  toldPerSecond: number;
  /** Processor time of the service's own process for each message, milliseconds. */
  serviceMs: number;
  /** Of the service with its browsers, for each message, milliseconds. */
  treeMs: number;
  /** How many were never told, or told twice. */
  gaps: number;
  twice: number;
}

/** Customers write to all sessions at a steady rate; each message must be told once. */
export async function measureInbound(
  service: BenchService,
  world: World,
  phones: readonly string[],
  load: { count: number; perSecond: number; round: number },
): Promise<InboundFigures> {
  const after = await service.cursor();
  const before = { own: cpuSeconds(service.pid, { alone: true }), tree: cpuSeconds(service.pid) };
  const began = performance.now();
  const told = service.collect(after, load.count, ({ type }) => type === 'message.received', QUIET_MS);
  let sent = 0;
  while (sent < load.count) {
    const due = Math.min(load.count, Math.ceil(((performance.now() - began) / 1000) * load.perSecond));
    for (; sent < due; sent += 1) {
      const writer = `54944000${String(1_000 + (sent % WRITERS))}`;
      await world.phone(writer).send(phones[sent % phones.length] ?? '', `round ${load.round} in ${sent}`);
    }
    await sleep(TICK_MS);
  }
  const offeredMs = performance.now() - began;
  const events = await told;
  const last = Math.max(...events.map(({ at }) => Date.parse(at)));
  const toldMs = last - (performance.timeOrigin + began);
  const texts = new Set(events.map(({ data }) => data.text));
  return {
    offeredPerSecond: (load.count / offeredMs) * 1000,
    toldPerSecond: (events.length / toldMs) * 1000,
    serviceMs: ((cpuSeconds(service.pid, { alone: true }) - before.own) * 1000) / load.count,
    treeMs: ((cpuSeconds(service.pid) - before.tree) * 1000) / load.count,
    gaps: load.count - texts.size,
    twice: events.length - texts.size,
  };
}
