import { LeadMasterError } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { Machines } from '../store/machines.ts';
import type { MachineRecord } from '../store/records.ts';
import { MachineLink, type Silence } from './link.ts';

/** How often the store is asked which machines there are: another hub may have added or removed one. */
const REFRESH_MS = 2_000;

/** The lines to every machine behind the hub, as the store lists them. */
export class MachineLinks {
  readonly #machines: Machines;
  readonly #log: Logger;
  readonly #links = new Map<string, MachineLink>();
  #timer: NodeJS.Timeout | null = null;
  #onTurn: () => void = () => {};

  constructor(machines: Machines, log: Logger) {
    this.#machines = machines;
    this.#log = log;
  }

  /** Follows the store from now on. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => {
      this.refresh().catch((error: unknown) => this.#log.warn({ err: error }, 'the machines could not be listed'));
    }, REFRESH_MS).unref();
  }

  all(): MachineLink[] {
    return [...this.#links.values()];
  }

  /** @throws LeadMasterError `machine_not_found` */
  async get(name: string): Promise<MachineLink> {
    if (!this.#links.has(name)) await this.refresh();
    const link = this.#links.get(name);
    if (link !== undefined) return link;
    throw noMachine(name);
  }

  /** Whether a machine answers; false for one that is not known here. */
  isUp(name: string): boolean {
    return this.#links.get(name)?.isUp === true;
  }

  /** Since when a machine answers, or does not, as this hub sees it; null for one that is not known here. */
  sinceOf(name: string): Date | null {
    return this.#links.get(name)?.since ?? null;
  }

  /** Since when a machine does not answer; null while it does, and for one that is not known here. */
  silentSinceOf(name: string): Date | null {
    const link = this.#links.get(name);
    return link === undefined || link.isUp ? null : link.since;
  }

  /** Calls back each time that a machine stops answering, or answers again. */
  onTurn(listener: () => void): void {
    this.#onTurn = listener;
  }

  /** Why a machine does not answer; null while it does. */
  silenceOf(name: string): Silence | null {
    return this.#links.get(name)?.silence ?? null;
  }

  /** Opens and closes lines until they are those that the store lists. */
  async refresh(): Promise<void> {
    const records = await this.#machines.list();
    for (const [name, link] of this.#links) {
      const record = records.find((each) => each.name === name);
      if (record?.url === link.url) continue;
      link.close();
      this.#links.delete(name);
    }
    for (const record of records) await this.#open(record);
  }

  /** Opens the line to a machine again: with another address or token. */
  async reopen(name: string): Promise<void> {
    this.#links.get(name)?.close();
    this.#links.delete(name);
    await this.refresh();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  async #open({ name, url }: MachineRecord): Promise<void> {
    if (this.#links.has(name)) return;
    const token = await this.#machines.token(name);
    // Removed meanwhile, or opened by another refresh.
    if (token === null || this.#links.has(name)) return;
    const link = new MachineLink({ name, url, token, onTurn: () => this.#turned(link) });
    this.#links.set(name, link);
  }

  #turned({ name, silence }: MachineLink): void {
    if (silence === null) this.#log.info({ machine: name }, `the machine "${name}" answers again`);
    else this.#log.warn({ machine: name }, `the machine "${name}" does not answer: ${silence.detail}`);
    this.#onTurn();
  }
}

export function noMachine(name: string): LeadMasterError {
  return new LeadMasterError('machine_not_found', `There is no machine "${name}".`, 'See them with GET /v1/machines.');
}
