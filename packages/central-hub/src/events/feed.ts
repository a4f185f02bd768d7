import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  type AnyEvent,
  cursorText,
  EVENTS,
  type EventStatement,
  eventForTenant,
  MACHINES_TURNED,
} from '@leadmaster/protocol';
import { EventFollowers } from '@leadmaster/service-kit/http';
import type { Logger } from 'pino';
import type { Caller } from '../keys/caller.ts';
import type { HubStore } from '../store/index.ts';
import type { EventQuery, StoredEvent } from '../store/records.ts';

/** What of the log a reader may see: which sessions, and in whose words. */
export interface View {
  /** Equal views share their reading. */
  key: string;
  /** Whose numbers it has: a tenant's own, or the hub's. */
  tenant: string | null;
  query: Omit<EventQuery, 'after' | 'limit'>;
  /** Whether an event belongs to it. */
  holds(event: StoredEvent): boolean;
  shown(event: StoredEvent): AnyEvent | null;
}

/** Types of events that a tenant may read. */
const FOR_TENANTS = Object.entries<EventStatement>(EVENTS)
  .filter(([, { audience }]) => audience === 'tenant')
  .map(([type]) => type);

/** The view of a caller: of all that it may see, or of one session by its full name. */
export function viewOf(caller: Caller, session?: string): View {
  const { kind, tenant } = caller;
  const names = session === undefined ? caller.sessions : new Set([session]);
  const query = {
    ...(kind === 'operator' ? {} : { tenant, types: FOR_TENANTS }),
    ...(names === null ? {} : { sessions: [...names].sort() }),
  };
  return {
    key: JSON.stringify([kind, query]),
    tenant,
    query,
    holds: (event) => (kind === 'operator' || event.tenant === tenant) && (names === null || names.has(event.session)),
    shown: (event) => (tenant === null ? plain(event) : eventForTenant(plain(event), tenant)),
  };
}

interface FeedPage {
  events: AnyEvent[];
  cursor: number;
  oldest: number;
  seen: number;
}

/** The hub's own log, for all who read or follow it. */
export class HubFeed {
  readonly #store: HubStore;
  readonly #followers: EventFollowers<StoredEvent>;
  readonly #views = new Map<string, View>();
  readonly #streams = new Map<string, Set<Readable>>();

  constructor(store: HubStore, options: { heartbeatMs: number; closing: AbortSignal; log: Logger }) {
    this.#store = store;
    const { closing, heartbeatMs, log } = options;
    this.#followers = new EventFollowers(
      {
        read: async ({ scope, after, limit }) => {
          const view = this.#view(scope);
          const { events } = await this.page(view, after, limit);
          return { events, cursorText: (id) => cursorText(id, this.logIdOf(view)) };
        },
        news: (signal) => this.#news(signal),
        scopesOf: (event) =>
          [...this.#views.values()]
            .filter((view) => view.holds(event))
            .map(({ key, tenant }) => [key, (tenant === null ? event.id : event.tenantEvent) ?? event.id] as const),
      },
      {
        heartbeatMs,
        closing,
        onFailure: (error) => log.error({ err: error }, 'the log of the hub could not be followed'),
      },
    );
  }

  /** The identity of the log as a view has it: a tenant's numbers are its own, and so is their log. */
  logIdOf({ tenant }: View): string {
    const { logId } = this.#store;
    return tenant === null ? logId : createHash('sha256').update(`${logId} ${tenant}`).digest('hex').slice(0, 16);
  }

  /** The newest number of a view. */
  newest({ tenant }: View): Promise<number> {
    return this.#store.events.newest(tenant);
  }

  /** Events of a view after a cursor. `cursor`: how far the log was looked through; `seen`: the same in the hub's numbers. */
  async page(view: View, after: number, limit: number): Promise<FeedPage> {
    const { items, ...page } = await this.#store.events.page({ ...view.query, after, limit });
    return { events: items.map((event) => view.shown(event)).filter((event) => event !== null), ...page };
  }

  /** The same, waiting for the first of them until the signal aborts. */
  async nextPage(view: View, after: number, limit: number, signal: AbortSignal) {
    let page = await this.page(view, after, limit);
    while (page.events.length === 0 && !signal.aborted) {
      await this.#store.events.untilNews(page.seen, signal);
      page = await this.page(view, page.cursor, limit);
    }
    return page;
  }

  /** The text of an event stream. */
  follow(view: View, wanted: { after: number; from: string; greeting: string }) {
    this.#views.set(view.key, view);
    const stream = this.#followers.follow({ ...wanted, scope: view.key });
    const others = this.#streams.get(view.key) ?? new Set();
    this.#streams.set(view.key, others.add(stream));
    stream.once('close', () => this.#forget(view.key, stream));
    return stream;
  }

  /** Tells all who follow as the operator that a machine stopped answering, or answers again: no event of a machine can. */
  tellMachines(): void {
    for (const { key, tenant } of this.#views.values()) if (tenant === null) this.#followers.say(key, MACHINES_TURNED);
  }

  /** A view is known for as long as it has a follower. */
  #forget(key: string, stream: Readable): void {
    const others = this.#streams.get(key);
    others?.delete(stream);
    if (others?.size !== 0) return;
    this.#streams.delete(key);
    this.#views.delete(key);
  }

  #view(key: string): View {
    const view = this.#views.get(key);
    if (view === undefined) throw new Error('a view is read that no follower has');
    return view;
  }

  async *#news(signal: AbortSignal): AsyncGenerator<StoredEvent> {
    let cursor = await this.#store.events.newest();
    while (!signal.aborted) {
      await this.#store.events.untilNews(cursor, signal);
      const { items, cursor: next } = await this.#store.events.page({ after: cursor, limit: 500 });
      cursor = next;
      yield* items;
    }
  }
}

function plain({ tenant: _tenant, tenantEvent: _number, machine: _machine, ...event }: StoredEvent): AnyEvent {
  return event;
}
