import type { Account, Device, Letter } from './accounts.ts';
import type { Connection } from './connection.ts';
import { refusesNewChat } from './limits.ts';
import { liveConnection, type ServerContext, serverNow } from './server-context.ts';
import type { Parcel } from './wire.ts';

/** How much a device gets at once; the next comes when it has confirmed these. */
const BATCH = 100;
/** How much of an account's past a newly linked device is given. */
const HISTORY = 1000;

/** A message as a phone or a page hands it in. */
export interface Posting {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly t: number;
  /** The sending device; null is the phone. */
  readonly via: number | null;
  /** The page says itself that it sends this again, because it never heard of the first time. */
  readonly retry: boolean;
}

/** Moves messages and ticks between accounts, once each, whoever is away. */
export class PostOffice {
  readonly #context: ServerContext;
  #lastOrder = 0;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Takes a message. One that was taken before is noticed and not delivered again. */
  post(posting: Posting): void {
    const { accounts, observed } = this.#context;
    const { from, to, id, via } = posting;
    const known = accounts.letter(from, id);
    if (known) {
      observed.add(posting.retry ? 'retransmitted' : 'duplicate_message', from, via, { id, to });
      this.#tick(known, Math.max(1, known.ack));
      return;
    }
    const refused = via !== null && refusesNewChat(this.#context, accounts.get(from), to);
    const letter: Letter = {
      ...{ id, from, to, body: posting.body, t: posting.t, ack: 0, via, order: this.#nextOrder() },
      ...(refused ? { refused } : {}),
    };
    accounts.keep(letter);
    observed.add('message', from, via, { id, to, body: posting.body });
    const registered = !refused && !this.#context.faults.current.unregistered.includes(to);
    const sender = accounts.get(from);
    for (const device of sender.devices) {
      if (device.id !== via) this.#enqueue(sender, device, this.#parcel(letter, false));
    }
    if (registered && to !== from) {
      const receiver = accounts.get(to);
      for (const device of receiver.devices) this.#enqueue(receiver, device, this.#parcel(letter, false));
    }
    this.#context.changed();
    if (this.#context.faults.current.messageAcks === 'none') return;
    const [atServer, atPhone, read] = this.#context.settings().ackDelaysMs;
    if (!registered) {
      this.#tickAfter(atServer, letter, -1);
      return;
    }
    this.#tickAfter(atServer, letter, 1);
    this.#tickAfter(atPhone, letter, 2);
    if (accounts.get(to).reads) this.#tickAfter(read, letter, 3);
  }

  /** The receiver has opened the chat: whatever they got in it now has its third tick. */
  seen(reader: string, writer: string): void {
    for (const letter of this.#context.accounts.get(reader).letters) {
      if (letter.from === writer && letter.to === reader && letter.ack < 3) this.#tick(letter, 3);
    }
  }

  /** Gives a newly linked device the past of its account. */
  shareHistory(account: Account, device: Device): void {
    for (const letter of account.letters.slice(-HISTORY)) device.queue.push(this.#parcel(letter, true));
  }

  /** Sends the next of what the device has not confirmed. */
  deliver(connection: Connection, device: Device, mode: 'offline' | 'live'): void {
    const fresh = device.queue.filter((parcel) => parcel.n > connection.sentParcel);
    const parcels = fresh.slice(0, BATCH);
    const last = parcels.at(-1);
    if (!last) return;
    connection.sentParcel = last.n;
    connection.send({ t: 'parcels', mode, parcels, left: fresh.length - parcels.length });
  }

  /** The device has these on its disk: now, and not before, the server may forget them. */
  received(account: Account, device: Device, connection: Connection, numbers: readonly number[]): void {
    const confirmed = new Set(numbers);
    const dropped = device.queue.filter((parcel) => confirmed.has(parcel.n));
    device.queue = device.queue.filter((parcel) => !confirmed.has(parcel.n));
    for (const parcel of dropped) {
      if (parcel.kind === 'message' && !parcel.history) {
        this.#context.observed.add('delivered', account.number, device.id, { id: parcel.message.id });
      }
    }
    this.#context.changed();
    this.deliver(connection, device, 'offline');
  }

  #nextOrder(): number {
    this.#lastOrder = Math.max(serverNow(this.#context), this.#lastOrder + 0.001);
    return this.#lastOrder;
  }

  #parcel(letter: Letter, history: boolean): Parcel {
    const { via: _via, ...message } = letter;
    return { n: this.#context.accounts.parcelNumber(), kind: 'message', history, message };
  }

  #enqueue(account: Account, device: Device, parcel: Parcel): void {
    device.queue.push(parcel);
    const connection = liveConnection(this.#context, account.number, device.id);
    // While a backlog is still going out, a new parcel waits its turn behind it.
    const backlog = connection && device.queue.some((other) => other.n < parcel.n && other.n > connection.sentParcel);
    if (connection && !backlog) this.deliver(connection, device, 'live');
  }

  #tickAfter(ms: number, letter: Letter, ack: number): void {
    if (ms < 0) return;
    this.#context.clock.after(ms, () => {
      if (ack < 0 || letter.ack < ack) this.#tick(letter, ack);
    });
  }

  #tick(letter: Letter, ack: number): void {
    if (this.#context.faults.current.messageAcks === 'none') return;
    letter.ack = ack;
    const sender = this.#context.accounts.get(letter.from);
    for (const device of sender.devices) {
      const n = this.#context.accounts.parcelNumber();
      this.#enqueue(sender, device, { n, kind: 'ack', id: letter.id, to: letter.to, ack });
    }
    this.#context.changed();
  }
}
