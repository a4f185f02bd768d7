import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyEvent, type Session, type SessionState, stateKind } from '@leadmaster/protocol';
import type { RunningHub } from '../../../central-hub/test/start-hub.ts';
import { seeded } from '../../../session-manager/prove/service/random.ts';

const LOG = '00000000000000aa';
const MACHINE = 'm1';
const TENANTS = 40;
/** Appends in a second: as a reader brings events, some at a time. */
const APPENDS = 20;
const LEASE_S = 24 * 3600;

/** The states of a fleet, each as often as its part in a hundred. */
const STATES: readonly SessionState[] = (
  [
    ['READY', 90],
    ['STOPPED', 4],
    ['RECONNECTING', 2],
    ['QR_REQUIRED', 2],
    ['DISCONNECTED_BANNED', 1],
    ['ERROR', 1],
  ] as const
).flatMap(([state, count]) => Array.from({ length: count }, () => state));

/** A machine that does not say so is silent, and its sessions are from before. */
const ALIVE = { status: 'ok', version: '0.1.0', uptimeSeconds: 1 };

/** Many sessions on a machine that is played: their events come into the log of a hub as a reader would bring them. */
export class PlayedFleet {
  readonly sessions = new Map<string, Session>();
  readonly #names: readonly string[];
  /** How many events were written. */
  written = 0;
  readonly #hub: RunningHub;
  readonly #random: () => number;
  readonly #machine = createServer((request, response) => {
    const name = decodeURIComponent(/^\/v1\/sessions\/([^/?]+)$/.exec(request.url ?? '')?.[1] ?? '');
    const session = this.sessions.get(name);
    response.writeHead(session === undefined && name !== '' ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(session ?? (request.url === '/health' ? ALIVE : {})));
  });
  #lease: { machine: string; generation: number } = { machine: MACHINE, generation: 0 };
  #position: { logId: string | null; cursor: number } = { logId: null, cursor: 0 };
  /** The machine's own number of the newest event. */
  #newest = 0;

  constructor(hub: RunningHub, count: number, seed: number) {
    this.#hub = hub;
    this.#random = seeded(seed);
    for (let at = 0; at < count; at += 1) {
      const name = `tenant-${at % TENANTS}.phone-${String(at).padStart(5, '0')}`;
      this.sessions.set(name, this.#session(name, at));
    }
    this.#names = [...this.sessions.keys()];
  }

  /** Puts all of them into the hub. */
  async start(): Promise<void> {
    const { store } = this.#hub;
    this.#machine.listen(0, '127.0.0.1');
    await once(this.#machine, 'listening');
    const { port } = this.#machine.address() as AddressInfo;
    for (let at = 0; at < TENANTS; at += 1) await this.#hub.ask('/v1/tenants', { body: { name: `tenant-${at}` } });
    const none = { peerUrl: null, isDraining: false, sending: 'on', facts: null, lastSeenAt: null } as const;
    await store.machines.add(
      { name: MACHINE, url: `http://127.0.0.1:${port}`, createdAt: new Date(), ...none },
      'token',
    );
    const lease = await store.leases.claim(MACHINE, 'prove', LEASE_S);
    if (lease === null) throw new Error('the log of the machine is read by another');
    this.#lease = lease;
    await this.#append([], [...this.sessions.values()]);
  }

  /** Lets so many events a second come, until the signal aborts. One late turn is made up for. */
  async move(rate: number, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const before = this.written;
    while (!signal.aborted) {
      const due = Math.floor((rate * (performance.now() - began)) / 1000) - (this.written - before);
      const events = Array.from({ length: Math.min(due, rate) }, () => this.#happens());
      const changed = new Set(events.map(({ session }) => session));
      if (events.length > 0)
        await this.#append(
          events,
          [...changed].map((name) => this.#known(name)),
        );
      await sleep(1000 / APPENDS, undefined, { signal }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.#machine.closeAllConnections();
    this.#machine.close();
    await once(this.#machine, 'close');
  }

  /** How many are in each state. */
  counted(): Map<SessionState, number> {
    const by = Map.groupBy(this.sessions.values(), ({ state }) => state as SessionState);
    return new Map([...by].map(([state, those]) => [state, those.length]));
  }

  #known(name: string): Session {
    return this.sessions.get(name) as Session;
  }

  async #append(events: AnyEvent[], changed: Session[]): Promise<void> {
    const to = { logId: LOG, cursor: this.#newest };
    const news = { from: this.#position, to, events, sessions: { changed, gone: [] }, asOf: new Date() };
    await this.#hub.store.events.append(this.#lease, news);
    this.#position = to;
    this.written += events.length;
  }

  /** Messages most of the time; now and then a session loses its connection or has it again, and snapshots are taken. */
  #happens(): AnyEvent {
    const name = this.#names[this.#below(this.#names.length)] ?? '';
    const session = this.#known(name);
    const what = this.#below(100);
    if (what < 75) return this.#heard(name, session);
    if (what < 95) return this.#turned(name, session);
    return this.#saved(name, session);
  }

  #heard(name: string, session: Session): AnyEvent {
    const event = this.#event(name, 'message.received', { whatsappId: `ID-${this.#newest}`, text: 'x'.repeat(200) });
    this.sessions.set(name, { ...session, health: { ...session.health, lastInboundAt: event.at } });
    return event;
  }

  #turned(name: string, session: Session): AnyEvent {
    const to: SessionState = session.state === 'READY' ? 'RECONNECTING' : 'READY';
    const reason = to === 'READY' ? 'synced' : 'connection_lost';
    const kind = stateKind(to, reason);
    const data = { from: session.state, to, reason, stateKind: kind, hint: '', attempts: 1 };
    const event = this.#event(name, 'session.state', data);
    const { action: _action, furtherActions: _further, ...rest } = session;
    this.sessions.set(name, { ...rest, state: to, reason, stateKind: kind, hint: '', since: event.at });
    return event;
  }

  #saved(name: string, session: Session): AnyEvent {
    const id = `snapshot-${this.#newest}`;
    const event = this.#event(name, 'snapshot.created', {
      id,
      kind: 'essential',
      reason: 'scheduled',
      bytes: 80_000_000,
    });
    this.sessions.set(name, { ...session, lastSnapshot: { id, at: event.at, verified: false, damaged: false } });
    return event;
  }

  #event(session: string, type: string, data: Record<string, unknown>): AnyEvent {
    this.#newest += 1;
    return { id: this.#newest, session, type, at: new Date().toISOString(), data };
  }

  #session(name: string, at: number): Session {
    const state = STATES[this.#below(STATES.length)] ?? 'READY';
    const ago = (most: number): string => new Date(Date.now() - this.#below(most)).toISOString();
    const reason = state === 'READY' ? 'synced' : state === 'STOPPED' ? 'ordered' : 'connection_lost';
    const hint = state === 'ERROR' ? `Start it again: "./leadmaster session start ${name}".` : '';
    const account = { id: `549110${at}@c.us`, phone: `549110${at}`, name: `Client ${at}` };
    return {
      name,
      state,
      stateKind: stateKind(state, reason),
      reason,
      hint,
      ...(state === 'ERROR' && { action: { kind: 'start', session: name } }),
      since: ago(5 * 86_400_000),
      canSend: state === 'READY',
      sending: 'on',
      sendingOffBy: [],
      expectedPhone: null,
      desired: state === 'STOPPED' ? 'stopped' : 'running',
      attempts: 0,
      nextAttemptAt: null,
      generation: 1,
      originRetired: true,
      engine: 'wwebjs',
      loginMode: 'qr',
      account,
      owner: account,
      health: {
        lastProbeAt: ago(60_000),
        lastInboundAt: ago(3_600_000),
        lastAckAt: ago(3_600_000),
        lastReadyAt: ago(86_400_000),
      },
      storage: {
        bytes: 200_000_000 + this.#below(700_000_000),
        criticalBytes: 60_000_000,
        growthBytesPerDay: this.#below(9_000_000),
        measuredAt: ago(900_000),
      },
      lastSnapshot: { id: `snap-${at}`, at: ago(86_400_000), verified: at % 3 === 0, damaged: false },
      snapshotFailure: null,
      limits: null,
      attention: null,
      unreachable: null,
      runtime: null,
      metadata: { customer: String(at) },
      createdAt: ago(90 * 86_400_000),
    };
  }

  /** A whole number from 0 up to, and without, `end`. */
  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }
}
