import { errorText } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { Leases } from './leases.ts';
import type { Lease } from './records.ts';

/** The holder counts its lease as over this much before the database does. */
const MARGIN_MS = 1_000;
/** A renewal that failed is tried again so much later. */
const RETRY_MS = 500;

interface HoldOptions {
  /** How long a lease lasts without a renewal; more than one second. */
  seconds: number;
  log: Pick<Logger, 'warn'>;
}

export interface ClaimOptions extends HoldOptions {
  machine: string;
  /** Who claims: another word for each process. */
  holder: string;
}

/** How a kind of lease is claimed and renewed, for so many seconds. */
export interface LeaseKind<L> {
  /** What it is of, for the log. */
  what: string;
  /** Null while another holds it. */
  claim: (seconds: number) => Promise<L | null>;
  /** False where it is lost. */
  renew: (lease: L, seconds: number) => Promise<boolean>;
}

/**
 * A lease in the hands of its holder, renewed until it is lost or abandoned. Its deadline counts from before the statement
 * was sent, less a second: it is past here before another can claim there, however slow the answer was. A renewal that
 * fails is tried again until then.
 */
export class LeaseHolder<L = Lease> {
  readonly lease: L;
  readonly #kind: LeaseKind<L>;
  readonly #options: HoldOptions;
  readonly #lost = new AbortController();
  #deadline: number;
  #atDeadline: NodeJS.Timeout;
  #nextRenewal: NodeJS.Timeout;

  private constructor(kind: LeaseKind<L>, options: HoldOptions, lease: L, deadline: number) {
    this.lease = lease;
    this.#kind = kind;
    this.#options = options;
    this.#deadline = deadline;
    this.#atDeadline = this.#endAtDeadline();
    this.#nextRenewal = this.#renewIn(this.#pauseMs);
  }

  /** Null while another holds the machine's log, or where the answer came too late to lean on. */
  static claim(leases: Pick<Leases, 'claim' | 'renew'>, options: ClaimOptions): Promise<LeaseHolder | null> {
    const { machine, holder } = options;
    const kind: LeaseKind<Lease> = {
      what: `the log of machine ${machine}`,
      claim: (seconds) => leases.claim(machine, holder, seconds),
      renew: (lease, seconds) => leases.renew(lease, holder, seconds),
    };
    return LeaseHolder.of(kind, options);
  }

  /** The same for a lease of another kind. */
  static async of<L>(kind: LeaseKind<L>, options: HoldOptions): Promise<LeaseHolder<L> | null> {
    const deadline = deadlineFromNow(options.seconds);
    const lease = await kind.claim(options.seconds);
    if (lease === null || performance.now() >= deadline) return null;
    return new LeaseHolder(kind, options, lease, deadline);
  }

  /** Aborts once the lease is lost or abandoned: nothing more may be done in its name. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether the lease may still be leaned on; true to the clock also where this process stood still and no timer has run. */
  get isHeld(): boolean {
    if (performance.now() >= this.#deadline) this.abandon();
    return !this.lost.aborted;
  }

  /** Ends the work in the name of this lease. It is not given back: it runs out. */
  abandon(): void {
    clearTimeout(this.#atDeadline);
    clearTimeout(this.#nextRenewal);
    this.#lost.abort();
  }

  #endAtDeadline(): NodeJS.Timeout {
    return setTimeout(() => this.abandon(), this.#deadline - performance.now()).unref();
  }

  get #pauseMs(): number {
    return (this.#options.seconds * 1000 - MARGIN_MS) / 3;
  }

  #renewIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#renew(), ms).unref();
  }

  async #renew(): Promise<void> {
    const { seconds, log } = this.#options;
    const deadline = deadlineFromNow(seconds);
    let pause = this.#pauseMs;
    try {
      const isRenewed = await this.#kind.renew(this.lease, seconds);
      if (!this.isHeld) return;
      if (isRenewed) this.#extendTo(deadline);
      else this.abandon();
    } catch (error) {
      log.warn({ lease: this.#kind.what, error: errorText(error) }, 'a lease was not renewed');
      pause = RETRY_MS;
    }
    if (this.isHeld) this.#nextRenewal = this.#renewIn(pause);
  }

  #extendTo(deadline: number): void {
    this.#deadline = deadline;
    clearTimeout(this.#atDeadline);
    this.#atDeadline = this.#endAtDeadline();
  }
}

/** On a clock that is never set. */
function deadlineFromNow(seconds: number): number {
  return performance.now() + seconds * 1000 - MARGIN_MS;
}
