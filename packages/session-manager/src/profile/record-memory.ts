import type { ProfileRecord } from './profile-store.ts';

/** Records as they were last read, for lists that look at many: a change of a profile by this process ends what is known of it. */
export class RecordMemory {
  readonly #known = new Map<string, ProfileRecord | null>();
  /** Counts changes: a read that one overtook is not kept. */
  #changes = 0;

  changed(session: string): void {
    this.#changes++;
    this.#known.delete(session);
  }

  /** Undefined when nothing is known. */
  get(session: string): ProfileRecord | null | undefined {
    return this.#known.get(session);
  }

  /** Does a read and keeps its result; after a failure nothing is known. */
  async keep(session: string, read: () => Promise<ProfileRecord | null>): Promise<ProfileRecord | null> {
    const changes = this.#changes;
    this.#known.delete(session);
    const record = await read();
    if (this.#changes === changes) this.#known.set(session, record);
    return record;
  }
}
