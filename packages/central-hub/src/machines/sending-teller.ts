import { errorText, type KeptSendingWord, type SendingWord } from '@leadmaster/protocol';
import { SerialQueue } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { HubStore } from '../store/index.ts';
import type { MachineLink } from './link.ts';
import type { MachineLinks } from './links.ts';

/** How often it is looked whether a machine is to be told something. */
const LOOK_MS = 1_000;
/** A machine is told again after so long, also without news: its data may have been put back. */
const AGAIN_MS = 60_000;
const ANSWER_MS = 5_000;

/** What a machine was told, and the time of its life in which it was: one that was away may have lost it. */
interface Told {
  revision: number;
  down: AbortSignal;
  at: number;
}

/**
 * Tells the machines for whom sending is off. The wish is in the store, and each machine enforces it; what is remembered here is only
 * that this process has told a machine, so that a text need not wait for that again.
 */
export class SendingTeller {
  readonly #store: HubStore;
  readonly #links: MachineLinks;
  readonly #log: Logger;
  readonly #told = new WeakMap<MachineLink, Told>();
  readonly #queues = new WeakMap<MachineLink, SerialQueue>();
  readonly #failing = new WeakSet<MachineLink>();
  #revision = 0;
  #isLooking = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(store: HubStore, links: MachineLinks, log: Logger) {
    this.#store = store;
    this.#links = links;
    this.#log = log;
  }

  /** Tells each machine as soon as it answers, from now on. */
  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Tells all machines what has changed. Resolves to the names of those that could not be told. */
  async tellAll(): Promise<string[]> {
    const links = this.#links.all();
    const done = await Promise.all(links.map((link) => this.#tried(link)));
    return links.filter((_link, at) => done[at] === false).map(({ name }) => name);
  }

  /** Tells one machine. @throws LeadMasterError what the machine answered, `machine_unreachable`. */
  async tell(link: MachineLink): Promise<void> {
    const queue = this.#queues.get(link) ?? new SerialQueue();
    this.#queues.set(link, queue);
    await queue.run(() => this.#tell(link));
  }

  /**
   * Before a text goes to a machine: it knows what is off there.
   *
   * @throws LeadMasterError `machine_unreachable` where it could not be told.
   */
  async require(link: MachineLink): Promise<void> {
    const { sending } = this.#store;
    this.#revision = await sending.revision();
    if (this.#isTold(link, this.#revision) && !(await sending.owingMachines()).has(link.name)) return;
    const word = await this.#store.sending.wordFor(link.name);
    if (!isOff(word)) return;
    try {
      await this.tell(link);
    } catch (error) {
      this.#log.warn(
        { machine: link.name, err: error },
        'no text goes to a machine that does not know what is off there',
      );
      throw link.unreachable('it could not be told for whom sending is off', 'POST', false);
    }
  }

  /** The machines that this hub has not told yet what is so now. */
  async untold(): Promise<string[]> {
    this.#revision = await this.#store.sending.revision();
    return this.#links
      .all()
      .filter((link) => !this.#isTold(link, this.#revision))
      .map(({ name }) => name);
  }

  async #tell(link: MachineLink): Promise<void> {
    const { down } = link;
    if (!link.isUp) throw link.unreachable('it was silent when it was last asked', 'GET', false);
    await this.#catchUp(link);
    const { sending } = this.#store;
    const word = await sending.wordFor(link.name);
    const staying = await sending.staying(link.name, word.sessions);
    const params = { hub: this.#store.hubId };
    const kept = await link.client.call('tellSending', { params, body: word }, { signal: down, timeoutMs: ANSWER_MS });
    if (kept.revision > word.revision) {
      await this.#takeBack(link, word, kept);
      return this.#tell(link);
    }
    // What was told of a session that leaves may stay behind: it is told again where that arrives.
    await sending.settle(await sending.staying(link.name, staying));
    this.#told.set(link, { revision: word.revision, down, at: performance.now() });
  }

  /** After the hub came back from its backup: what the machine was told since then is not undone. */
  async #catchUp(link: MachineLink): Promise<void> {
    const { sending, hubId } = this.#store;
    if (!(await sending.isBehind(link.name))) return;
    const asked = { signal: link.down, timeoutMs: ANSWER_MS };
    await sending.catchUp(link.name, await link.client.call('getSending', { params: { hub: hubId } }, asked));
  }

  /** Another hub on this database may have told it more meanwhile; if not, the database was put back. */
  async #takeBack(link: MachineLink, word: SendingWord, kept: KeptSendingWord): Promise<void> {
    if (word.revision < (await this.#store.sending.revision())) return;
    this.#log.warn(
      { machine: link.name, kept, revision: word.revision },
      'a machine knows a later word on sending than the database',
    );
    await this.#store.sending.takeBack(link.name, kept);
  }

  #isTold(link: MachineLink, revision: number): boolean {
    const told = this.#told.get(link);
    return told !== undefined && told.revision === revision && told.down === link.down && link.isUp;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.#revision = await this.#store.sending.revision();
      const settling = await this.#store.sending.settlingMachines();
      const due = this.#links.all().filter((link) => link.isUp && (settling.has(link.name) || this.#isDue(link)));
      await Promise.all(due.map((link) => this.#tried(link)));
    } catch (error) {
      this.#log.debug({ err: errorText(error) }, 'what is to be told of sending could not be read');
    } finally {
      this.#isLooking = false;
    }
  }

  #isDue(link: MachineLink): boolean {
    const at = this.#told.get(link)?.at ?? Number.NEGATIVE_INFINITY;
    return !this.#isTold(link, this.#revision) || performance.now() - at >= AGAIN_MS;
  }

  /** Whether a machine was told. A failure is logged once, until it succeeds again; its line tells of one that is away from the start. */
  async #tried(link: MachineLink): Promise<boolean> {
    try {
      await this.tell(link);
      this.#failing.delete(link);
      return true;
    } catch (error) {
      if (!link.explains(error)) this.#warn(link, error);
      else if (link.hasAnswered) this.#warn(link, null);
      return false;
    }
  }

  #warn(link: MachineLink, error: unknown): void {
    if (this.#failing.has(link)) return;
    this.#failing.add(link);
    const trace = error === null ? {} : { err: error };
    this.#log.warn({ machine: link.name, ...trace }, 'a machine could not be told for whom sending is off');
  }
}

function isOff({ machine, tenants, sessions }: Required<SendingWord>): boolean {
  return machine === 'off' || tenants.length > 0 || sessions.length > 0;
}
