import { LeadMasterError, sentence } from '@leadmaster/protocol';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Departure, Departures } from './departure-facts.ts';
import { notFinished } from './refusals.ts';

export interface OpenDeparturesDeps {
  profiles: Pick<ProfileStore, 'readRecord'>;
  store: StateStore;
  /** Refuses a transfer that waits until the place of the data folder is accepted. */
  refuseHeld: (id: string, session: string) => void;
}

/** Sessions that were handed over, and that another machine may not have taken yet. */
export class OpenDepartures {
  readonly #profiles: Pick<ProfileStore, 'readRecord'>;
  readonly #store: StateStore;
  readonly #departures: Departures;
  readonly #refuseHeld: (id: string, session: string) => void;

  constructor(deps: OpenDeparturesDeps) {
    const { profiles, store, refuseHeld } = deps;
    this.#profiles = profiles;
    this.#store = store;
    this.#refuseHeld = refuseHeld;
    this.#departures = new Departures(store);
  }

  /**
   * Refuses to let go of the last that is known here of a session whose transfer is not finished.
   *
   * @throws LeadMasterError `transfer_open`.
   */
  async refuseDelete(session: string): Promise<void> {
    const open = await this.away(session);
    if (open !== undefined) throw notFinished(open);
  }

  /** What is to be done about a session whose transfer is not finished; null for any other. */
  async openTransfer(session: string): Promise<string | null> {
    const open = await this.away(session);
    if (open === undefined) return null;
    const { message, hint } = this.#heldBack(session) ?? notFinished(open);
    return `${sentence(message)} ${hint}`;
  }

  /** @throws LeadMasterError `place_changed` while one of its transfers waits until the place of the data folder is accepted. */
  refuseHeld(session: string): void {
    for (const { id } of this.#departures.open(session)) this.#refuseHeld(id, session);
  }

  #heldBack(session: string): LeadMasterError | null {
    try {
      this.refuseHeld(session);
      return null;
    } catch (error) {
      if (error instanceof LeadMasterError) return error;
      throw error;
    }
  }

  /**
   * The departure of a session that is neither here nor known to be there. One that has come back since, however it did,
   * lies here under a later generation.
   */
  async away(session: string): Promise<Departure | undefined> {
    const open = this.#departures.open(session).filter(({ phase }) => phase !== 'begun');
    if (open.length === 0) return undefined;
    const here = (await this.#profiles.readRecord(session))?.generation ?? 0;
    const moved = this.#store.tombstones.generation(session) ?? 0;
    return open.find(({ phase, generation }) => phase === 'returning' || (generation === moved && here <= generation));
  }
}
