import { randomBytes } from 'node:crypto';
import type { Account, Device, Letter } from './accounts.ts';
import type { Connection } from './connection.ts';
import { refusesNewChat } from './limits.ts';
import { fileHash } from './media-store.ts';
import { liveConnection, type ServerContext, serverDrift, serverNow } from './server-context.ts';
import type { Carried, Group, Parcel, WireMedia } from './wire.ts';

/** How much a device gets at once; the next comes when it has confirmed these. */
const BATCH = 100;
/** How much of an account's past a newly linked device is given. */
const HISTORY = 1000;

/** A message as a phone or a page hands it in. */
export interface Posting extends Carried {
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

/** A text of earlier days between an account and another number. */
export interface PastLetter {
  readonly with: string;
  readonly text: string;
  /** When it was sent, in milliseconds. */
  readonly atMs: number;
  /** Whether the account has sent it; else the other number has. */
  readonly isOwn: boolean;
}

/** Moves messages and ticks between accounts, once each, also to accounts that are offline. */
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
      this.#tick(known, known.refused || known.ack < 0 ? -1 : Math.max(1, known.ack));
      return;
    }
    if (posting.vote) {
      this.#passVote(posting);
      return;
    }
    const refused = via !== null && this.#refuses(from, to);
    const { retry: _retry, ...posted } = posting;
    const letter: Letter = {
      ...{ ...posted, ack: 0, order: this.#nextOrder() },
      ...(posting.media ? { media: this.#checked(posting.media) } : {}),
      ...(refused ? { refused } : {}),
    };
    accounts.keep(letter);
    observed.add('message', from, via, { id, to, body: posting.body });
    const registered = !refused && !this.#context.faults.current.unregistered.includes(to);
    const sender = accounts.get(from);
    for (const device of sender.devices) {
      if (device.id !== via) this.#enqueue(sender, device, this.#parcel(letter, false));
    }
    for (const number of registered ? accounts.receivers(letter) : []) {
      const receiver = accounts.get(number);
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
    const readers = accounts.receivers(letter).map((number) => accounts.get(number));
    if (readers.every((account) => account.reads)) this.#tickAfter(read, letter, 3);
  }

  /** Keeps a text of earlier days, which was delivered and read long ago. No device is told. */
  remember(number: string, { with: other, text, atMs, isOwn }: PastLetter): void {
    const [from, to] = isOwn ? [number, other] : [other, number];
    const id = `3A${randomBytes(9).toString('hex').toUpperCase()}`;
    this.#context.accounts.keep({
      id,
      from,
      to,
      body: text,
      t: Math.floor(atMs / 1000),
      via: null,
      ack: 3,
      order: atMs,
    });
  }

  /** The receiver has opened the chat (with a number, or of a group): every message in it now has its third tick. */
  seen(reader: string, chat: string): void {
    for (const letter of this.#context.accounts.get(reader).letters) {
      const inChat = letter.to === reader ? letter.from === chat : letter.to === chat && letter.from !== reader;
      if (inChat && letter.ack < 3) this.#tick(letter, 3);
    }
  }

  /** Gives a newly linked device the past of its account. */
  shareHistory(account: Account, device: Device): void {
    for (const group of this.#context.accounts.groups.values()) {
      if (group.members.includes(account.number)) device.queue.push(this.#groupParcel(group));
    }
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
    return { n: this.#context.accounts.parcelNumber(), kind: 'message', history, message: this.#toDevice(letter) };
  }

  /** Makes a group, and tells every device of its members. */
  makeGroup(group: Group): void {
    const { accounts } = this.#context;
    accounts.groups.set(group.id, group);
    for (const account of group.members.map((number) => accounts.get(number))) {
      for (const device of account.devices) this.#enqueue(account, device, this.#groupParcel(group));
    }
    this.#context.changed();
  }

  #groupParcel(group: Group): Parcel {
    return { n: this.#context.accounts.parcelNumber(), kind: 'group', group };
  }

  /** Whether the server takes a message of a device and does not deliver it. */
  #refuses(from: string, to: string): boolean {
    if (serverDrift(this.#context, 'ack-failed') !== undefined) return true;
    const { accounts } = this.#context;
    if (to.endsWith('@g.us')) return !accounts.groups.get(to)?.members.includes(from);
    return refusesNewChat(this.#context, accounts.get(from), to);
  }

  /** A medium with what really lies on the media server. */
  #checked(media: WireMedia): WireMedia {
    const bytes = this.#context.accounts.media.get(media.directPath);
    return bytes ? { ...media, stored: { bytes: bytes.length, sha256: fileHash(bytes) } } : media;
  }

  /** A letter as devices get it: without what is the server's own, and with word of a number that must not be told. */
  #toDevice({ via: _via, refused: _refused, ...message }: Letter): Extract<Parcel, { kind: 'message' }>['message'] {
    const { accounts } = this.#context;
    const hidden = [message.from, message.to].filter((number) => accounts.find(number)?.hidden);
    return hidden.length > 0 ? { ...message, hidden } : message;
  }

  /** Brings a vote to the devices of both ends. It is no message: no phone shows it in a chat. */
  #passVote(posting: Posting): void {
    const { accounts, observed } = this.#context;
    const { from, to, id, via, vote } = posting;
    observed.add('vote', from, via, { id, to, poll: vote?.poll, options: vote?.options });
    const letter: Letter = { ...posting, ack: 1, order: this.#nextOrder() };
    for (const account of [from, ...accounts.receivers(letter)].map((number) => accounts.get(number))) {
      for (const device of account.devices) {
        this.#enqueue(account, device, this.#parcel(letter, false));
      }
    }
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
