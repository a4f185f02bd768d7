import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, groupMembers } from '@leadmaster/capture/processes';
import type { Message } from '@leadmaster/protocol';
import { of } from '@leadmaster/testkit/asking';
import type { World } from '@leadmaster/whatsapp-standin';
import { type ProofFixture, withProofFixture } from '../service/proof-fixture.ts';
import { KEY, type ServiceProcess } from '../service/service-process.ts';

const SESSION = 'ventas';
const CLIENT = '51';
const PHONE = '5491100010000';
/** Their timeouts. */
const SEND_MS = 60_000;
const STATUS_MS = 5_000;
const LAST_WORD_MS = 60_000;
const ACKNOWLEDGED: readonly string[] = ['SENT', 'DELIVERED', 'READ', 'PLAYED'];

export interface FrozenOptions {
  messages: number;
  seed: number;
  /** How long the session stays READY without an answer of its page; as in the service unless given. */
  probeDeadlineS?: number;
  /** How long a browser has to close before it is killed, which one that stands still uses up; as in the service unless given. */
  stopDeadlineS?: number;
  onProgress?: (line: string) => void;
}

export interface FrozenReport {
  /** How many answers came with each status and code. */
  answers: Record<string, number>;
  /** Messages that were taken: all that were answered with an id. */
  taken: number;
  states: Record<string, number>;
  /** Messages that reached the server of WhatsApp. */
  arrived: number;
  seconds: number;
  slowestS: number;
  statusMs: number;
  faults: string[];
}

/** One send, as it was answered. */
interface Sent {
  to: string;
  status: number;
  code: string;
  messageId: string | null;
  seconds: number;
}

/** Sends into a page that stands still, as the services do that exist today; afterwards every word is held against the stand-in. */
export function proveFrozen({
  probeDeadlineS = 60,
  stopDeadlineS = 15,
  seed,
  ...options
}: FrozenOptions): Promise<FrozenReport> {
  const env = {
    PROBE_DEADLINE_S: String(probeDeadlineS),
    STOP_DEADLINE_S: String(stopDeadlineS),
    LEADMASTER_COMPAT_SESSIONS: `${CLIENT}:${SESSION}`,
  };
  return withProofFixture({ name: 'compat-frozen', standin: { seed }, env }, (fixture) => prove(fixture, options));
}

async function prove(
  { world, service, dataDir }: ProofFixture,
  { messages, onProgress = () => undefined }: Pick<FrozenOptions, 'messages' | 'onProgress'>,
): Promise<FrozenReport> {
  const began = performance.now();
  await service.start();
  const { qr } = await service.firstQr(SESSION);
  await world.phone(PHONE).scan(qr);
  await service.until(SESSION, 'READY');
  const stopped = freeze(join(dataDir, 'tokens', SESSION));
  onProgress(`${stopped} processes of the browser stand still`);
  const asked = Date.now();
  const status = await statusOf(service);
  const answers = await Promise.all(Array.from({ length: messages }, (_, at) => send(service, at)));
  onProgress('every send is answered');
  await service.untilReadyAgain(SESSION, new Date(asked));
  const told = await lastWords(service, messages);
  return {
    answers: countBy(answers, ({ status: code, code: word }) => `${code} ${word}`),
    taken: answers.filter(({ messageId }) => messageId !== null).length,
    states: countBy(told, ({ state }) => state),
    arrived: arrivals(world).length,
    seconds: secondsSince(began),
    slowestS: Math.max(...answers.map(({ seconds }) => seconds)),
    statusMs: status.ms,
    faults: [...status.faults, ...faultsOf(answers), ...faultsOfStates(told, world)],
  };
}

/** Every process of the browser, as a machine without memory or a page in an endless loop leaves it. */
function freeze(profile: string): number {
  const pids = browsersOn(profile).flatMap(({ pid }) => groupMembers(pid).map((member) => member.pid));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return pids.length;
}

async function send(service: ServiceProcess, at: number): Promise<Sent> {
  const to = `54922000${String(10_000 + at)}`;
  const began = performance.now();
  const answer = await fetch(`${service.url}/send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-cliente-id': CLIENT, authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ cliente_id: Number(CLIENT), to, message: `mensaje ${at}` }),
    signal: AbortSignal.timeout(SEND_MS),
  });
  const { code = '', message_id: messageId = null } = (await answer.json()) as { code?: string; message_id?: string };
  return { to, status: answer.status, code, messageId, seconds: secondsSince(began) };
}

/** A page that hangs does not hold up a call that asks how the session is. */
async function statusOf(service: ServiceProcess): Promise<{ ms: number; faults: string[] }> {
  const began = performance.now();
  const headers = { 'x-cliente-id': CLIENT, authorization: `Bearer ${KEY}` };
  const answer = await fetch(`${service.url}/status`, { headers });
  await answer.text();
  const ms = Math.round(performance.now() - began);
  return { ms, faults: ms < STATUS_MS ? [] : [`GET /status took ${ms} ms`] };
}

/** All messages, once none of them is on its way. */
async function lastWords(service: ServiceProcess, count: number): Promise<Message[]> {
  const deadline = performance.now() + LAST_WORD_MS;
  for (;;) {
    const { items } = await service.call('listMessages', { ...of(SESSION), query: { limit: Math.min(1000, count) } });
    const isOpen = items.some(({ state }) => state === 'QUEUED' || state === 'SENDING');
    if (!isOpen || performance.now() > deadline) return items;
    await sleep(500);
  }
}

function faultsOf(answers: readonly Sent[]): string[] {
  const good = answers.filter(({ status }) => status < 400);
  return good.map(({ to, status }) => `the send to ${to} was answered with ${status} by a page that stands still`);
}

/** What is told as sent has reached the server, and nothing did so twice or after it was told as failed. */
function faultsOfStates(told: readonly Message[], world: World): string[] {
  const at = new Map<string, number>();
  for (const body of arrivals(world)) at.set(body, (at.get(body) ?? 0) + 1);
  const twice = [...at].filter(([, times]) => times > 1).map(([body]) => `"${body}" reached the server twice`);
  const words = told.flatMap(({ to, state }) => {
    const has = at.has(`mensaje ${Number(to.replace(/\D/g, '').slice(-5)) - 10_000}`);
    if (ACKNOWLEDGED.includes(state) && !has) return [`the message to ${to} is ${state} and never reached the server`];
    return state === 'FAILED' && has ? [`the message to ${to} is FAILED and reached the server`] : [];
  });
  return [...twice, ...words];
}

/** The texts that the session has handed to the server. */
function arrivals(world: World): string[] {
  return world.observed
    .filter(({ type, device }) => type === 'message' && device !== null)
    .map(({ detail }) => String(detail.body));
}

function countBy<T>(all: readonly T[], wordOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[wordOf(one)] = (counts[wordOf(one)] ?? 0) + 1;
  return counts;
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) / 100) / 10;
}
