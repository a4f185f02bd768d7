import { rmSync } from 'node:fs';
import type { HostRoute } from '@leadmaster/central-hub';
import type { Client } from '@leadmaster/client';
import { type HubSession, LeadMasterError, sessionName } from '@leadmaster/protocol';
import type { RunningService } from '@leadmaster/session-manager';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { CUSTOMERS } from './chats.ts';
import { type Phones, phoneOf } from './phones.ts';

/** How long a stop may take before the profile is touched. */
const STOP_S = 60;
/** Longer than any demo looks at a phone that is offline. */
const OFFLINE_MS = 3_600_000;
/** What breaks the sending of texts in a page. */
const BAD_DRIFT = 'module-missing=send';

const ofSession = z.union([
  z.strictObject({
    act: z.enum(['scan', 'unlink', 'offline', 'online', 'ban', 'unban', 'kill', 'lose']),
    session: sessionName,
  }),
  z.strictObject({ act: z.literal('write'), session: sessionName, text: z.string().min(1).max(500) }),
]);
const body = z.union([ofSession, z.strictObject({ act: z.enum(['bad_build', 'good_build']) })]);

/** What the desk is given once the services run. */
export interface Desk {
  hub: Client;
  /** By the names of their machines. */
  managers: Readonly<Record<string, RunningService>>;
  /** Resolves once the clients are as the demo shows them: null, or why they are not. */
  clients: Promise<string | null>;
}

/**
 * The phones at the side of the dashboard: what a phone's owner, a customer, WhatsApp or bad luck does. The demo alone has it, behind
 * the hub of the demo, for the operator.
 */
export class SideDesk {
  readonly routes: readonly HostRoute[] = [
    { method: 'GET', path: '/demo/phones', answer: () => told(this.#look()) },
    { method: 'GET', path: '/demo/clients', answer: () => this.#clients() },
    { method: 'POST', path: '/demo/acts', answer: (given) => told(this.#act(given)) },
  ];
  readonly #phones: Phones;
  #desk: Desk | null = null;

  constructor(phones: Phones) {
    this.#phones = phones;
  }

  /** From here on it can be asked. */
  open(desk: Desk): void {
    this.#desk = desk;
  }

  get #open(): Desk {
    if (this.#desk !== null) return this.#desk;
    throw new LeadMasterError('not_ready', 'The demo is still starting.', 'Try again in a moment.');
  }

  /** Answers once nothing is done to the sessions but what the visitor does. */
  async #clients(): Promise<unknown> {
    const failure = await this.#open.clients;
    if (failure === null) return {};
    const hint = 'Look at the sessions. What is missing is made at the next start of the demo.';
    throw new LeadMasterError('not_ready', `The clients of the demo are not all there: ${failure}`, hint);
  }

  async #look(): Promise<unknown> {
    const { hub } = this.#open;
    const { items } = await hub.call('listSessions', { query: { limit: 100 } });
    const [customer] = CUSTOMERS;
    const got = customer === undefined ? [] : await this.#phones.inbox(customer.number);
    const phones = await Promise.all(items.map(({ name }) => this.#phone(name, got)));
    const { version, drifts } = await this.#phones.servedBuild();
    return { phones, build: { version, isBad: drifts.includes(BAD_DRIFT) } };
  }

  async #phone(session: string, got: readonly Record<string, unknown>[]): Promise<unknown> {
    const number = phoneOf(session);
    const { name, banned, devices } = await this.#phones.look(number);
    const last = got.findLast(({ from }) => from === number);
    const isOnline = devices.some(({ online }) => online);
    return {
      session,
      number,
      name,
      isBanned: banned,
      isLinked: devices.length > 0,
      isOnline,
      lastGot: last?.body ?? null,
    };
  }

  async #act(given: unknown): Promise<unknown> {
    const parsed = body.safeParse(given);
    if (!parsed.success) {
      throw new LeadMasterError(
        'invalid_request',
        z.prettifyError(parsed.error),
        'The demo knows the acts of its own panel.',
      );
    }
    const act = parsed.data;
    if (!('session' in act)) return this.#serve(act.act === 'bad_build' ? [BAD_DRIFT] : []);
    await this.#ofSession(act);
    return {};
  }

  async #ofSession(act: z.infer<typeof ofSession>): Promise<unknown> {
    const { hub } = this.#open;
    const params = { session: act.session };
    const number = phoneOf(act.session);
    switch (act.act) {
      case 'scan':
        return this.#phones.scan(number, (await hub.call('getQr', { params })).qr);
      case 'unlink':
        return this.#phones.unlink(number);
      case 'write':
        return this.#phones.send(CUSTOMERS[0]?.number ?? '', number, act.text);
      case 'offline':
        return this.#phones.cutLine(number, OFFLINE_MS);
      case 'online':
        return this.#phones.cutLine(number, 0);
      case 'ban':
      case 'unban':
        return this.#phones.ban(number, act.act === 'ban');
      case 'kill':
        return kill((await hub.call('getSession', { params })) as HubSession);
      case 'lose':
        return this.#lose((await hub.call('getSession', { params })) as HubSession);
    }
  }

  /** A disk that loses the folder of a session: gone when the session comes back. */
  async #lose({ name, machine }: HubSession): Promise<void> {
    const { hub, managers } = this.#open;
    const manager = managers[machine ?? ''] ?? Object.values(managers)[0];
    if (manager === undefined) return;
    const params = { session: name };
    await hub.call('stopSession', { params, query: { wait: STOP_S } }, { timeoutMs: (STOP_S + 30) * 1000 });
    rmSync(manager.context.paths.session(name), { recursive: true, force: true });
    await hub.call('startSession', { params, query: { wait: 10 } }).catch((error: unknown) => {
      // That is what the demo is about to show.
      if (!(error instanceof LeadMasterError) || error.code !== 'login_missing') throw error;
    });
  }

  /**
   * WhatsApp serves its next build, and a machine looks for it now instead of in some hours. A broken one is served only where a good
   * one is known to go back to.
   */
  async #serve(drifts: readonly string[]): Promise<{ build: string | null; canary: string | null }> {
    const guards = Object.values(this.#open.managers).map(({ context }) => context.builds);
    const known = (await Promise.all(guards.map((guard) => guard.builds()))).flat();
    if (drifts.length > 0 && !known.some(({ verdict }) => verdict === 'good')) return { build: null, canary: null };
    const { version } = await this.#phones.servedBuild();
    const build = version.replace(/\d+$/, (revision) => String(Number(revision) + 10));
    await this.#phones.serveBuild(build, drifts);
    for (const guard of guards) {
      const canary = await guard.lookForNew();
      if (canary !== null) return { build, canary };
    }
    return { build, canary: null };
  }
}

/** What no operator orders: the browser is gone from one moment to the next. */
function kill({ name, runtime }: HubSession): void {
  const pid = runtime?.pid;
  if (pid === undefined)
    throw new LeadMasterError('wrong_state', `${name} has no browser that runs.`, 'Start the session first.');
  process.kill(pid, 'SIGKILL');
}

/** What the phones refuse, as an answer of the hub. */
async function told(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new LeadMasterError('unprocessable', error.message, 'Look at the state of the session beside.');
  }
}
