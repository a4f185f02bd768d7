import {
  type Address,
  addressOf,
  type EventData,
  isRestricted,
  localTime,
  type Message,
  type MessageCode,
  type MessageState,
  UNKNOWN_ADDRESS,
} from '@leadmaster/protocol';
import type { MessageRecord } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Standing } from './standing.ts';

/** WhatsApp's acknowledgements, as whatsapp-web.js numbers them. */
const STATE_OF_ACK: Readonly<Record<number, MessageState>> = {
  [-1]: 'FAILED',
  1: 'SENT',
  2: 'DELIVERED',
  3: 'READ',
  4: 'PLAYED',
};

/** What an acknowledgement says of one's own message; null for a number that is none. */
export function stateOfAck(ack: number): MessageState | null {
  return ack === 0 ? 'SENDING' : (STATE_OF_ACK[ack] ?? null);
}

/** States before the first acknowledgement: no event yet that the message was sent. */
const IS_UNTOLD: ReadonlySet<MessageState> = new Set(['QUEUED', 'SENDING', 'UNCERTAIN', 'FAILED', 'EXPIRED']);

/** What a message has come to, where WhatsApp has not acknowledged it. */
export interface Ending {
  state: 'FAILED' | 'UNCERTAIN';
  code: MessageCode;
  error: string;
  retryAt?: string | null;
}

/** Writes the later states of messages that were sent here, and their events. Must be called within a change of the store. */
export class MessageNews {
  readonly #store: StateStore;
  readonly #standing: (session: string) => Standing | null;

  constructor(store: StateStore, standing: (session: string) => Standing | null) {
    this.#store = store;
    this.#standing = standing;
  }

  /** WhatsApp acknowledged it; a number that is none of its acknowledgements says no more than that the page has it. */
  acknowledged(record: MessageRecord, ack: number): void {
    const state = STATE_OF_ACK[ack];
    if (state === 'FAILED') this.ended(record.message, this.#refusal(record));
    else if (state !== undefined) this.#moved(record.message, state);
    else if (!record.isTaken) this.#store.messages.take(record.message.id);
  }

  /** It has failed, or its fate is not known. An acknowledgement that came before stands. */
  ended(before: Message, ending: Ending): void {
    const after = this.#store.messages.update(before.id, { retryAt: null, ...ending });
    if (after === null || after.state !== ending.state) return;
    if (before.state === after.state && before.code === after.code) return;
    const { session, error, code, retryAt } = after;
    const data = { ...this.#dataOf(after), error, code, retryAt };
    this.#store.events.append({ session, type: 'message.failed', data });
  }

  /** Why WhatsApp reported an error (whatsapp-web-2026, 5.3): a refused chat looks like any other error. */
  #refusal({ message, opensChat }: MessageRecord): Ending {
    const limits = this.#standing(message.session)?.limits ?? null;
    return opensChat === true && isRestricted(limits) ? restriction(limits?.newChats.until ?? null) : REFUSED;
  }

  #moved(before: Message, state: MessageState): void {
    const after = this.#store.messages.update(before.id, { state });
    if (after === null || after.state === before.state) return;
    const { session } = after;
    const data = this.#dataOf(after);
    if (IS_UNTOLD.has(before.state))
      this.#store.events.append({ session, type: 'message.sent', data: { ...data, origin: 'api' } });
    else this.#store.events.append({ session, type: 'message.ack', data });
  }

  #dataOf(message: Message): EventData<'message.ack'> {
    const { id: messageId, whatsappId, to, state } = message;
    return { messageId, whatsappId, to, state, ...this.#people(message) };
  }

  #people({ session, to, whatsappId }: Message) {
    const account = this.#standing(session)?.account ?? null;
    const meet = (address: Address): Address => this.#store.contacts.meet(session, address, true);
    const recipient = meet(addressOf(to));
    const chatId = chatOf(whatsappId) ?? recipient.id;
    return {
      from: account?.id ?? null,
      chatId,
      sender: account === null ? UNKNOWN_ADDRESS : meet({ ...addressOf(account.id), name: account.name }),
      recipient,
      chat: chatId === null ? recipient : meet(addressOf(chatId)),
    };
  }
}

const REFUSED: Ending = { state: 'FAILED', code: 'refused_by_whatsapp', error: 'WhatsApp reported an error.' };

/** WhatsApp lets the account open no new chats; `until`: as long as it says. */
export function restriction(until: string | null): Ending {
  const error = `WhatsApp lets this account open no new chats${until === null ? '' : ` until ${localTime(until)}`}.`;
  return { state: 'FAILED', code: 'account_restricted', error, retryAt: until };
}

/** The chat that is part of the id of an own message: `true_<chat>_<id>`. */
function chatOf(whatsappId: string | null): string | null {
  return /^true_([^_]+@[a-z.]+)_/.exec(whatsappId ?? '')?.[1] ?? null;
}
