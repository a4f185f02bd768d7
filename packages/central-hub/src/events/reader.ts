import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AnyEvent, LeadMasterError, type Session } from '@leadmaster/protocol';
import { anyOf, Slots } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { MachineLink } from '../machines/link.ts';
import type { HubStore } from '../store/index.ts';
import type { LeaseHolder } from '../store/lease-holder.ts';
import type { LogPosition } from '../store/records.ts';

const PAGE = 500;
/** How long a machine may hold an empty answer back. Also how often a renewal of the lease is certain to be looked at. */
const WAIT_S = 10;
const GRACE_MS = 10_000;
/** Sessions that are asked for at once. */
const AT_ONCE = 4;
/** How often all sessions of a machine are read again: sizes and times change without an event. */
const WHOLE_MS = 60_000;

/** Sessions that are written in one transaction. */
const STORED_AT_ONCE = 100;

/** What one reading brought. */
interface Reading {
  to: LogPosition;
  events: AnyEvent[];
  changed: Session[];
  gone: string[];
}

/** Reads the log of one machine into the store for as long as this hub holds the machine's lease. */
export class MachineReader {
  readonly #store: HubStore;
  readonly #link: MachineLink;
  readonly #log: Logger;
  #wholeAt = Number.NEGATIVE_INFINITY;
  #confirmedAt = Number.NEGATIVE_INFINITY;

  constructor(store: HubStore, link: MachineLink, log: Logger) {
    this.#store = store;
    this.#link = link;
    this.#log = log;
  }

  /**
   * Reads until the lease is lost or the signal aborts. `onRead`: what the machine has answered could be read.
   *
   * @throws LeadMasterError what the machine or the store answered; the caller tries again later.
   */
  async read(lease: LeaseHolder, signal: AbortSignal, onRead: () => void): Promise<void> {
    const both = anyOf(signal, lease.lost);
    let { position } = lease.lease;
    while (!both.aborted) {
      const asOf = new Date();
      const reading = await this.#next(position, both);
      if (both.aborted) return;
      onRead();
      const { to, events, changed, gone } = reading;
      const [rest, last] = [changed.slice(0, -STORED_AT_ONCE), changed.slice(-STORED_AT_ONCE)];
      await this.#storeSessions(lease, { position, sessions: rest, asOf });
      const sessions = { changed: last, gone };
      await this.#store.events.append(lease.lease, { from: position, to, events, sessions, asOf });
      const hasMoved = to.cursor !== position.cursor || to.logId !== position.logId;
      position = to;
      // Also without news now and then: a hub that is not seen for days is forgotten there.
      if (hasMoved || performance.now() - this.#confirmedAt >= WHOLE_MS) await this.#confirm(position, both);
    }
  }

  /** Stores many sessions in several steps: with SQLite all others wait while one of them is written. */
  async #storeSessions(
    { lease }: LeaseHolder,
    { position, sessions, asOf }: { position: LogPosition; sessions: readonly Session[]; asOf: Date },
  ): Promise<void> {
    for (let at = 0; at < sessions.length; at += STORED_AT_ONCE) {
      const changed = sessions.slice(at, at + STORED_AT_ONCE);
      const news = { from: position, to: position, events: [], sessions: { changed, gone: [] }, asOf };
      await this.#store.events.append(lease, news);
      await nextTurn();
    }
  }

  async #next(position: LogPosition, signal: AbortSignal): Promise<Reading> {
    if (performance.now() - this.#wholeAt >= WHOLE_MS) return this.#whole(position, signal);
    const query = { after: cursorOf(position), limit: PAGE, wait: WAIT_S };
    const page = await this.#link.client.call('listEvents', { query }, { signal, timeoutMs: WAIT_S * 1000 + GRACE_MS });
    const names = [...new Set(page.items.map(({ session }) => session).filter((name) => name !== ''))];
    const looked = await this.#look(names, signal);
    return {
      to: { logId: page.logId, cursor: page.cursor },
      events: page.items as AnyEvent[],
      ...looked,
    };
  }

  /**
   * Tells the machine what is stored for good here: until then it keeps it. A store that was put back knows less than it had
   * confirmed: it begins again as a hub that was never seen.
   */
  async #confirm(position: LogPosition, signal: AbortSignal): Promise<void> {
    this.#confirmedAt = performance.now();
    const params = { hub: this.#store.hubId };
    const wanted = { params, body: { cursor: cursorOf(position) } };
    const options = { signal, timeoutMs: 10_000 };
    try {
      await this.#link.client.call('confirmEvents', wanted, options);
    } catch (error) {
      if (!(error instanceof LeadMasterError) || error.code !== 'cursor_behind') throw error;
      await this.#link.client.call('forgetHub', { params }, options);
      await this.#link.client.call('confirmEvents', wanted, options);
    }
  }

  /** All sessions of the machine. The cursor stays: what happened meanwhile is read next. */
  async #whole(position: LogPosition, signal: AbortSignal): Promise<Reading> {
    const facts = await this.#link.client.call('getMachine', {}, { signal, timeoutMs: 10_000 });
    if (position.logId !== null && facts.logId !== position.logId) throw otherLog(position.logId, facts.logId);
    const { items } = await this.#link.client.call('listSessions', {}, { signal, timeoutMs: 30_000 });
    await this.#store.machines.seen(this.#link.name, facts);
    const known = await this.#store.sessions.namesOf(this.#link.name);
    const there = new Set(items.map(({ name }) => name));
    this.#wholeAt = performance.now();
    this.#log.debug({ machine: this.#link.name, sessions: items.length }, 'the sessions of a machine were read');
    return { to: position, events: [], changed: items, gone: known.filter((name) => !there.has(name)) };
  }

  /** How the sessions of some events are now. One that is gone has been deleted or moved. */
  async #look(names: readonly string[], signal: AbortSignal): Promise<Pick<Reading, 'changed' | 'gone'>> {
    const changed: Session[] = [];
    const gone: string[] = [];
    const slots = new Slots(AT_ONCE);
    const look = async (session: string): Promise<void> => {
      try {
        const options = { signal, timeoutMs: 10_000 };
        changed.push(await this.#link.client.call('getSession', { params: { session } }, options));
      } catch (error) {
        if (!(error instanceof LeadMasterError) || error.code !== 'session_not_found') throw error;
        gone.push(session);
      }
    };
    await Promise.all(
      names.map(async (session) => {
        const leave = await slots.take(signal);
        await look(session).finally(leave);
      }),
    );
    return { changed, gone };
  }
}

function cursorOf({ logId, cursor }: LogPosition): string | number {
  return logId === null ? cursor : `${cursor}@${logId}`;
}

/** Its sessions may be others, too: nothing that is known is overwritten. */
function otherLog(known: string, found: string): LeadMasterError {
  return new LeadMasterError(
    'cursor_of_another_log',
    `The log of the machine is ${found}; the one that was read is ${known}.`,
    'Accept it once it is known why.',
  );
}
