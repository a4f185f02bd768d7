import type { World, WorldState } from '@leadmaster/whatsapp-standin';

/** Often enough that a profile is never many steps of its ratchet ahead of the world it comes back into. */
const EVERY_MS = 50;

/**
 * Writes down what WhatsApp's servers know of an account, again and again while a snapshot of it is taken. What they
 * knew when the browser stood still is the world in which that snapshot is at home: a device uses no step and confirms no
 * message that is not on its disk, so its disk is never behind them.
 */
export class Witness implements Disposable {
  readonly #world: World;
  readonly #number: string;
  readonly #seen: { at: number; state: string }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(world: World, number: string) {
    this.#world = world;
    this.#number = number;
    this.#look();
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  #look(): void {
    this.#seen.push({ at: Date.now(), state: this.#world.exportText([this.#number]) });
  }

  /** What was known at that moment, or just before it. */
  at(moment: Date): WorldState {
    const found = this.#seen.findLast(({ at }) => at <= moment.getTime());
    if (found === undefined) throw new Error(`no state was read before ${moment.toISOString()}`);
    return JSON.parse(found.state) as WorldState;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
