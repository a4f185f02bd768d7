import { LeadMasterError, type SavedHubBackup } from '@leadmaster/protocol';
import { Rounds } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { MachineLink } from '../machines/link.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { HubStore } from '../store/index.ts';

/** How often it is looked whether anything has changed: changes in between share a document. */
const LOOK_MS = 5_000;
const DAILY_MS = 24 * 3_600_000;
/** After a failure. */
const AGAIN_MS = 60_000;
/** For a vault far away. */
const ANSWER_MS = 120_000;

export interface BackupKeeperOptions {
  store: HubStore;
  links: MachineLinks;
  /** Content of `HUB_SECRET_FILE`. */
  secret: string;
  /** The machine of this process, which is asked first; null where there is none. */
  local: string | null;
  metrics: Registry;
  log: Logger;
  /** Overrides for tests. */
  lookMs?: number;
  /** Overrides for tests. */
  againMs?: number;
}

/** What was seen when the last document was taken. */
interface Saved {
  line: number;
  marks: string;
  at: number;
}

/**
 * Saves the hub into the vault of one of its machines: at its start, soon after a change by whichever hub, and once a day. Nothing
 * waits for it; what fails is in the log and in the metrics, and tried again.
 */
export class BackupKeeper {
  readonly #options: BackupKeeperOptions;
  readonly #rounds = new Rounds(() => this.#round());
  #saved: Saved | null = null;
  #savedAt = 0;
  #isFailing = false;

  constructor(options: BackupKeeperOptions) {
    this.#options = options;
    this.#measure(options.metrics);
  }

  start(): void {
    this.#rounds.start();
  }

  /** Resolves once nothing is under way. */
  close(): Promise<void> {
    return this.#rounds.close();
  }

  async #round(): Promise<number> {
    const { lookMs = LOOK_MS, againMs = AGAIN_MS } = this.#options;
    return (await this.#look()) ? lookMs : Math.max(lookMs, againMs);
  }

  /** False where it failed. */
  async #look(): Promise<boolean> {
    const { log } = this.#options;
    try {
      await this.#saveWhereDue();
      if (this.#isFailing) log.info('the hub is saved in the vault again');
      this.#isFailing = false;
      return true;
    } catch (error) {
      if (this.#rounds.signal.aborted) return true;
      // Told once, not every minute; the gauge says that it lasts.
      log[this.#isFailing ? 'debug' : 'error'](
        { err: error },
        'the hub could not be saved in the vault; it is tried again',
      );
      this.#isFailing = true;
      return false;
    }
  }

  async #saveWhereDue(): Promise<void> {
    const { store, local } = this.#options;
    const { line, marks, hasChange, isEmpty } = await store.backups.standing(this.#saved?.line ?? 0, local);
    if (isEmpty || !this.#isDue(marks, hasChange)) return;
    const at = performance.now();
    await this.#save();
    // As it was before the document was taken: what came meanwhile is a change.
    this.#saved = { line, marks, at };
    this.#savedAt = Date.now();
  }

  #isDue(marks: string, hasChange: boolean): boolean {
    const saved = this.#saved;
    return saved === null || hasChange || marks !== saved.marks || performance.now() - saved.at >= DAILY_MS;
  }

  async #save(): Promise<void> {
    const { store, secret, local, log } = this.#options;
    const document = await store.backups.take({ hub: store.hubId, secret, local, at: new Date() });
    const bytes = Buffer.from(JSON.stringify(document));
    const { machine, answer } = await this.#send(document.number, bytes);
    if (!answer.isKept) {
      await store.backups.reached(answer.newest);
      throw overtaken(document.number, answer.newest);
    }
    log.debug({ machine, number: document.number, bytes: bytes.length }, 'the hub is saved in the vault');
  }

  /** To the first machine that keeps it. @throws what the last of them said. */
  async #send(number: number, bytes: Buffer): Promise<{ machine: string; answer: SavedHubBackup }> {
    let why: unknown = noMachine();
    for (const link of this.#machines()) {
      try {
        const params = { hub: this.#options.store.hubId };
        const input = { params, query: { number }, upload: { stream: [bytes], bytes: bytes.length } };
        const options = { timeoutMs: ANSWER_MS, signal: this.#rounds.signal };
        return { machine: link.name, answer: await link.client.call('saveHubBackup', input, options) };
      } catch (error) {
        this.#rounds.signal.throwIfAborted();
        why = error;
      }
    }
    throw why;
  }

  #machines(): MachineLink[] {
    const { links, local } = this.#options;
    const up = links.all().filter(({ isUp }) => isUp);
    return up.sort((a, b) => Number(b.name === local) - Number(a.name === local) || (a.name < b.name ? -1 : 1));
  }

  #measure(metrics: Registry): void {
    const savedAt = (): number => this.#savedAt;
    new Gauge({
      name: 'leadmaster_hub_backup_timestamp_seconds',
      help: 'When this hub was last saved in the vault, since 1970; 0 before the first time',
      registers: [metrics],
      collect() {
        this.set(savedAt() / 1000);
      },
    });
    const isFailing = (): boolean => this.#isFailing;
    new Gauge({
      name: 'leadmaster_hub_backup_failing',
      help: '1 while this hub cannot be saved in the vault',
      registers: [metrics],
      collect() {
        this.set(Number(isFailing()));
      },
    });
  }
}

function noMachine(): LeadMasterError {
  const hint = 'The hub is saved once a machine of it answers.';
  return new LeadMasterError('machine_unreachable', 'No machine of the hub answers.', hint);
}

function overtaken(number: number, newest: number): LeadMasterError {
  return new LeadMasterError(
    'wrong_state',
    `The vault has document ${newest} of this hub, and this is ${number}.`,
    'Another hub on the database was faster, or an older copy of the database was put back. The next document is beyond it.',
  );
}
