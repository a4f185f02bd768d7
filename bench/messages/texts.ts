import type { World } from '@leadmaster/whatsapp-standin';
import { cpuSeconds } from '../lifecycle/processes.ts';
import type { BenchService } from './service.ts';

const CHATS = 10;
/** Acknowledgements that do not come end the wait after this long without one. */
const QUIET_MS = 30_000;

export interface TextFigures {
  /** From the first request to the last 202. */
  acceptedPerSecond: number;
  /** From the first request to the last acknowledgement of the server. */
  sentPerSecond: number;
  /** Processor time of the service's own process for each text, milliseconds. */
  serviceMs: number;
  /** How many never were acknowledged. */
  missing: number;
}

/** Hands texts in all at once, to two sessions, and waits until WhatsApp's server has acknowledged the last. */
export async function measureTexts(service: BenchService, count: number, round: number): Promise<TextFigures> {
  const after = await service.cursor();
  const cpu = cpuSeconds(service.pid, { alone: true });
  const began = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      service.call('POST', `/v1/sessions/s${(i % 2) + 1}/messages`, {
        to: `54933000${String(1_000 + (i % CHATS))}`,
        text: `round ${round} text ${i}`,
      }),
    ),
  );
  const acceptedMs = performance.now() - began;
  const sent = await service.collect(after, count, ({ type }) => type === 'message.sent', QUIET_MS);
  const sentMs = performance.now() - began;
  return {
    acceptedPerSecond: (count / acceptedMs) * 1000,
    sentPerSecond: (sent.length / sentMs) * 1000,
    serviceMs: ((cpuSeconds(service.pid, { alone: true }) - cpu) * 1000) / count,
    missing: count - sent.length,
  };
}

/** The receivers have written before, so that their chats are known. */
export async function greet(world: World, sessions: readonly string[]): Promise<void> {
  for (const phone of sessions) {
    for (let i = 0; i < CHATS; i += 1) await world.phone(`54933000${String(1_000 + i)}`).send(phone, 'hola');
  }
}
