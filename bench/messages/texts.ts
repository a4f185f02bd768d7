import { of } from '@leadmaster/testkit/asking';
import type { World } from '@leadmaster/whatsapp-standin';
import { cpuSeconds } from '../lifecycle/processes.ts';
import type { BenchService } from './service.ts';

const SESSIONS = ['s1', 's2'] as const;
const CHATS = 10;
/** So many texts of each session are acknowledged between two bursts: both have begun to send what they hold. */
const UNDER_WAY = 10;
/** Acknowledgements that do not come end the wait after this long without one. */
const QUIET_MS = 30_000;

export interface TextLoad {
  /** Texts of one burst, handed in at once on as many connections, to two sessions in turn. */
  count: number;
  /** Bursts while both sessions send. */
  bursts: number;
  round: number;
}

export interface TextFigures {
  /** A burst while neither session has anything to send, from its first request to its last 202. */
  atRestPerSecond: number;
  /** Each burst while both sessions send, likewise. */
  whileSendingPerSecond: number[];
  /** From the first request of all to the last acknowledgement of the server. */
  sentPerSecond: number;
  /** Processor time of the service's own process for each text, milliseconds. */
  serviceMs: number;
  /** How many never were acknowledged. */
  missing: number;
}

/** Hands bursts of texts in, one at rest and the others while both sessions send, and waits until the last is acknowledged. */
export async function measureTexts(service: BenchService, load: TextLoad): Promise<TextFigures> {
  await openConnections(service, load.count);
  const after = await service.cursor();
  const cpu = cpuSeconds(service.pid, { alone: true });
  const began = performance.now();
  const atRestPerSecond = await handIn(service, load, 0);
  const whileSendingPerSecond: number[] = [];
  for (let burst = 1; burst <= load.bursts; burst += 1) {
    await bothSend(service, await service.cursor());
    whileSendingPerSecond.push(await handIn(service, load, burst));
  }
  const count = load.count * (load.bursts + 1);
  const sent = await service.collect(after, count, ({ type }) => type === 'message.sent', QUIET_MS);
  return {
    atRestPerSecond,
    whileSendingPerSecond,
    sentPerSecond: (sent.length / (performance.now() - began)) * 1000,
    serviceMs: ((cpuSeconds(service.pid, { alone: true }) - cpu) * 1000) / count,
    missing: count - sent.length,
  };
}

/** As many as a burst needs, used once: what is measured is neither the making of connections nor code that runs for the first time. */
async function openConnections(service: BenchService, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => service.client.call('getSession', of('s1'))));
}

/** One burst; how many texts a second were accepted. */
async function handIn(service: BenchService, { count, round }: TextLoad, burst: number): Promise<number> {
  const began = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      service.client.call('sendMessage', {
        ...of(SESSIONS[i % SESSIONS.length] ?? ''),
        body: { to: `54933000${String(1_000 + (i % CHATS))}`, text: `round ${round} burst ${burst} text ${i}` },
      }),
    ),
  );
  return (count / (performance.now() - began)) * 1000;
}

/** Waits until both sessions have sent texts since `after`. */
async function bothSend(service: BenchService, after: number): Promise<void> {
  await Promise.all(
    SESSIONS.map(async (name) => {
      const isSent = ({ type, session }: { type: string; session: string }) =>
        type === 'message.sent' && session === name;
      const sent = await service.collect(after, UNDER_WAY, isSent, QUIET_MS);
      if (sent.length < UNDER_WAY) throw new Error(`${name} does not send: ${sent.length} texts acknowledged`);
    }),
  );
}

/** The receivers have written before, so that their chats are known. */
export async function greet(world: World, sessions: readonly string[]): Promise<void> {
  for (const phone of sessions) {
    for (let i = 0; i < CHATS; i += 1) await world.phone(`54933000${String(1_000 + i)}`).send(phone, 'hola');
  }
}
