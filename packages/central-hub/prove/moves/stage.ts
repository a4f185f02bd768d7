import type { Client } from '@leadmaster/client';
import { of } from '@leadmaster/testkit/asking';
import type { Program } from '../world/program.ts';
import type { Relay } from '../world/relay.ts';
import { until } from '../world/until.ts';

/** The session that moves. */
export const NAME = 'ventas';

/** A machine that can be killed, behind a line that can be cut. */
export interface Movable {
  name: string;
  /** Asks the machine itself, past the line. */
  client: Client;
  line: Relay;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** The latest of what it wrote. */
  said(): string;
}

/** What a proof of moves runs on: a hub, two machines behind it, and messages all the time. */
export interface MovesStage extends AsyncDisposable {
  /** How it reads in a report. */
  words: string;
  hub: Program;
  machines: readonly [Movable, Movable];
  /** Starts all of it: the session is READY on the first machine, and messages flow. */
  start(): Promise<void>;
  /** The session is on that machine now. */
  isNow(machine: Movable): void;
  /** Ends the messages, and answers what is not as it must be. */
  judge(): Promise<string[]>;
  /** How many messages there were. */
  messages(): Record<string, number>;
}

/** Waits until the hub knows the session, and that it is READY. */
export async function untilReady({ client }: Program): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    const session = await client.call('getSession', of(NAME)).catch(() => null);
    return session?.state === 'READY';
  };
  await until(`${NAME} is READY by the hub`, isReady);
}
