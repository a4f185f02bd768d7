import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, type HubSession, LeadMasterError, type Operation } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import { seeded } from '../../../session-manager/prove/service/random.ts';
import { until } from '../world/until.ts';
import { type Movable, type MovesStage, NAME } from './stage.ts';

export interface MovesProofOptions {
  stage: MovesStage;
  /** How often the session is moved. */
  moves: number;
  seed: number;
  /** Something happens at most so long after a move was begun, and a line stays cut as long; in milliseconds. */
  longestMs?: number;
  onProgress?: (line: string) => void;
}

/** `failures` is empty when all is well. */
export interface MovesProofReport {
  seed: number;
  /** What it ran on. */
  stage: string;
  /** How often each thing happened. */
  faults: Record<string, number>;
  /** How the moves ended: done, or the code of why the session stayed. */
  ends: Record<string, number>;
  messages: Record<string, number>;
  failures: string[];
}

const FAULTS = [
  'none',
  'hub',
  'source',
  'target',
  'hub and source',
  'hub and target',
  'source line',
  'target line',
] as const;
type Fault = (typeof FAULTS)[number];

const LONGEST_MS = 2_000;
const ENDS_MS = 180_000;
const AGREE_MS = 120_000;
const AGAIN_MS = 100;
const ASK_MS = 5_000;

/**
 * Moves a session between two machines through a hub, again and again under messages, while the hub and the machines are killed
 * and their lines cut at random moments. After each move one machine owns it, and the hub names that one; at the end no
 * message is missing or doubled, and no two browsers have run it.
 */
export async function proveMoves(options: MovesProofOptions): Promise<MovesProofReport> {
  const { stage, moves, seed, onProgress = () => undefined } = options;
  const random = seeded(seed);
  const report: MovesProofReport = {
    ...{ seed, stage: stage.words, faults: {}, ends: {}, messages: {}, failures: [] },
  };
  await stage.start();
  let [owner, other] = stage.machines;
  for (let at = 1; at <= moves; at += 1) {
    const fault = FAULTS[Math.floor(random() * FAULTS.length)] as Fault;
    const { longestMs = LONGEST_MS } = options;
    const [before, during] = [random() * longestMs, random() * longestMs].map(Math.round) as [number, number];
    try {
      const { now, end } = await moveOnce(stage, { owner, other }, { fault, before, during });
      report.faults[fault] = (report.faults[fault] ?? 0) + 1;
      report.ends[end] = (report.ends[end] ?? 0) + 1;
      onProgress(`move ${at}: ${fault} (${before} ms, ${during} ms), ${end}, on ${now.name}`);
      if (now !== owner) [owner, other] = [other, owner];
      stage.isNow(owner);
    } catch (error) {
      const said = stage.machines.map((machine) => `${machine.name}: ${machine.said().slice(-1_500)}`);
      const all = [...said, `hub: ${stage.hub.said.slice(-3_000)}`].join('\n');
      report.failures.push(`move ${at}, ${fault} (${before} ms, ${during} ms): ${errorText(error)}\n${all}`);
      break;
    }
  }
  if (report.failures.length === 0) report.failures.push(...(await stage.judge()));
  report.messages = stage.messages();
  return report;
}

interface Pair {
  owner: Movable;
  other: Movable;
}

async function moveOnce(
  stage: MovesStage,
  { owner, other }: Pair,
  { fault, before, during }: { fault: Fault; before: number; during: number },
): Promise<{ now: Movable; end: string }> {
  const { id } = await begin(stage, other.name);
  await sleep(before);
  await happen(stage, { owner, other }, fault, during);
  const operation = await ended(stage, id);
  const now = await agreed(stage);
  const wanted = operation.state === 'done' ? other : owner;
  if (now !== wanted)
    throw new Error(`the move is ${operation.state} (${operation.error?.code}), and ${now.name} owns the session`);
  if (operation.state === 'done' && (operation.result as HubSession).machine !== now.name)
    throw new Error(`the hub says that it went to ${(operation.result as HubSession).machine}; it is on ${now.name}`);
  return { now, end: operation.state === 'done' ? 'done' : String(operation.error?.code) };
}

/** The order, given again until the hub has it; it is one move however often it is given. */
async function begin({ hub }: MovesStage, machine: string): Promise<Operation> {
  const asked = { ...of(NAME), body: { machine }, headers: { prefer: 'respond-async' } };
  const deadline = performance.now() + AGREE_MS;
  for (;;) {
    try {
      const { said } = await hub.client.answer('moveSession', asked, { timeoutMs: ASK_MS });
      return said as Operation;
    } catch (error) {
      // A hub that was cut off from a machine a moment ago refuses until it has asked it again.
      const mayPass = error instanceof LeadMasterError && error.status >= 500;
      if (!mayPass || performance.now() > deadline) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

async function happen({ hub }: MovesStage, { owner, other }: Pair, fault: Fault, during: number): Promise<void> {
  const lines = { 'source line': owner.line, 'target line': other.line } as const;
  const victims = {
    ...{ none: [], hub: [hub], source: [owner], target: [other] },
    ...{ 'hub and source': [hub, owner], 'hub and target': [hub, other] },
  } as const;
  if (fault === 'source line' || fault === 'target line') {
    lines[fault].cut();
    await sleep(during);
    lines[fault].repair();
    return;
  }
  await Promise.all(victims[fault].map((victim) => victim.kill()));
  await sleep(victims[fault].length === 0 ? 0 : during);
  await Promise.all(victims[fault].map((victim) => victim.start()));
}

async function ended({ hub }: MovesStage, id: string): Promise<Operation> {
  let last: Operation | null = null;
  const isEnded = async (): Promise<boolean> => {
    const asked = { params: { operation: id }, query: { wait: 2 } };
    last = await hub.client.call('getOperation', asked, { timeoutMs: ASK_MS }).catch(() => last);
    return last !== null && last.state !== 'running';
  };
  await until(`the move ${id} ends`, isEnded, ENDS_MS).catch((error: unknown) => {
    throw new Error(`${errorText(error)}; it is at "${last?.progress.phase}"`);
  });
  return last as unknown as Operation;
}

/** The one machine that owns the session, once it is READY there and the hub names it. */
async function agreed({ hub, machines }: MovesStage): Promise<Movable> {
  let seen = '';
  let owner: Movable | null = null;
  const isAgreed = async (): Promise<boolean> => {
    const owners = [];
    for (const machine of machines) {
      const { items } = await machine.client.call('listSessions', {}, { timeoutMs: ASK_MS });
      if (items.some(({ name, state, generation }) => name === NAME && state !== 'MOVED' && generation > 0))
        owners.push(machine);
    }
    const told = await hub.client.call('getSession', of(NAME), { timeoutMs: ASK_MS }).catch(() => null);
    const where = (told as HubSession | null)?.machine ?? null;
    seen = `owned by ${owners.map(({ name }) => name).join(' and ')}; the hub says ${where}, ${told?.state}`;
    if (owners.length > 1) throw new Error(`two machines own it: ${seen}`);
    [owner = null] = owners;
    return owner !== null && where === owner.name && told?.state === 'READY';
  };
  await until('one machine owns it, and the hub says so', isAgreed, AGREE_MS).catch((error: unknown) => {
    throw new Error(`${errorText(error)}; ${seen}`);
  });
  return owner as unknown as Movable;
}
