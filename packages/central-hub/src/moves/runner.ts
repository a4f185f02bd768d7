import { Alarm } from '@leadmaster/service-kit/wait';
import { LeaseHolder } from '../store/lease-holder.ts';
import { type MoveClaim, MoveLost } from '../store/moves.ts';
import type { MoveRecord } from '../store/records.ts';
import { Emptier } from './emptier.ts';
import { type MoveDeps, Mover } from './mover.ts';

/** How often the store is asked for moves that no hub works on: another hub may have ended. */
const LOOK_MS = 1_000;

export interface MoveRunnerOptions extends MoveDeps {
  /** Who claims: another word for each process. */
  holder: string;
  /** How long a claim lasts without a renewal; more than one second. */
  leaseSeconds: number;
}

type Claimed = { claim: MoveClaim; move: MoveRecord };

/** Works on every move that is open and that no other hub works on, from the start of this hub to its end. */
export class MoveRunner {
  readonly #options: MoveRunnerOptions;
  readonly #mover: Mover;
  readonly #emptier: Emptier;
  readonly #ending = new AbortController();
  readonly #alarm = new Alarm();
  readonly #working = new Set<Promise<void>>();
  #looking: Promise<void> = Promise.resolve();

  constructor(options: MoveRunnerOptions) {
    this.#options = options;
    this.#mover = new Mover(options);
    this.#emptier = new Emptier({ ...options, wake: () => this.wake() });
  }

  start(): void {
    this.#looking = this.#look();
  }

  /** There is a move to be done. */
  wake(): void {
    this.#alarm.ring();
  }

  /** Works no longer. What is under way at machines continues there, and the next hub finds it. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#looking;
    await Promise.all(this.#working);
  }

  async #look(): Promise<void> {
    const { store, holder, log } = this.#options;
    const { signal } = this.#ending;
    // What a hub of this name has left is this one's: it has ended.
    await store.moves.free(holder).catch((error: unknown) => log.warn({ err: error }, 'moves could not be taken up'));
    while (!signal.aborted) {
      try {
        while (await this.#takeOne());
      } catch (error) {
        log.warn({ err: error }, 'open moves could not be looked for');
      }
      await this.#alarm.sleep(LOOK_MS, signal);
    }
  }

  async #takeOne(): Promise<boolean> {
    const { store, holder, leaseSeconds: seconds, log } = this.#options;
    if (this.#ending.signal.aborted) return false;
    const kind = {
      what: 'a move',
      claim: (forSeconds: number) => store.moves.claim(holder, forSeconds),
      renew: ({ claim }: Claimed, forSeconds: number) => store.moves.renew(claim, forSeconds),
    };
    const held = await LeaseHolder.of<Claimed>(kind, { seconds, log });
    if (held === null) return false;
    const work = this.#work(held).finally(() => this.#working.delete(work));
    this.#working.add(work);
    return true;
  }

  async #work(held: LeaseHolder<Claimed>): Promise<void> {
    const { claim, move } = held.lease;
    const signal = AbortSignal.any([this.#ending.signal, held.lost]);
    try {
      const worker = move.kind === 'move' ? this.#mover : this.#emptier;
      await worker.run(claim, move.id, signal);
    } catch (error) {
      // Another hub continues, or this one once the claim has run out.
      if (!signal.aborted && !(error instanceof MoveLost))
        this.#options.log.error({ move: move.id, err: error }, 'a move was broken off; it is taken up again');
    } finally {
      held.abandon();
    }
  }
}
