import type { StandinOptions, World } from '@leadmaster/whatsapp-standin';
import type { Page } from 'puppeteer-core';
import type { CatchUpPart, EngineEvent, PageMessage } from '../../src/engine/engine.ts';
import type { WwebjsRun } from '../../src/engine/wwebjs/wwebjs-run.ts';
import { ACCOUNT, CUSTOMER, RunStage } from './run-stage.ts';

export { ACCOUNT, CUSTOMER };

type Of<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** A linked session of the engine alone, with what tests of messages ask of it. */
export class MessageStage implements AsyncDisposable {
  readonly #stage: RunStage;

  private constructor(stage: RunStage) {
    this.#stage = stage;
  }

  /** A stand-in with these drifts on top of those of its page, and a session linked on it. */
  static async linked(drifts: readonly string[] = [], standin: StandinOptions = {}): Promise<MessageStage> {
    return new MessageStage(await RunStage.linked(drifts, standin));
  }

  get world(): World {
    return this.#stage.world;
  }

  /** What the present run has told so far, oldest first. */
  get events(): EngineEvent[] {
    return this.#stage.events;
  }

  get run(): WwebjsRun {
    return this.#stage.run;
  }

  get page(): Page {
    return this.#stage.page;
  }

  /** Off with its login on disk, then on and READY again; the result of what was done in between. */
  async restartWith<T>(whileOff: () => Promise<T>): Promise<T> {
    await this.#stage.stop();
    const result = await whileOff();
    await this.#stage.start();
    await this.next('ready');
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage[Symbol.asyncDispose]();
  }

  /** The first event of that type in this run that fits. */
  next<Type extends EngineEvent['type']>(type: Type, fits?: (event: Of<Type>) => boolean): Promise<Of<Type>> {
    return this.#stage.next(type, fits);
  }

  message(text: string): Promise<PageMessage> {
    return this.#stage.message(text);
  }

  /** Every part of one look for missed messages. */
  async caughtUp(since: Date, mayLoadEarlier = true): Promise<CatchUpPart[]> {
    const parts: CatchUpPart[] = [];
    for await (const part of this.run.catchUp({ since, mayLoadEarlier }, AbortSignal.timeout(60_000))) parts.push(part);
    return parts;
  }

  /** Sends a text; the ids that were journalled, in order, and what came of it. */
  async send(text: string, to = CUSTOMER): Promise<{ journalled: string[]; whatsappId: string; ack: number }> {
    const journalled: string[] = [];
    const journal = async (whatsappId: string): Promise<void> => {
      journalled.push(whatsappId);
    };
    const sent = await this.run.messages.sendText({ to, text, journal }, AbortSignal.timeout(45_000));
    return { journalled, ...sent };
  }

  /** What that person got. */
  inbox(number = CUSTOMER): string[] {
    return this.world.phone(number).inbox.map(({ body }) => body);
  }
}
