import { LeadMasterError, type Operation } from '@leadmaster/protocol';
import { Rounds } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { MachineLinks } from './machines/links.ts';
import type { AuditRecord } from './store/audit-rows.ts';
import type { HubStore } from './store/index.ts';

/** How often it is looked whether long calls have ended. */
const LOOK_MS = 2_000;
const ANSWER_MS = 5_000;
/** Hub and machines forget long calls by then. */
const FORGOTTEN_MS = 48 * 3_600_000;
/** How the target of a line names the long call that it has begun. */
const OPERATION = /(?:^| )operation:(\S+)/;

export interface AuditEndsOptions {
  store: HubStore;
  links: MachineLinks;
  log: Logger;
  /** Overrides for tests. */
  lookMs?: number;
}

/**
 * Writes into the audit what came of long calls that were answered at once, whichever hub answered them. What is open it finds in
 * the audit itself, so that an end of the hub loses nothing.
 */
export class AuditEnds {
  readonly #options: AuditEndsOptions;
  readonly #rounds = new Rounds(() => this.#round());
  readonly #open = new Map<number, AuditRecord>();
  #through = 0;
  #isFailing = false;

  constructor(options: AuditEndsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#rounds.start();
  }

  /** Resolves once nothing is under way. */
  close(): Promise<void> {
    return this.#rounds.close();
  }

  async #round(): Promise<number> {
    const { lookMs = LOOK_MS, log } = this.#options;
    try {
      await this.#look();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#rounds.signal.aborted && !this.#isFailing)
        log.warn({ err: error }, 'the ends of long calls could not be written into the audit; it is tried again');
      this.#isFailing = true;
    }
    return lookMs;
  }

  async #look(): Promise<void> {
    const { audit } = this.#options.store;
    const { lines, through } = await audit.unsettled(this.#through, FORGOTTEN_MS);
    for (const line of lines) this.#open.set(line.id, line);
    this.#through = through;
    for (const line of [...this.#open.values()]) {
      this.#rounds.signal.throwIfAborted();
      const result = await this.#resultOf(line);
      if (result === null) continue;
      await audit.settle(line, result);
      this.#open.delete(line.id);
    }
  }

  /** `ok`, or the code of the error; null where it runs, or its machine does not tell. */
  async #resultOf({ target, at }: AuditRecord): Promise<string | null> {
    const operation = OPERATION.exec(target)?.[1];
    if (operation === undefined || Date.now() - at.getTime() > FORGOTTEN_MS) return UNKNOWN;
    const move = await this.#options.store.moves.get(operation);
    if (move === null) return this.#atItsMachine(operation);
    if (move.endedAt === null) return null;
    return move.error === null ? 'ok' : move.error.code;
  }

  async #atItsMachine(id: string): Promise<string | null> {
    const { store, links } = this.#options;
    const record = await store.operations.get(id);
    if (record === null) return UNKNOWN;
    if (!links.isUp(record.machine)) return null;
    const asked = { signal: this.#rounds.signal, timeoutMs: ANSWER_MS };
    try {
      const { client } = await links.get(record.machine);
      return resultOf(await client.call('getOperation', { params: { operation: id }, query: {} }, asked));
    } catch (error) {
      // A machine that was restarted meanwhile knows nothing of it.
      return error instanceof LeadMasterError && GONE.has(error.code) ? UNKNOWN : null;
    }
  }
}

/** What became of it, no service can tell any longer. */
const UNKNOWN = 'operation_not_found';
const GONE: ReadonlySet<string> = new Set([UNKNOWN, 'machine_not_found']);

function resultOf({ state, error }: Operation): string | null {
  if (state === 'running') return null;
  if (error === null) return 'ok';
  return typeof error.code === 'string' ? error.code : 'internal';
}
