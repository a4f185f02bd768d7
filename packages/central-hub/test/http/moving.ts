import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVICE_TOKEN, startTestManager, type TestManager } from '@leadmaster/testkit';
import { expect, onTestFinished } from 'vitest';
import { hubOver, type TestHub } from '../hub.ts';
import type { HubOptions } from '../start-hub.ts';

/** What stands on the line to a machine: true where it has dealt with a request itself. */
export type Gate = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A machine behind the hub, on a line that a test can step into. */
export interface MovingMachine extends TestManager {
  url: string;
  gate: (next: Gate) => void;
}

export interface MovingWorld {
  hub: TestHub;
  m1: MovingMachine;
  m2: MovingMachine;
  /** Begins a move, and answers what came back once it has ended. */
  move: (session: string, machine: string) => ReturnType<TestHub['ask']>;
  /** Which machine the hub names, and how the session is. */
  where: (session: string) => Promise<[machine: string, state: string]>;
  /** Machines that own the session: it is there, and has not moved away. */
  owners: (session: string) => Promise<string[]>;
}

/** A hub over two machines; WhatsApp takes the login of each session on both. */
export async function twoMachines(
  options: HubOptions & { env?: Record<string, Record<string, string>> } = {},
): Promise<MovingWorld> {
  const { env = {}, ...ofHub } = options;
  const hub = await hubOver([], ofHub);
  const [m1, m2] = [await machine(hub, 'm1', env.m1), await machine(hub, 'm2', env.m2)];
  return {
    ...{ hub, m1, m2 },
    move: (session, machine) => hub.ask(`/v1/sessions/${session}/move`, { body: { machine } }),
    async where(session) {
      const { json } = await hub.ask(`/v1/sessions/${session}`);
      return [json.machine, json.state];
    },
    async owners(session) {
      const found = Object.entries({ m1, m2 }).map(async ([name, { context }]) => {
        const { items } = await context.sessions.list();
        return items.some((each) => each.name === session && each.state !== 'MOVED') ? [name] : [];
      });
      return (await Promise.all(found)).flat();
    },
  };
}

async function machine(hub: TestHub, name: string, env: Record<string, string> = {}): Promise<MovingMachine> {
  const manager = await startTestManager({ env: { BACKOFF_FIRST_MS: '20', ...env } });
  onTestFinished(() => manager.close());
  const { engine, stage } = manager;
  engine.onRun = (run) => {
    // What is linked here first is scanned here; what has come, logs in by itself.
    if (run.session in LINKED) setImmediate(() => run.login(LINKED[run.session]));
  };
  const given: TestManager['given'] = async (session, state) => {
    const there = await stage.given(session, state === 'LINKED' ? 'READY' : state);
    LINKED[session] = stage.accountOf(session).phone;
    if (state !== 'LINKED') return there;
    await manager.context.sessions.stop(session);
    return stage.until(session, 'STOPPED');
  };
  const line = await lineTo(manager.port);
  const added = await hub.ask('/v1/machines', { body: { name, url: line.url, token: SERVICE_TOKEN } });
  expect(added.status, added.text).toBe(201);
  return { ...manager, ...line, given };
}

/** The number of each session that was linked, on whichever machine. */
const LINKED: Record<string, string> = {};

async function lineTo(port: number): Promise<Pick<MovingMachine, 'url' | 'gate'>> {
  let now: Gate = () => false;
  const server = createServer((request, response) => {
    if (now(request, response)) return;
    const { method, headers, url: path } = request;
    const onwards = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    response.on('close', () => onwards.destroy());
    request.pipe(onwards);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    gate: (next) => {
      now = next;
    },
  };
}

/** Refuses what a path ends in, as a session manager refuses. */
export function refusing(end: string, code = 'wrong_state', status = 409): Gate {
  return ({ url = '' }, response) => {
    if (!url.endsWith(end)) return false;
    const problem = {
      type: `urn:leadmaster:error:${code}`,
      title: code,
      status,
      code,
      detail: 'Not now.',
      hint: 'Later.',
    };
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    return true;
  };
}
