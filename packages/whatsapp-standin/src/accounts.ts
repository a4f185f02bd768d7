import { MediaStore } from './media-store.ts';
import type { AccountLimits, Group, Parcel, PublicKey, WireMessage } from './wire.ts';

/** A companion device as the server knows it. */
export interface Device {
  readonly id: number;
  readonly noiseKey: PublicKey;
  readonly identity: string;
  readonly os: string;
  readonly linkedAt: number;
  lastSeenAt: number;
  /** The last ratchet step that this device used. */
  ratchet: { counter: number; nonce: string };
  /** Whether the first sync, with all its history, was completed. */
  synced: boolean;
  /** It read other people's status before its page had reloaded itself for the first time. */
  statusRead?: boolean;
  /** How often its page has reloaded itself. */
  selfReloads?: number;
  /** What the device has not yet confirmed to be on its disk. */
  queue: Parcel[];
}

/** A message, one object shared by the accounts of both ends. */
export interface Letter extends WireMessage {
  ack: number;
  /** The sender's device: null is the phone itself. */
  readonly via: number | null;
  /** The server took it and does not deliver it. */
  readonly refused?: true;
}

/** A person's WhatsApp account: what their phone knows. */
export interface Account {
  readonly number: string;
  name: string;
  banned: boolean;
  /** Whether this person opens what they get, which gives the third tick. */
  reads: boolean;
  /** WhatsApp tells others this account's LID and never its number. */
  hidden?: boolean;
  /** Whether linking wants a passkey; undefined: as the drift says. */
  passkey?: boolean;
  /** What the account may not do; undefined: as the drifts say. */
  limits?: Partial<AccountLimits>;
  devices: Device[];
  nextDevice: number;
  letters: Letter[];
}

/** Everything the server must not forget. */
export interface StoredState {
  readonly accounts: readonly Omit<Account, 'letters'>[];
  readonly letters: readonly Letter[];
  readonly nextParcel: number;
  readonly groups?: readonly Group[];
  /** The media server's bytes, in base64, by their path. */
  readonly media?: readonly (readonly [string, string])[];
}

/** All accounts, made on first use. */
export class Accounts {
  readonly #byNumber = new Map<string, Account>();
  readonly #letters = new Map<string, Letter>();
  readonly media = new MediaStore();
  readonly groups = new Map<string, Group>();
  #nextParcel = 1;

  get(number: string): Account {
    let account = this.#byNumber.get(number);
    if (!account) {
      const name = `Person ${number.slice(-4)}`;
      account = { number, name, banned: false, reads: true, devices: [], nextDevice: 1, letters: [] };
      this.#byNumber.set(number, account);
    }
    return account;
  }

  find(number: string): Account | undefined {
    return this.#byNumber.get(number);
  }

  all(): Account[] {
    return [...this.#byNumber.values()];
  }

  /** A message by its sender and its id, which together name it for ever. */
  letter(from: string, id: string): Letter | undefined {
    return this.#letters.get(`${from}|${id}`);
  }

  keep(letter: Letter): void {
    this.#letters.set(`${letter.from}|${letter.id}`, letter);
    this.get(letter.from).letters.push(letter);
    if (letter.refused) return;
    for (const receiver of this.receivers(letter)) this.get(receiver).letters.push(letter);
  }

  /** Who gets a message besides its sender: one number, or the others of a group. */
  receivers({ from, to }: Pick<Letter, 'from' | 'to'>): readonly string[] {
    return (this.groups.get(to)?.members ?? [to]).filter((number) => number !== from);
  }

  parcelNumber(): number {
    return this.#nextParcel++;
  }

  /** All that is known; of these accounts alone, when some are named. */
  toState(numbers?: readonly string[]): StoredState {
    const wanted = numbers === undefined ? this.all() : numbers.map((number) => this.get(number));
    const letters =
      numbers === undefined ? this.#letters.values() : new Set(wanted.flatMap((account) => account.letters));
    return {
      accounts: wanted.map(({ letters: _letters, ...account }) => account),
      letters: [...letters],
      nextParcel: this.#nextParcel,
      media: this.media.toState(),
      groups: [...this.groups.values()],
    };
  }

  fromState(state: StoredState): void {
    for (const account of state.accounts) this.#byNumber.set(account.number, { ...account, letters: [] });
    for (const group of state.groups ?? []) this.groups.set(group.id, group);
    for (const letter of state.letters) this.keep(letter);
    this.#nextParcel = state.nextParcel;
    this.media.fromState(state.media ?? []);
  }
}
