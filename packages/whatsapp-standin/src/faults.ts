/**
 * What is wrong with WhatsApp at the moment. Bans, unlinks and conflicts belong to a phone and are not here.
 */

/**
 * - `refused`: the page loads, its WebSocket is refused and live ones are cut.
 * - `hanging`: the page loads, its WebSocket is accepted and never answers; live ones fall silent.
 * - `page_unreachable`: the host refuses TCP, so neither page nor new sockets; live sockets stay.
 * - `page_hanging`: the host accepts TCP and answers no request; live sockets stay.
 * - `page_error`: the host answers HTTP 503 instead of the page; live sockets stay.
 */
export type Outage = 'none' | 'refused' | 'hanging' | 'page_unreachable' | 'page_hanging' | 'page_error';

export interface FaultState {
  readonly outage: Outage;
  /** True: every page version is refused at its start. A string: only that version is. */
  readonly deprecated: boolean | string;
  /** `none`: the server takes messages and never acknowledges them. */
  readonly messageAcks: 'normal' | 'none';
  /** Numbers that are not on WhatsApp. */
  readonly unregistered: readonly string[];
  /** Numbers whose chats throw when a page loads what came earlier in them. */
  readonly brokenChats: readonly string[];
  /** How far the server's clock is ahead of this machine's: seen in the `Date` of its answers and the times of its messages. */
  readonly clockSkewMs: number;
  /** Versions whose scripts are gone from the host: 404, though a kept page still asks for them. */
  readonly assetsGone: readonly string[];
}

const NO_FAULTS: FaultState = {
  outage: 'none',
  deprecated: false,
  messageAcks: 'normal',
  unregistered: [],
  brokenChats: [],
  clockSkewMs: 0,
  assetsGone: [],
};

/** The current faults. Listeners are told after each change, with the state before it, and may finish asynchronously. */
export class Faults {
  #state: FaultState = NO_FAULTS;
  readonly #changed: (now: FaultState, before: FaultState) => Promise<void>;

  constructor(changed: (now: FaultState, before: FaultState) => Promise<void>) {
    this.#changed = changed;
  }

  get current(): FaultState {
    return this.#state;
  }

  /** Sets the given faults and leaves the others. Resolves when the change is in force. */
  async set(change: Partial<FaultState>): Promise<void> {
    const before = this.#state;
    this.#state = { ...before, ...change };
    await this.#changed(this.#state, before);
  }

  /** Everything works again. */
  async clear(): Promise<void> {
    await this.set(NO_FAULTS);
  }
}
