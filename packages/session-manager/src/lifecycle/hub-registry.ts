import {
  cursorOf,
  type EventCursor,
  type Hub,
  type HubAndLog,
  type HubList,
  LeadMasterError,
} from '@leadmaster/protocol';
import type { HubRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import { goesOnAfter } from './event-cursor.ts';

/** Hubs that read the log of events for good: events are kept until each of them has confirmed them (`eventRetention`). */
export class HubRegistry {
  readonly #store: StateStore;
  readonly #keepBytes: number;

  constructor(store: StateStore, keepBytes: number) {
    this.#store = store;
    this.#keepBytes = keepBytes;
  }

  list(): HubList {
    return { ...this.#log(), items: this.#store.hubs.all().map((row) => this.#view(row)), keepBytes: this.#keepBytes };
  }

  /**
   * The hub is seen, and has stored every event up to the cursor. Registers one that is not known. Without a cursor it confirms
   * nothing more.
   *
   * @throws LeadMasterError `cursor_behind`, `cursor_of_another_log`, `cursor_unknown`; nothing is changed then.
   */
  confirm(id: string, cursor?: number | string): HubAndLog {
    const row = this.#store.atomically(() => {
      const known = this.#store.hubs.get(id)?.confirmed ?? 0;
      return this.#store.hubs.confirm(id, cursor === undefined ? known : this.#goesOn(cursorOf(cursor), known));
    });
    return { ...this.#view(row), ...this.#log() };
  }

  /** @throws LeadMasterError `hub_not_found` */
  forget(id: string): void {
    if (!this.#store.hubs.forget(id))
      throw new LeadMasterError('hub_not_found', `No hub ${id} is registered here`, 'GET /v1/hubs lists them.');
  }

  #goesOn(cursor: EventCursor, confirmed: number): number {
    const id = goesOnAfter(cursor, this.#store.events.log());
    if (id >= confirmed) return id;
    throw new LeadMasterError(
      'cursor_behind',
      `The cursor is ${id}, and the hub has confirmed ${confirmed}: what is between is not kept for it`,
      'Events are read from any cursor. If an older copy of the hub was put back: DELETE /v1/hubs/{id}, then register it again with this cursor.',
      { extra: { confirmed } },
    );
  }

  #view(row: HubRow): Hub {
    return { ...row, unconfirmed: this.#store.events.measure(row.confirmed) };
  }

  #log(): Pick<HubAndLog, 'logId' | 'oldest' | 'newest'> {
    const { logId, oldest, newest } = this.#store.events.log();
    return { logId, oldest, newest };
  }
}
