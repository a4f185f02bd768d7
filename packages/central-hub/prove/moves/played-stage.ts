import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICE_TOKEN } from '@leadmaster/testkit';
import { answers } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { wholeLog } from '../world/follower.ts';
import { judgeTexts } from '../world/judge.ts';
import { Program } from '../world/program.ts';
import { Relay } from '../world/relay.ts';
import { until } from '../world/until.ts';
import { readWitness } from '../world/witness.ts';
import { hubProgram } from '../world/world.ts';
import { judgeBothLogs, judgeOwners } from './judge.ts';
import { type Movable, type MovesStage, NAME, untilReady } from './stage.ts';
import { Texts } from './texts.ts';

const LEASE_S = 2;
const TOLD: readonly string[] = ['FAILED', 'UNCERTAIN', 'EXPIRED'];

/** Machines whose browsers are played: texts go out through the hub, and all logs are compared at the end. */
export class PlayedStage implements MovesStage {
  readonly words = 'with browsers that are played, on one loopback, a relay before each machine';
  readonly hub: Program;
  readonly machines: readonly [Movable, Movable];
  readonly #folder: string;
  readonly #texts: Texts;

  private constructor(folder: string, hub: Program, machines: readonly [Movable, Movable]) {
    this.#folder = folder;
    this.hub = hub;
    this.machines = machines;
    this.#texts = new Texts(hub.client);
  }

  static async open(): Promise<PlayedStage> {
    const folder = await mkdtemp(join(tmpdir(), 'leadmaster-moves-proof-'));
    const dataDir = join(folder, 'hub');
    await mkdir(dataDir, { mode: 0o700 });
    const hub = await hubProgram({ dataDir, databaseUrl: null, secret: '', leaseSeconds: LEASE_S });
    const machines = [await playedMachine(folder, 'm1'), await playedMachine(folder, 'm2')] as const;
    return new PlayedStage(folder, hub, machines);
  }

  async start(): Promise<void> {
    await Promise.all([this.hub, ...this.machines].map((program) => program.start()));
    for (const { name, line } of this.machines)
      await this.hub.client.call('addMachine', { body: { name, url: line.url, token: SERVICE_TOKEN } });
    await this.machines[0].client.call('createSession', { body: { name: NAME } });
    await untilReady(this.hub);
    this.#texts.start();
  }

  isNow(): void {
    // Texts go through the hub, which knows.
  }

  messages(): Record<string, number> {
    const counts = Map.groupBy(this.#texts.orders, ({ outcome }) => `texts ${outcome}`);
    return Object.fromEntries([...counts].map(([what, { length }]) => [what, length]));
  }

  async judge(): Promise<string[]> {
    await this.#texts.stop();
    const open = async () => (await this.#messages(['QUEUED', 'SENDING'])).size;
    await until('all messages are sent', async () => (await open()) === 0);
    const witnessed = readWitness(join(this.#folder, 'witness'));
    return [
      ...this.#texts.faults,
      ...judgeOwners(NAME, witnessed),
      ...judgeTexts(this.#texts.orders, witnessed, await this.#messages(TOLD)),
      ...(await this.#logs()),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#texts.stop();
    await Promise.all([this.hub, ...this.machines].map((program) => program.kill()));
    await Promise.all(this.machines.map(({ line }) => line.close()));
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The hub has read both logs to their ends, and has nothing else. */
  async #logs(): Promise<string[]> {
    const logs = await Promise.all(this.machines.map(({ client }) => wholeLog(client)));
    const count = logs.flat().length;
    const isRead = async () => (await wholeLog(this.hub.client)).length >= count;
    // What is missing is told below, event for event.
    await until('the hub has read all', isRead).catch(() => undefined);
    return judgeBothLogs(logs, await wholeLog(this.hub.client));
  }

  /** The accepted messages that are in one of these states, by their ids, on whichever machine they were sent. */
  async #messages(states: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const { message } of this.#texts.orders) {
      if (message === undefined) continue;
      const { state } = await this.hub.client.call('getMessage', { params: { session: NAME, message } });
      if (states.includes(state)) found.add(message);
    }
    return found;
  }
}

async function playedMachine(folder: string, name: string): Promise<Movable> {
  const port = await freePort();
  const witness = join(folder, 'witness');
  const program = new Program('manager', { port, args: [join(folder, name), String(port), witness] });
  return {
    name,
    client: program.client,
    line: await Relay.to(port),
    async kill() {
      const { pid, isAlive } = program;
      await program.kill();
      if (isAlive && pid !== null) appendFileSync(witness, `${JSON.stringify({ kind: 'killed', pid })}\n`);
    },
    async start() {
      await program.start();
      await until(`${name} has taken up its sessions`, () => answers(program.client, 'ready'));
    },
    said: () => program.said,
  };
}
