import { setTimeout as sleep } from 'node:timers/promises';
import { Unanswered } from '@leadmaster/client';
import { errorText, LeadMasterError, type Machine } from '@leadmaster/protocol';
import { anyOf } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { MachineLink } from '../machines/link.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { HubStore } from '../store/index.ts';
import { LeaseHolder } from '../store/lease-holder.ts';
import { MachineReader } from './reader.ts';

const AGAIN_MS = 1_000;
/** A log that is not the one that was read waits for an operator: it is looked at now and then. */
const OTHER_LOG_MS = 60_000;

export interface MachineReadersOptions {
  store: HubStore;
  links: MachineLinks;
  /** Who claims: another word for each process. */
  holder: string;
  /** How long a lease lasts without a renewal; more than one second. */
  leaseSeconds: number;
  log: Logger;
}

/** Reads the logs of all machines, each as long as this hub holds its lease. */
export class MachineReaders {
  readonly #store: HubStore;
  readonly #links: MachineLinks;
  readonly #holder: string;
  readonly #leaseS: number;
  readonly #log: Logger;
  readonly #ending = new AbortController();
  readonly #running = new Map<MachineLink, Promise<void>>();
  readonly #attentions = new Map<string, Machine['attention']>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: MachineReadersOptions) {
    this.#store = options.store;
    this.#links = options.links;
    this.#holder = options.holder;
    this.#leaseS = options.leaseSeconds;
    this.#log = options.log;
  }

  /** Reads every machine that is there, and those that come. */
  start(): void {
    const look = (): void => {
      for (const link of this.#links.all()) {
        if (this.#running.has(link)) continue;
        this.#running.set(
          link,
          this.#keepReading(link).finally(() => this.#running.delete(link)),
        );
      }
    };
    look();
    this.#timer = setInterval(look, AGAIN_MS).unref();
  }

  /** What an operator is to decide about a machine; null where there is nothing. */
  attentionOf(machine: string): Machine['attention'] {
    return this.#attentions.get(machine) ?? null;
  }

  /** Reads no longer. A lease that is held ends by itself. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#ending.abort();
    await Promise.all(this.#running.values());
  }

  async #keepReading(link: MachineLink): Promise<void> {
    const reader = new MachineReader(this.#store, link, this.#log);
    const { signal } = this.#ending;
    while (!signal.aborted && this.#links.all().includes(link)) {
      const wait = await this.#readOnce(link, reader, signal);
      await sleep(wait, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Returns how long to wait before the next try. */
  async #readOnce(link: MachineLink, reader: MachineReader, signal: AbortSignal): Promise<number> {
    if (!link.isUp) return AGAIN_MS;
    let lease: LeaseHolder | null = null;
    try {
      lease = await LeaseHolder.claim(this.#store.leases, {
        machine: link.name,
        holder: this.#holder,
        seconds: this.#leaseS,
        log: this.#log,
      });
      if (lease === null) return AGAIN_MS;
      await reader.read(lease, anyOf(signal, link.down), () => this.#attentions.delete(link.name));
    } catch (error) {
      // The hub ends, or the machine was removed or has another address.
      if (signal.aborted || !this.#links.all().includes(link)) return 0;
      const isOther = isOf(error, ['cursor_of_another_log', 'cursor_unknown']);
      this.#tell(link, error, isOther);
      if (isOther) {
        this.#attentions.set(link.name, 'other_log');
        return OTHER_LOG_MS;
      }
      if (isUnreadable(error)) this.#attentions.set(link.name, 'unreadable');
      // Another hub may have been told another token.
      if (isOf(error, ['unauthorized'])) await this.#links.reopen(link.name);
    } finally {
      lease?.abandon();
    }
    return AGAIN_MS;
  }

  /** Its line tells that a machine is silent: here that is told only of one that had answered, and without a trace. */
  #tell(link: MachineLink, error: unknown, isOther: boolean): void {
    const isSilent = link.explains(error);
    if (isSilent && !link.hasAnswered) return;
    const what = isOther
      ? `the machine "${link.name}" has another log than the one that was read: nothing is overwritten until an operator decides`
      : `the log of the machine "${link.name}" could not be read`;
    const trace = isSilent || isOther ? {} : { err: error };
    this.#log.warn({ machine: link.name, ...trace }, `${what}: ${errorText(error)}`);
  }
}

function isOf(error: unknown, codes: readonly string[]): boolean {
  return error instanceof LeadMasterError && codes.includes(error.code);
}

/** Whether a machine is up and gives a good answer that is not of the form that is stated here, as one of another version may. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Unanswered && error.httpStatus === 200;
}
