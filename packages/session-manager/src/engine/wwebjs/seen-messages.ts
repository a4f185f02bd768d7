import type { EngineEvent, PageMessage } from '../engine.ts';
import { messageIdOf } from './message-id.ts';
import type { LiveEvent, MessageRecord, PageAddress } from './page/whatsapp-page.ts';

/** Pairs that are remembered, to tell each once: more people than any account talks to in one run. */
const PAIRS_MAX = 100_000;

/** The message as the rest of LeadMaster knows it. */
export function pageMessage(record: MessageRecord, caughtUp: boolean): PageMessage {
  const { id, key, siblings, timestampS, ...rest } = record;
  const whatsappId = key ?? messageIdOf(id);
  return {
    ...rest,
    whatsappId,
    messageId: whatsappId,
    ids: [whatsappId, ...siblings],
    timestamp: new Date(timestampS * 1000).toISOString(),
    caughtUp,
  };
}

/** Tells what the page has seen, and each pair of a number and a LID the first time that it shows. */
export class SeenMessages {
  readonly #tell: (event: EngineEvent) => void;
  readonly #pairs = new Set<string>();

  constructor(tell: (event: EngineEvent) => void) {
    this.#tell = tell;
  }

  live(event: Exclude<LiveEvent, { kind: 'library' }>): void {
    if (event.kind === 'message') this.#tell({ type: 'message', message: this.known(event.message, false) });
    else this.#tell({ type: 'ack', ids: [event.key ?? messageIdOf(event.id), ...event.siblings], ack: event.ack });
  }

  /** The message, after the people in it were told. */
  known(record: MessageRecord, caughtUp: boolean): PageMessage {
    this.#learn(record.chat);
    // The other side of it is the account itself.
    this.#learn(record.fromMe ? record.recipient : record.sender);
    return pageMessage(record, caughtUp);
  }

  #learn({ lid, phone, name }: PageAddress): void {
    if (lid === null || phone === null || this.#pairs.has(`${lid} ${phone}`)) return;
    if (this.#pairs.size >= PAIRS_MAX) this.#pairs.clear();
    this.#pairs.add(`${lid} ${phone}`);
    this.#tell({ type: 'mapped', lid, phone, name });
  }
}
